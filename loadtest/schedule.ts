/**
 * When things are due at a fixed rate, whatever becomes of those before: an open loop. A generator that waits for answers
 * asks less the slower they come, and so never sees how slow they are (coordinated omission).
 */
export class Schedule {
  readonly #start: number;
  readonly #rate: number;
  readonly #most: number;
  #taken = 0;

  /** `rate` a second from `start` (milliseconds), evenly spaced, `most` in all. */
  constructor(start: number, rate: number, most = Infinity) {
    this.#start = start;
    this.#rate = rate;
    this.#most = rate > 0 ? most : 0;
  }

  /** The times, up to `now`, at which something was due and that were not taken yet: also those long ago. */
  *take(now: number): Generator<number> {
    while (this.#taken < this.#most) {
      const due = this.#start + (this.#taken * 1000) / this.#rate;
      if (due > now) return;
      this.#taken++;
      yield due;
    }
  }
}
