/**
 * The outcomes of the last commands of each seat, by command id, so that a command which is sent again after a lost
 * answer is answered again and not applied again. Accepted ones are folded from the log; all are part of the checkpoint.
 */
import type { Entry, Outcome } from './engine.ts';

const kept = 32;

export class Outcomes {
  readonly #bySeat = new Map<number, Map<string, Outcome>>();

  get(seat: number, id: string): Outcome | undefined {
    return this.#bySeat.get(seat)?.get(id);
  }

  set(seat: number, id: string, outcome: Outcome): void {
    let ofSeat = this.#bySeat.get(seat);
    if (!ofSeat) this.#bySeat.set(seat, (ofSeat = new Map()));
    ofSeat.delete(id);
    ofSeat.set(id, outcome);
    if (ofSeat.size > kept) ofSeat.delete(ofSeat.keys().next().value!);
  }

  fold(entry: Entry): void {
    if (entry.id !== undefined && entry.seat !== null)
      this.set(entry.seat, entry.id, { ok: true, n: entry.n });
  }

  toJSON(): [number, [string, Outcome][]][] {
    return [...this.#bySeat].map(([seat, ofSeat]) => [seat, [...ofSeat]]);
  }

  static from(data: ReturnType<Outcomes['toJSON']>): Outcomes {
    const outcomes = new Outcomes();
    for (const [seat, list] of data) for (const [id, outcome] of list) outcomes.set(seat, id, outcome);
    return outcomes;
  }
}
