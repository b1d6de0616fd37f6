/**
 * The rules seam of tick-based games: pure and deterministic, like `Rules`, but moved by a fixed step. Inputs are
 * entries, ticks are none: the fold steps from one entry's tick to the next. The same rules run in the browser.
 */
import type { Command, Draft, Emit, Refusal, SeatResult, Strength } from './rules.ts';

export interface TickRules<S, V, O = unknown> {
  readonly game: string;
  readonly version: string;
  /** Steps a second. */
  readonly hz: number;
  /** Number of seats of a match with these options. */
  seats(options: O): number;
  /** The state before the first step. `seed`: 32 hexadecimal digits; it never leaves the server before the result. */
  setup(options: O, seats: number, seed: string): S;
  /** Number of steps taken. */
  tick(state: S): number;
  /** The entries that a command makes, in effect from the next step, or why not. Sanitises what is impossible. */
  decide(state: S, seat: number, command: Command): readonly Draft[] | Refusal;
  /**
   * A command makes one entry, of its own name and payload: so a log that is played again is checked, by asking `decide`
   * for each entry. Without it, such a log is only checked by what `apply` throws at.
   */
  readonly entriesAreCommands?: true;
  /** Folds an entry: takes effect in the next step. */
  apply(state: S, entry: Draft): void;
  /** One step. Tells what happened in it. */
  step(state: S, emit: Emit): void;
  /** What a seat may see, or a spectator (null). */
  visible(state: S, seat: number | null): V;
  /** Null while the match goes on. */
  result(state: S): readonly SeatResult[] | null;
  /** What a bot asks for at this tick; mostly nothing. It sees only its view and has a budget of CPU. */
  bot(view: V, seat: number, strength: Strength, tick: number): readonly Command[];
  /** The state as bytes and back; `decode(encode(s))` has the same future as `s`. */
  encode(state: S): Uint8Array;
  decode(bytes: Uint8Array): S;
}
