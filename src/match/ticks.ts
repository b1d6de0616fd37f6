/** One beat a rate for all tick-based matches of a process: ten thousand timers a second would cost more than the games. */
import type { Clock } from './clock.ts';

/** Ticks of one beat that are made up for after a hitch; older ones are left out, and games are that much slower. */
const mostAtOnce = 15;

export class Beat {
  readonly #clock: Clock;
  readonly #hz: number;
  readonly #listeners = new Set<() => void>();
  readonly #observers = new Set<BeatObserver>();
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

  /** Tells of each tick: how late it came, and how long it took all matches, in milliseconds. */
  observe(observer: BeatObserver): void {
    this.#observers.add(observer);
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
      this.#tick(this.#began + (++this.#ticks * 1000) / this.#hz);
    }
    this.#ticks = Math.max(this.#ticks, due);
    if (this.#listeners.size > 0) this.#arm();
    else this.#cancel = null;
  }

  #tick(dueAt: number): void {
    if (this.#observers.size === 0) {
      for (const tick of this.#listeners) tick();
      return;
    }
    const late = this.#clock.now() - dueAt;
    const began = performance.now();
    for (const tick of this.#listeners) tick();
    const took = performance.now() - began;
    for (const observe of this.#observers) observe(late, took);
  }
}

export type BeatObserver = (lateMs: number, tookMs: number) => void;

const beats = new WeakMap<Clock, Map<number, Beat>>();

/** The beat of a clock and rate. */
export function beatOf(clock: Clock, hz: number): Beat {
  const ofClock = beats.get(clock) ?? new Map<number, Beat>();
  beats.set(clock, ofClock);
  const beat = ofClock.get(hz) ?? new Beat(clock, hz);
  ofClock.set(hz, beat);
  return beat;
}
