/** Moments that have just been, told where their seat is. */
import type { ReplayMoment } from '../../client/replay.ts';
import { el } from './dom.ts';
import { title } from './words.ts';

export class Toasts {
  #shown: { readonly number: number; readonly element: HTMLElement }[] = [];

  /** Shows these, each in its place, and no others. */
  show(moments: readonly ReplayMoment[], placeOf: (seat: number | null) => HTMLElement): void {
    const numbers = new Set(moments.map(({ number }) => number));
    for (const { number, element } of this.#shown) if (!numbers.has(number)) element.remove();
    this.#shown = moments.map(({ number, type, seat }) => {
      const before = this.#shown.find((one) => one.number === number);
      if (before) return before;
      const element = el('p', { class: 'toast' }, title(type));
      placeOf(seat).append(element);
      return { number, element };
    });
  }
}
