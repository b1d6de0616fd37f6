/**
 * Where a replay stands, in whole milliseconds `at` from the start of play: everything before it (the lobby) is at 0.
 * Of a tick-based game that is the time its ticks take; a server that paused takes none. Of a turn-based one it is the
 * time that passed between entries, where a pause of more than ten seconds counts as ten.
 */
import type { Entry } from '../match/engine.ts';
import { ticksBefore } from '../match/tick-engine.ts';
import { isTooLate } from './play-length.ts';
import { badLog } from './replay-error.ts';

const longestPauseMs = 10_000;
/** A tick can't come before its time; this much is left to clocks. */
const slackMs = 60_000;

export class Timeline {
  /** Ticks a second; undefined for a turn-based game. */
  readonly hz: number | undefined;
  readonly #entries: Entry[] = [];
  /** Where each of them is. */
  readonly #at: number[] = [];
  #hasStarted = false;
  #t = 0;

  constructor(hz: number | undefined) {
    this.hz = hz;
  }

  /** Number of entries; `n` of the last. */
  get length(): number {
    return this.#at.length;
  }

  /** Where the last entry is. */
  get duration(): number {
    return this.#at.at(-1) ?? 0;
  }

  /** Adds the entries that follow. Throws `history/bad_log` for what can't follow. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) this.#add(entry);
  }

  /** The entries after entry `n`, up to entry `last`. */
  after(n: number, last: number): readonly Entry[] {
    return this.#entries.slice(n, last);
  }

  /** Where entry `n` is; null where there is none. */
  atEntry(n: number): number | null {
    return this.#at[n - 1] ?? null;
  }

  /** Number of entries up to here, those of this very moment included. */
  entriesUntil(at: number): number {
    let [low, high] = [0, this.#at.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last tick here; 0 for a turn-based game. */
  tickAt(at: number): number {
    return this.hz === undefined ? 0 : Math.floor((at * this.hz) / 1000);
  }

  /** Where a tick is: the first millisecond at which it has been played. Null for a turn-based game. */
  atTick(tick: number): number | null {
    return this.hz === undefined ? null : Math.ceil((tick * 1000) / this.hz);
  }

  #add(entry: Entry): void {
    const { n, t, type } = entry;
    if (n !== this.length + 1) throw badLog(`entry ${this.length + 1} is missing`);
    if (!Number.isSafeInteger(t) || t < this.#t)
      throw badLog(`the time of entry ${n} is before its predecessor`);
    this.#at.push(this.#place(entry));
    this.#entries.push(entry);
    this.#t = t;
    if (type === 'start') this.#hasStarted = true;
  }

  #place(entry: Entry): number {
    const { n, t, type, data } = entry;
    if (!this.#hasStarted) return 0;
    if (this.hz === undefined) return this.duration + Math.min(t - this.#t, longestPauseMs);
    const { tick } = (data ?? {}) as { tick?: unknown };
    // entries about seats say no tick: they stand where the one before them stands
    if (tick === undefined) return this.duration;
    if (!Number.isSafeInteger(tick)) throw badLog(`entry ${n} says no tick`);
    if (isTooLate(entry, this.hz)) throw badLog(`the play up to entry ${n} is longer than a day`);
    const at = this.atTick(ticksBefore({ type, data }))!;
    if (at > t + slackMs) throw badLog(`the tick of entry ${n} is after its time`);
    return Math.max(this.duration, at);
  }
}
