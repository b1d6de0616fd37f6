/** Sleeps for three days after each nudge, then notes that it woke; ends with its third awakening. */
import type {
  Engine,
  Entry,
  Followed,
  Handled,
  Input,
  Outcome,
  Standing,
} from '../../../src/match/engine.ts';

export const threeDays = 3 * 86_400_000;

export class SleeperEngine implements Engine {
  readonly version = '1';
  #state = { n: 0, t: 0, since: 0, woken: 0 };

  open(checkpoint: Uint8Array | null, entries: readonly Entry[]): Standing {
    if (checkpoint) this.#state = JSON.parse(Buffer.from(checkpoint).toString()) as never;
    for (const entry of entries) this.#apply(entry);
    return this.#standing();
  }

  handle(batch: readonly Input[]): Handled {
    const entries: Entry[] = [];
    const outcomes = batch.map((input) => this.#one(input, entries));
    return { entries, events: [], outcomes, ...this.#standing() };
  }

  follow(entries: readonly Entry[]): Followed {
    return { events: [], ...this.open(null, entries) };
  }

  view(): unknown {
    return { ...this.#state };
  }

  checkpoint(): Uint8Array {
    return Buffer.from(JSON.stringify(this.#state));
  }

  close(): void {}

  #one(input: Input, entries: Entry[]): Outcome {
    const { wakeAt } = this.#standing();
    if (input.kind === 'wake' && wakeAt !== null && input.t >= wakeAt)
      this.#record(entries, { type: 'woke', seat: null, data: null }, input.t);
    if (input.kind === 'command') {
      if (input.name !== 'nudge') return { ok: false, code: 'sleeper/asleep', message: 'it sleeps' };
      this.#record(entries, { type: 'nudge', seat: input.seat, id: input.id, data: null }, input.t);
    }
    return { ok: true, n: this.#state.n };
  }

  #record(entries: Entry[], draft: Omit<Entry, 'n' | 't'>, t: number): void {
    const entry = { n: this.#state.n + 1, t: Math.max(t, this.#state.t), ...draft };
    entries.push(entry);
    this.#apply(entry);
  }

  #apply({ n, t, type }: Entry): void {
    this.#state = { n, t, since: t, woken: this.#state.woken + (type === 'woke' ? 1 : 0) };
  }

  #standing(): Standing {
    const { n, since, woken } = this.#state;
    const result =
      woken === 3 ? { players: [{ seat: 0, account: 'a', placement: 1, score: woken, stats: {} }] } : null;
    return { n, wakeAt: result ? null : since + threeDays, result };
  }
}
