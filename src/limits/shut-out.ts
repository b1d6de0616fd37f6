/** Addresses that get nothing for a while. */

/** Of more nobody takes note: their other limits hold. */
const mostAtOnce = 50_000;
const firstSweep = 1_000;

export class ShutOut {
  /** Until when, on the process's own clock. */
  readonly #until = new Map<string, number>();
  #sweepAt = firstSweep;

  add(who: string, ms: number): void {
    if (this.#until.size >= this.#sweepAt) this.#sweep();
    if (this.#until.size < mostAtOnce) this.#until.set(who, performance.now() + ms);
  }

  /** Milliseconds; 0 for whoever is not shut out. */
  msLeft(who: string): number {
    const until = this.#until.get(who);
    return until === undefined ? 0 : Math.max(0, until - performance.now());
  }

  /** Forgets those whose time is over; not at each addition, should there be many. */
  #sweep(): void {
    const now = performance.now();
    for (const [who, until] of this.#until) if (until <= now) this.#until.delete(who);
    this.#sweepAt = Math.max(firstSweep, 2 * this.#until.size);
  }
}
