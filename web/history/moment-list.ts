/** The moments of a match as a list: to read, to go to, to share. */
import type { ReplayMoment } from '../../client/replay.ts';
import { copyButton } from './copy-button.ts';
import { momentLabel } from './controls.ts';
import { button, dot, el } from './dom.ts';
import type { SeatName } from './drawing.ts';
import { momentTypes } from './moment-types.ts';
import type { Spot } from './route.ts';
import { clock } from './words.ts';

export class MomentList {
  readonly element = el('ol', { class: 'moments', 'aria-label': 'Moments' });
  readonly #seek: (number: number) => void;
  readonly #link: (spot: Spot) => string;
  #labels = '';

  constructor(seek: (number: number) => void, link: (spot: Spot) => string) {
    this.#seek = seek;
    this.#link = link;
  }

  /** Made again only where there is something new. */
  show(moments: readonly ReplayMoment[], seatName: SeatName, game: string): void {
    const labels = moments.map((moment) => momentLabel(moment, seatName));
    const key = JSON.stringify(labels);
    if (key === this.#labels) return;
    this.#labels = key;
    this.element.replaceChildren(
      ...moments.map((moment, i) => this.#row(moment, labels[i]!, momentTypes[game]?.[moment.type])),
    );
  }

  #row({ number, seat, at }: ReplayMoment, label: string, words = label): HTMLElement {
    const go = button('', () => this.#seek(number), { class: 'go', 'data-moment': String(number) });
    go.append(dot(seat), el('time', {}, clock(at)), el('span', { class: 'name', title: words }, label));
    const share = copyButton('Link', `Copy the link to ${label}`, () => this.#link({ moment: number }));
    return el('li', {}, go, share);
  }
}
