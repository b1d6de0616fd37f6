/** A 60 Hz counter: seats push a rate, each tick adds it up; ends at a limit. Its log holds the inputs only. */
import type {
  Engine,
  Entry,
  Followed,
  Handled,
  Input,
  MatchSetup,
  Result,
  Standing,
} from '../../../src/match/engine.ts';

interface State {
  n: number;
  t: number;
  tick: number;
  rate: number;
  sum: number;
  limit: number;
}

export class CounterEngine implements Engine {
  readonly version = '1';
  readonly hz = 60;
  #state: State = { n: 0, t: 0, tick: 0, rate: 0, sum: 0, limit: 0 };

  open(checkpoint: Uint8Array | null, entries: readonly Entry[]): Standing {
    if (checkpoint) this.#state = JSON.parse(Buffer.from(checkpoint).toString()) as State;
    for (const entry of entries) this.#apply(entry);
    return this.#standing();
  }

  handle(batch: readonly Input[]): Handled {
    const entries: Entry[] = [];
    const outcomes = batch.map((input) => {
      if (input.kind === 'tick') this.#step(input.t, entries);
      if (input.kind !== 'command') return { ok: true, n: this.#state.n } as const;
      const rate = (input.payload as { rate: number }).rate;
      if (!Number.isInteger(rate))
        return { ok: false, code: 'counter/no_rate', message: 'rate is whole' } as const;
      this.#record(
        entries,
        { type: 'rate', seat: input.seat, id: input.id, data: { rate, tick: this.#state.tick } },
        input.t,
      );
      return { ok: true, n: this.#state.n } as const;
    });
    return { entries, events: [], outcomes, ...this.#standing() };
  }

  follow(entries: readonly Entry[], tick = 0): Followed {
    for (const entry of entries) this.#apply(entry);
    if (!this.#result()) this.#advance(Math.max(tick, this.#state.tick));
    return { events: [], ...this.#standing() };
  }

  view(): unknown {
    const { tick, sum, rate } = this.#state;
    return { tick, sum, rate };
  }

  checkpoint(): Uint8Array {
    return Buffer.from(JSON.stringify(this.#state));
  }

  close(): void {}

  #step(t: number, entries: Entry[]): void {
    if (this.#result()) return;
    this.#advance(this.#state.tick + 1);
    if (this.#result())
      this.#record(entries, { type: 'end', seat: null, data: { tick: this.#state.tick } }, t);
  }

  #record(entries: Entry[], draft: Omit<Entry, 'n' | 't'>, t: number): void {
    const entry = { n: this.#state.n + 1, t: Math.max(t, this.#state.t), ...draft };
    entries.push(entry);
    this.#apply(entry);
  }

  /** Ticks are no entries: an entry says at which tick it was, and the fold catches up to it. */
  #apply(entry: Entry): void {
    const data = entry.data as { rate: number; tick: number } & MatchSetup;
    if (entry.type === 'create') this.#state.limit = Number(data.options['limit']);
    else this.#advance(data.tick);
    if (entry.type === 'rate') this.#state.rate = data.rate;
    this.#state.n = entry.n;
    this.#state.t = entry.t;
  }

  #advance(tick: number): void {
    this.#state.sum += this.#state.rate * (tick - this.#state.tick);
    this.#state.tick = tick;
  }

  #result(): Result | null {
    const { sum, limit } = this.#state;
    return sum >= limit
      ? { players: [{ seat: 0, account: 'a', placement: 1, score: sum, stats: {} }] }
      : null;
  }

  #standing(): Standing {
    const result = this.#state.n > 0 ? this.#result() : null;
    return { n: this.#state.n, wakeAt: null, result, isMoving: this.#state.n > 0 && result === null };
  }
}
