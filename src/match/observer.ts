/**
 * Who watches the matches: metrics and traces (src/ops). Told after the fact, so that no move waits for it; nothing of it
 * may throw. Times are milliseconds on the observer's own clock, which need not be that of the match.
 */
import type { CommitStatus } from '../store/match-store.ts';
import type { Outcome } from './engine.ts';

export interface HandledCommand {
  readonly name: string;
  readonly seat: number;
  readonly arrivedAt: number;
  readonly outcome: Outcome;
  /** W3C Trace Context of its sender, where there was a valid one. */
  readonly traceparent?: string | undefined;
}

/** One turn of a mailbox in which there were commands: they were ruled on, committed and told together. */
export interface HandledBatch {
  readonly matchId: string;
  readonly game: string;
  readonly commands: readonly HandledCommand[];
  /** Entries that it wrote. */
  readonly entries: number;
  readonly beganAt: number;
  /** The rules had decided. */
  readonly ruledAt: number;
  /** The entries were committed; of a tick-based match, whose commits come behind, the same as `ruledAt`. */
  readonly committedAt: number;
  /** All had been mirrored, patched and answered. */
  readonly toldAt: number;
}

export interface MatchObserver {
  now(): number;
  /** A command was refused before the rules had a say: by the room, by a full mailbox, or since the match has moved. */
  refused(game: string, code: string): void;
  handled(batch: HandledBatch): void;
  /** `ms`: until the store had answered. */
  committed(commit: { game: string; status: CommitStatus; entries: number; ms: number }): void;
}

export const nobody: MatchObserver = {
  now: () => 0,
  refused: () => {},
  handled: () => {},
  committed: () => {},
};
