/**
 * The MatchStore seam: survival of live matches. One writer a match: a claim gives it an epoch, and every commit of an
 * older epoch is refused from then on. Rules with ids in SPEC.md; test/store/contract.ts proves them on every adapter.
 */
import type { Entry, MatchEvent } from '../match/engine.ts';

export interface NewMatch {
  /** UUIDv7. */
  readonly matchId: string;
  readonly tenantId: string;
  readonly game: string;
  /** Version of the engine that the match began with, and stays on. */
  readonly version: string;
  /** Wall time in milliseconds at which match time is 0. */
  readonly origin: number;
}

/** The right to write a match, and all that is needed to go on with it. */
export interface Claim extends NewMatch {
  readonly epoch: number;
  /** Log position of `checkpoint` (0 where there is none). */
  readonly checkpointN: number;
  readonly checkpoint: Uint8Array | null;
  /** All entries after the checkpoint, in order. */
  readonly entries: readonly Entry[];
}

/** What one match wants written, all of it or nothing. */
export interface Commit {
  readonly matchId: string;
  readonly epoch: number;
  /** Log position before the first of `entries`: their `n` are base + 1, base + 2 … */
  readonly base: number;
  readonly entries: readonly Entry[];
  readonly events: readonly MatchEvent[];
  /** Wall time in milliseconds at which the match must wake even if nobody dials, or null. */
  readonly wakeAt: number | null;
  /** Others wait for it (a result): a store that writes behind writes now. */
  readonly isUrgent?: boolean;
}

/**
 * ok: written (or had been written by this same commit before). fenced: another epoch has claimed the match, or it is
 * gone: discard the room. lost: the store has forgotten the match and another layer must be asked (not with Postgres).
 * unknown: no answer; the same commit may be sent again.
 */
export type CommitStatus = 'ok' | 'fenced' | 'lost' | 'unknown';

export interface MatchStore {
  /** Makes a match and claims it (epoch 1, log empty). Throws on an id that exists. */
  create(match: NewMatch): Promise<Claim>;
  /**
   * Claims a match from whoever had it; null where there is none (never made, or removed). Where its last holder died
   * without releasing it, the origin is moved by the time that no process was there, so that match time stood still.
   */
  claim(matchId: string): Promise<Claim | null>;
  /** What a match is, without claiming it; null where there is none. */
  look(matchId: string): Promise<Pick<NewMatch, 'tenantId' | 'game' | 'version'> | null>;
  commit(commit: Commit): Promise<CommitStatus>;
  /** Saves the state at log position `n`, so that a claim reads only entries after it. */
  checkpoint(matchId: string, epoch: number, n: number, state: Uint8Array): Promise<CommitStatus>;
  /** Gives a match back: match time goes on without a holder. */
  release(matchId: string, epoch: number): Promise<CommitStatus>;
  /** Ends the live part of a match for good; its entries stay for the stream. */
  remove(matchId: string, epoch: number): Promise<CommitStatus>;
  /** Ids of matches whose time to wake has come and that no living process holds, the longest due first. */
  due(now: number, limit: number): Promise<string[]>;
  /** Commits what waits, then gives the process's lease back. */
  close(): Promise<void>;
}
