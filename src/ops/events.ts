/**
 * What happens in the house that an operator wants to know: one call each, which is a line of the log and a count of the
 * metrics. Ids only, never a name or another personal datum.
 */
import type { Log } from './logger.ts';

interface InMatch {
  readonly matchId: string;
}

interface OfAccount {
  readonly accountId: string;
  readonly tenantId: string;
}

/** Every business event and its fields. */
export interface BusinessEvents {
  match_created: InMatch & { readonly tenantId: string; readonly game: string };
  match_revived: InMatch & { readonly tenantId: string; readonly game: string };
  match_ended: InMatch & { readonly game: string; readonly reason: string };
  client_joined: InMatch & OfAccount & { readonly seat: number | null };
  client_dropped: InMatch & OfAccount & { readonly code: number };
  client_returned: InMatch & OfAccount;
  client_left: InMatch & OfAccount;
  replay_opened: InMatch & OfAccount;
  replay_flagged: InMatch & { readonly tenantId: string; readonly flaw: string };
  slow_client_dropped: { readonly sessionId: string };
  token_minted: OfAccount & { readonly roles: readonly string[] };
  monitor_opened: OfAccount;
}

export type LogEvent = <N extends keyof BusinessEvents>(name: N, fields: BusinessEvents[N]) => void;

/** Events that somebody should look at. */
export const warnings: ReadonlySet<keyof BusinessEvents> = new Set(['replay_flagged', 'slow_client_dropped']);

/** `count`: of the metrics. */
export function createEvents(log: Log, count: LogEvent = () => {}): LogEvent {
  return (name, fields) => {
    count(name, fields);
    const level = warnings.has(name) ? 'warn' : 'info';
    log[level]({ event: name, ...fields } as object, name);
  };
}
