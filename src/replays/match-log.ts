/** A finished match as history keeps it, in the words of whoever plays it again: src/compose brings it. */
import type { Entry, MatchSetup } from '../match/engine.ts';

export interface MatchLog {
  readonly header: MatchHeader;
  /** From `create` to the entry that ended the match. */
  readonly entries: readonly Entry[];
  /** As they were told when it was played; none where nobody kept them (solo results, early records). */
  readonly hashes: readonly StateHash[];
}

export interface MatchHeader extends MatchSetup {
  readonly id: string;
  readonly mode: string;
  /** ISO dates in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly players: readonly RecordedPlayer[];
  /** Whether playing it again gave the same; null where nobody has. */
  readonly verified: boolean | null;
  readonly flaw: string | null;
}

export interface RecordedPlayer {
  readonly seat: number;
  /** Null for a bot. */
  readonly accountId: string | null;
  readonly placement: number;
  readonly score: number;
  /** Match time in milliseconds. */
  readonly durationMs: number;
  readonly stats: Readonly<Record<string, number>>;
}

/** The hash of the game's state right after the entry `n`. */
export interface StateHash {
  readonly n: number;
  readonly hash: string;
}

/** The log of a finished match of a tenant. Throws errors with a code: history/not_found, not_over, bad_log. */
export type ReadMatchLog = (tenantId: string, matchId: string) => Promise<MatchLog>;

/** A solo result without inputs has a claim instead of a play: nothing of it can be played again. */
export const isClaim = ({ entries }: Pick<MatchLog, 'entries'>): boolean =>
  entries.length === 4 && entries.at(-1)!.type === 'claim';
