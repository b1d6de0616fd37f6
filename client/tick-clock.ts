/**
 * Which tick a client is to simulate now, so that its inputs reach the server just before their tick: the server's tick
 * by what it told, plus half the round trip and two ticks. Times in milliseconds of any steady clock.
 */
export class TickClock {
  readonly #perMs: number;
  #heard: { readonly at: number; readonly offset: number }[] = [];
  #roundTrips: number[] = [];
  #offset: number | null = null;
  #readAt = 0;

  constructor(hz: number) {
    this.#perMs = hz / 1000;
  }

  /** The server has told its tick. */
  heard(tick: number, now: number): void {
    this.#heard = this.#heard.filter(({ at }) => now - at < memoryMs);
    this.#heard.push({ at: now, offset: tick - now * this.#perMs });
    const last = this.#heard.slice(-2);
    const best = Math.max(...this.#heard.map(({ offset }) => offset));
    // one message may be late; where two are, the match itself stood still
    if (last.every(({ offset }) => offset < best - jumpTicks)) this.#heard = last;
  }

  /** An answer took so long. */
  pinged(ms: number): void {
    this.#roundTrips = [...this.#roundTrips, ms].slice(-roundTripsKept);
  }

  /** After a pause of the match or of the connection: what was heard before is no longer so. */
  forget(): void {
    this.#heard = [];
  }

  /** The tick to be at, with a fraction. Runs a little faster or slower to get there; jumps where it is far off. */
  tick(now: number): number {
    const goal = this.#goal();
    const most = Math.max(0, now - this.#readAt) * this.#perMs * slew;
    const off = goal - (this.#offset ?? -Infinity);
    this.#offset = Math.abs(off) > jumpTicks ? goal : this.#offset! + Math.min(most, Math.max(-most, off));
    this.#readAt = now;
    return this.#offset + now * this.#perMs;
  }

  /** The message that was fastest shows the server's tick best; the slowest round trip says how early to be. */
  #goal(): number {
    if (this.#heard.length === 0) return this.#offset ?? 0;
    const roundTrips = this.#roundTrips.length === 0 ? [fallbackMs] : this.#roundTrips;
    const [fastest, slowest] = [Math.min(...roundTrips), Math.max(...roundTrips)];
    const server = Math.max(...this.#heard.map(({ offset }) => offset)) + (fastest / 2) * this.#perMs;
    return server + (slowest / 2) * this.#perMs + spareTicks;
  }
}

/** Inputs arrive so much before their tick, for what the estimate can't know. */
const spareTicks = 2;
const memoryMs = 6_000;
const roundTripsKept = 6;
/** Until the first answer. */
const fallbackMs = 60;
const jumpTicks = 20;
const slew = 0.05;
