/** One beat a rate for all tick-based matches of a process: ten thousand timers a second would cost more than the games. */
import type { Clock } from './clock.ts';

/** Ticks of one beat that are made up for after a hitch; older ones are left out, and games are that much slower. */
const mostAtOnce = 15;

export class Beat {
  readonly #clock: Clock;
  readonly #hz: number;
  readonly #listeners = new Set<() => void>();
  #cancel: (() => void) | null = null;
  #began = 0;
  #ticks = 0;

  constructor(clock: Clock, hz: number) {
    this.#clock = clock;
    this.#hz = hz;
  }

  /** Calls `tick` `hz` times a second; the returned function stops that. */
  join(tick: () => void): () => void {
    this.#listeners.add(tick);
    if (!this.#cancel) this.#start();
    return () => void this.#listeners.delete(tick);
  }

  #start(): void {
    this.#began = this.#clock.now();
    this.#ticks = 0;
    this.#arm();
  }

  #arm(): void {
    const at = this.#began + ((this.#ticks + 1) * 1000) / this.#hz;
    this.#cancel = this.#clock.after(Math.max(0, Math.ceil(at - this.#clock.now())), () => this.#beat());
  }

  #beat(): void {
    const due = Math.floor(((this.#clock.now() - this.#began) * this.#hz) / 1000 + 0.01);
    for (let made = 0; this.#ticks < due && made < mostAtOnce; made++) {
      this.#ticks++;
      for (const tick of this.#listeners) tick();
    }
    this.#ticks = Math.max(this.#ticks, due);
    if (this.#listeners.size > 0) this.#arm();
    else this.#cancel = null;
  }
}

const beats = new WeakMap<Clock, Map<number, Beat>>();

/** The beat of a clock and rate. */
export function beatOf(clock: Clock, hz: number): Beat {
  const ofClock = beats.get(clock) ?? new Map<number, Beat>();
  beats.set(clock, ofClock);
  const beat = ofClock.get(hz) ?? new Beat(clock, hz);
  ofClock.set(hz, beat);
  return beat;
}
