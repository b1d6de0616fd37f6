/** Where replays come from: finished matches from history, running ones as far as they are committed. */
import type { Moment } from '../events/event-stream.ts';
import type { Entry } from '../match/engine.ts';

export interface RecordedMatch {
  /** From the first on. Ids of commands may be missing. */
  readonly entries: readonly Entry[];
  readonly moments: readonly RecordedMoment[];
  /** Nothing more will come. */
  readonly isOver: boolean;
}

export type RecordedMoment = Pick<Moment, 'number' | 'n' | 't' | 'type' | 'seat' | 'data'>;

export interface ReplaySource {
  /** A match of this tenant, or null. Rejects with errors with a `code` for what can't be read. */
  load(tenantId: string, matchId: string): Promise<RecordedMatch | null>;
  /** What a running match has got since: the entries from `from` on, and all of its moments. */
  more(matchId: string, from: number): Promise<RecordedMatch>;
}
