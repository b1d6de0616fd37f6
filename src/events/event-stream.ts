/**
 * The EventStream seam: what happened, for everyone outside the room. Only committed entries and their events are
 * published. Rules with ids in SPEC.md; test/events/contract.ts proves them on every adapter.
 */
import type { Entry, MatchEvent } from '../match/engine.ts';
import type { FoundMoment } from '../match/moment-rules.ts';

/** What one commit of one match published. `n` (of its first entry) with the match id is the key of deduplication. */
export interface Published {
  readonly matchId: string;
  readonly tenantId: string;
  readonly game: string;
  readonly epoch: number;
  readonly n: number;
  /** Wall time in milliseconds at which it was stored. */
  readonly at: number;
  readonly entries: readonly Entry[];
  readonly events: readonly MatchEvent[];
}

/** A key moment of a match: found among its published events, and published beside them. */
export interface Moment extends FoundMoment {
  readonly matchId: string;
  readonly tenantId: string;
  readonly game: string;
  /** 1, 2, 3 … in its match, without gaps: with the match id the key of deduplication. */
  readonly number: number;
  /** Wall time in milliseconds at which its event was stored. */
  readonly at: number;
}

export interface EventStream {
  /** Appends in order. A record stored before (same match and n) is skipped. Throws StreamGap on a missing predecessor. */
  append(records: readonly Published[]): Promise<void>;
  /** The log of a match from entry `from` (default 1) on, in order. */
  read(matchId: string, from?: number): Promise<readonly Published[]>;
  /**
   * At least once, in order for each match; goes on after the last batch that `handler` resolved, over restarts too.
   * A handler that throws is called again with the same batch, after a pause that grows to 5 s. With `events` it gets
   * only records that hold an event of one of these types (and may get others).
   */
  subscribe(durable: string, handler: StreamHandler, events?: readonly string[]): Subscription;
  /** Appends moments of any matches, of each in order. One stored before (same match and number) is skipped. */
  appendMoments(moments: readonly Moment[]): Promise<void>;
  /** The moments of a match, in order. */
  readMoments(matchId: string): Promise<readonly Moment[]>;
  close(): Promise<void>;
}

/** `isTakeover`: these are the first since this process began to read, so others may have handled what was before them. */
export type StreamHandler = (records: readonly Published[], isTakeover?: boolean) => Promise<void>;

export interface Subscription {
  stop(): Promise<void>;
  /** Number of records not handled yet. */
  lag(): Promise<number>;
}

/** A record whose predecessor is not in the stream. */
export class StreamGap extends Error {
  override readonly name = 'StreamGap';
  readonly code = 'stream/gap';
  constructor(matchId: string, n: number) {
    super(`match ${matchId}: entry ${n - 1} is not in the stream, so ${n} can't follow`);
  }
}

/** What is stored of a log is damaged. Nothing of it is quoted: logs hold secrets. */
export class StreamMalformed extends Error {
  override readonly name = 'StreamMalformed';
  readonly code = 'stream/malformed';
  constructor(what: string) {
    super(`${what} is damaged, and can't be read`);
  }
}

/** Whether an error says that a log can't be read, however often it's tried; not that the stream doesn't answer. */
export function isBrokenLog(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown };
  return /^stream\/(foreign|gap|malformed|match|oversized|version)$/.test(String(code));
}
