/**
 * The engine seam: what a match hosts. An engine folds entries into a state and turns inputs into entries.
 * It never tells anyone anything: its host commits the entries first, and then tells (see match.ts).
 *
 * Times are `t`, whole milliseconds of match time: 0 at creation, standing still while no process holds the match.
 */

/** One record of the match log: the thing that is folded. JSON-able; ids only, never personal data. */
export interface Entry {
  /** Place in the log: 1, 2, 3 … without gaps. */
  readonly n: number;
  readonly t: number;
  readonly type: string;
  /** The seat that caused it, or null for the match itself. */
  readonly seat: number | null;
  /** Id of the command that caused it, on the last entry of that command. */
  readonly id?: string;
  readonly data: unknown;
}

/** What follows from an entry and is published for others; never folded. */
export interface MatchEvent {
  /** The entry that it follows from. */
  readonly n: number;
  readonly t: number;
  readonly type: string;
  readonly seat: number | null;
  readonly data: unknown;
}

/** What reaches an engine, in one order: the order of the mailbox. */
export type Input =
  | {
      readonly kind: 'command';
      readonly t: number;
      readonly seat: number;
      readonly id: string;
      readonly name: string;
      readonly payload: unknown;
    }
  | { readonly kind: 'seat'; readonly t: number; readonly change: SeatChange }
  | { readonly kind: 'wake'; readonly t: number }
  | {
      readonly kind: 'tick';
      readonly t: number;
      /** What was played up to this tick is about to be committed: an entry must say how far that is. */
      readonly mark?: boolean;
    };

/** A change of seats by the platform itself (a command of a player is a command). */
export type SeatChange =
  | { readonly type: 'sit'; readonly account: string; readonly seat?: number }
  | { readonly type: 'leave'; readonly account: string }
  | { readonly type: 'away'; readonly account: string }
  | { readonly type: 'back'; readonly account: string };

/** The answer to one input. `n` is the log position after it; a refusal changes nothing and has a stable code. */
export type Outcome =
  | { readonly ok: true; readonly n: number; readonly seat?: number }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Where a match stands after a fold or a batch. */
export interface Standing {
  /** Log position: the `n` of the last entry, 0 before the first. */
  readonly n: number;
  /** Match time at which the engine wants a `wake`, or null. */
  readonly wakeAt: number | null;
  readonly result: Result | null;
  /** Whether ticks change it now: not in the lobby, nor with nobody there. Absent: no. */
  readonly isMoving?: boolean;
}

export interface Handled extends Standing {
  readonly entries: readonly Entry[];
  readonly events: readonly MatchEvent[];
  /** One for each input of the batch, in its order. */
  readonly outcomes: readonly Outcome[];
}

/** What playing on along a log brought. */
export interface Followed extends Standing {
  readonly events: readonly MatchEvent[];
}

/** How a match ended. */
export interface Result {
  readonly players: readonly PlayerResult[];
  /** Reason where it is not the rules' own end, such as `abandoned`. */
  readonly reason?: string;
}

export interface PlayerResult {
  readonly seat: number;
  /** Null for a bot. */
  readonly account: string | null;
  /** 1 is the best; joint winners share it. */
  readonly placement: number;
  readonly score: number;
  /** Further figures of the game, by name. */
  readonly stats: Readonly<Record<string, number>>;
}

/** What a match is made from: the data of the first entry (`create`) of every log. */
export interface MatchSetup {
  readonly game: string;
  readonly version: string;
  readonly options: MatchOptions;
  /** 32 hexadecimal digits; leaves the server only after the result. */
  readonly seed: string;
}

/** Options that every game has; a game adds its own. Times in milliseconds. */
export interface MatchOptions {
  /** What history lists the match under, such as `ranked`. */
  readonly mode: string;
  readonly turnMs: number;
  readonly botDelayMs: number;
  /** A UUID, set by the server alone: no client can say it. */
  readonly tournamentId?: string;
  readonly [option: string]: unknown;
}

export type MaybePromise<T> = T | Promise<T>;

/** Hosted by a match; a synchronous engine never makes its host wait for a promise. */
export interface Engine {
  /** Released versions stay registered: a match stays on the version that it began with. */
  readonly version: string;
  /** Ticks a second of a tick-based game; absent for a turn-based one. */
  readonly hz?: number;
  /** Folds `entries` on top of `checkpoint`, or from nothing: then the first is `create`. Called once, first. */
  open(checkpoint: Uint8Array | null, entries: readonly Entry[]): MaybePromise<Standing>;
  /** Throws (or rejects) on a fault: the host then throws this engine away and opens another from the store. */
  handle(batch: readonly Input[]): MaybePromise<Handled>;
  /**
   * Plays a log again: folds `entries`, which go on where this engine stands (nowhere, or after `open(checkpoint, [])`),
   * and then goes on to `tick` where a tick-based game has not passed it. Gives the events that follow, as they were when it was played; the times of those
   * between two entries of a tick-based game may differ by the lateness of its ticks. Throws on entries that no engine made.
   * An engine that follows never handles.
   */
  follow(entries: readonly Entry[], tick?: number): MaybePromise<Followed>;
  /** What a seat may see, or a spectator (null). JSON-able, without secrets of others. */
  view(seat: number | null): MaybePromise<unknown>;
  /** The state at this log position; `open(checkpoint(), [])` gives an engine with the same future. */
  checkpoint(): MaybePromise<Uint8Array>;
  close(): MaybePromise<void>;
}
