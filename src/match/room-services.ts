/** What a match room gets from the composition root. */
import type { Claim } from '../store/match-store.ts';
import type { LogEvent } from '../ops/events.ts';
import type { Log } from '../ops/logger.ts';
import type { Principal } from '../auth/principal.ts';
import type { Clock } from './clock.ts';
import type { Matches } from './matches.ts';
import type { OptionDefaults } from './match-options.ts';
import type { Reconnection } from './reconnection.ts';

export interface RoomServices {
  readonly clock: Clock;
  readonly matches: Matches;
  readonly reconnection: Reconnection;
  readonly defaults: OptionDefaults;
  readonly maxMessagesPerSecond: number;
  /** Who a token speaks for; throws errors with a `code`. */
  authenticate(token: string | null | undefined): Principal;
  /** The claim that a room of this id is being revived with, if it is. Given once. */
  takeClaim(matchId: string): Claim | null;
  /** Writes a match with a result into history, however often it is called. True: it is there now. */
  record(matchId: string): Promise<boolean>;
  /** A page of finished matches, for the room message `list_matches`. Throws errors with a `code`. */
  listMatches(principal: Principal, query: unknown): Promise<unknown>;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly logEvent: LogEvent;
}
