/** What replay rooms get from the composition root. */
import type { Principal } from '../auth/principal.ts';
import type { Clock } from '../match/clock.ts';
import type { LogEvent } from '../ops/events.ts';
import type { Log } from '../ops/logger.ts';
import type { ReplayDeps } from './replay.ts';

export interface ReplayServices extends ReplayDeps {
  readonly clock: Clock;
  readonly maxMessagesPerSecond: number;
  /** Who a token speaks for; throws errors with a `code`. */
  authenticate(token: string | null | undefined): Principal;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly logEvent: LogEvent;
}
