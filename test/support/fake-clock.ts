import type { Clock } from '../../src/match/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** A clock that stands still until a test moves it; timers fire in order of their time. */
export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  /** Whole milliseconds, like Date.now. */
  now = (): number => Math.floor(this.#now);

  after(ms: number, fire: () => void): () => void {
    const timer: Timer = { at: this.now() + Math.max(0, ms), order: this.#order++, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves time on, fires what comes due, and lets what each timer set off come to rest first. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (let timer = this.#next(until); timer; timer = this.#next(until)) {
      this.#now = timer.at;
      this.#timers.delete(timer);
      timer.fire();
      await settled();
    }
    this.#now = until;
    await settled();
  }

  get pending(): number {
    return this.#timers.size;
  }

  #next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > until) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Some turns of the event loop: promises and immediates that are under way come to an end. */
export async function settled(turns = 4): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resume) => setImmediate(resume));
}
