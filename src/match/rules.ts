/**
 * The rules seam: what a game is, pure and deterministic. Rules know no clock, no network, no framework: time, seats and
 * random numbers come in. RulesEngine (rules-engine.ts) makes an engine of them.
 */
import type { Random } from './random.ts';

/** An entry as rules make it; the engine adds its place, time and command id. */
export interface Draft {
  readonly type: string;
  readonly seat: number | null;
  readonly data: unknown;
}

/** Why a command is not accepted: a stable code such as `whist/not_your_turn`, and a sentence for developers. */
export class Refusal {
  readonly code: string;
  readonly message: string;
  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

export interface Command {
  readonly name: string;
  readonly payload: unknown;
}

/** An event as rules emit it, while they apply an entry. */
export type Emit = (type: string, seat: number | null, data: unknown) => void;

export type Strength = 'weak' | 'medium' | 'strong';

/** A seat's figures when the rules have ended the match; the engine adds the account. */
export interface SeatResult {
  readonly seat: number;
  readonly placement: number;
  readonly score: number;
  readonly stats: Readonly<Record<string, number>>;
}

/**
 * A turn-based game. `S` is its state, on data of its own shape, `V` what one seat may see of it.
 * The state is changed by `apply` alone; everything else only reads it.
 */
export interface Rules<S, V, O = unknown> {
  readonly game: string;
  readonly version: string;
  /** Number of seats of a match with these options. */
  seats(options: O): number;
  /** The state when the match starts. `random` belongs to the state from here on: its position is saved with it. */
  setup(options: O, seats: number, random: Random): S;
  /** The entries that a command makes, or why not. The payload has passed its schema, nothing more. */
  decide(state: S, seat: number, command: Command): readonly Draft[] | Refusal;
  /**
   * A command makes one entry, of its own name and payload: so a log that is played again is checked, by asking `decide`
   * for each entry. Without it, such a log is only checked by what `apply` throws at.
   */
  readonly entriesAreCommands?: true;
  /** Folds one entry, and emits what follows from it. Throws only on entries that `decide` never makes. */
  apply(state: S, entry: Draft, emit: Emit): void;
  /** The seat that has to act, or null (between or after). */
  turn(state: S): number | null;
  /** What a seat may see, or a spectator (null): never a secret of another seat. */
  visible(state: S, seat: number | null): V;
  /** Null while the match goes on. */
  result(state: S): readonly SeatResult[] | null;
  /** What a bot of this strength does when it is its turn; it sees only its view. Has a budget of about 2 ms. */
  bot(view: V, seat: number, strength: Strength, random: Random): Command;
  /** The state as JSON-able data and back; `decode(encode(s))` has the same future as `s`. */
  encode(state: S): unknown;
  decode(data: unknown): S;
}
