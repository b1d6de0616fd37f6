import type { FoundMoment } from './moment-rules.ts';

/** A moment as its match's clients get it: 1, 2, 3 … in its match. */
export interface NumberedMoment extends FoundMoment {
  readonly number: number;
}

/** Key moments that a room was given, kept until its clients have been sent what they are about. */
export class MomentsToTell {
  readonly #waiting: NumberedMoment[] = [];
  #last = 0;

  /** What was given before, or comes after later ones, is left aside: clients get each once, and in order. */
  add(moments: readonly NumberedMoment[]): void {
    for (const moment of moments) {
      if (moment.number <= this.#last) continue;
      this.#last = moment.number;
      this.#waiting.push(moment);
    }
  }

  /** Takes out those up to this place in the log. */
  take(n: number): NumberedMoment[] {
    const later = this.#waiting.findIndex((moment) => moment.n > n);
    return this.#waiting.splice(0, later < 0 ? this.#waiting.length : later);
  }
}
