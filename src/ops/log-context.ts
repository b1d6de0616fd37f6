/** What a line of the log says by itself: the request in which it was written, and nothing personal in clear. */
import type { Mac } from '../auth/mac.ts';
import { type Current, currentRequest } from '../http/request-context.ts';
import { currentTraceId } from './tracing-context.ts';

export interface RequestFields {
  readonly requestId?: string;
  /** Of whoever has proved to make it. */
  readonly accountId?: string;
  /** Where the trace is kept. */
  readonly traceId?: string;
}

/** The ids of the request that is being answered; empty outside one. */
export function requestFields(): RequestFields {
  const current = currentRequest();
  // what a request began, such as a room with its timers, inherits its context and lives on for hours
  if (!current || current.seen.response.closed) return {};
  const [accountId, traceId] = [accountOf(current), currentTraceId()];
  return {
    requestId: current.seen.id,
    ...(accountId !== undefined && { accountId }),
    ...(traceId !== undefined && { traceId }),
  };
}

function accountOf({ verified }: Current): string | undefined {
  if (!verified || 'error' in verified.outcome) return undefined;
  return verified.outcome.principal.accountId;
}

/**
 * What stands in the log for an address, an e-mail or the id of a device: `#` and 12 hexadecimal digits, the same for
 * the same value, and worth nothing without our key. `mac` is one of a purpose of its own.
 */
export function createPersonal(mac: Mac): (value: string) => string {
  return (value) => `#${Buffer.from(mac.sign(value), 'base64url').toString('hex').slice(0, 12)}`;
}
