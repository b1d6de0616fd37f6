/** A whist table in elements: four hands around a trick. Cards are texts, crisp at every size. */
import type { WhistTable } from '../../rooms/whist/state.ts';
import { dot, el } from '../history/dom.ts';
import type { Drawing, SeatName } from '../history/drawing.ts';
import type { Face } from './cards.ts';
import { type ShownCard, type ShownSeat, type ShownTable, shownTable } from './model.ts';

/** From the seat at the bottom clockwise. */
const sides = ['bottom', 'left', 'top', 'right'] as const;

export function drawWhist(stage: HTMLElement): Drawing {
  const round = el('b');
  const what = el('small');
  const trump = el('span', { class: 'trump' });
  const middle = el('div', { class: 'trick' });
  const last = el('div', { class: 'last' });
  const seats = sides.map((side, at) => new Seat(side, at));
  stage.replaceChildren(
    el(
      'div',
      { class: 'whist' },
      el('div', { class: 'info' }, round, what, trump),
      ...seats.map(({ element }) => element),
      middle,
      last,
    ),
  );
  const showTrump = onChange((shown: ShownTable['trump']) => trump.replaceChildren(...trumpOf(shown)));
  const showMiddle = onChange((cards: readonly ShownCard[]) => middle.replaceChildren(...cards.map(played)));
  const showLast = onChange((cards: readonly ShownCard[]) =>
    last.replaceChildren(
      ...(cards.length === 0 ? [] : [el('small', {}, 'last trick')]),
      ...cards.map(played),
    ),
  );
  return {
    draw(table, seatName) {
      const shown = shownTable(table as WhistTable);
      round.textContent = shown.round;
      what.textContent = shown.stage;
      showTrump(shown.trump);
      showMiddle(shown.middle);
      showLast(shown.last);
      for (const [at, seat] of seats.entries()) if (shown.seats[at]) seat.draw(shown.seats[at], at, seatName);
    },
    spot: (seat) => seats[seat]?.element,
  };
}

class Seat {
  readonly element: HTMLElement;
  readonly #name = el('span', { class: 'name' });
  readonly #dealer = el('abbr', { class: 'dealer', title: 'dealer' }, 'D');
  readonly #bid = el('span', { class: 'bid' });
  readonly #score = el('b', { class: 'score' });
  readonly #hand = el('div', { class: 'hand', role: 'img' });
  readonly #showHand = onChange((seat: Pick<ShownSeat, 'hand' | 'backs'>) => this.#fill(seat));

  constructor(side: string, at: number) {
    const head = el('div', { class: 'head' }, dot(at), this.#name, this.#dealer, this.#bid, this.#score);
    this.element = el('section', { class: `seat ${side}`, 'data-seat': String(at) }, head, this.#hand);
  }

  draw(seat: ShownSeat, at: number, seatName: SeatName): void {
    this.#name.textContent = this.#name.title = seatName(at);
    this.#dealer.hidden = !seat.isDealer;
    this.#bid.textContent = seat.bid === null ? 'no bid yet' : `${seat.tricks} of ${seat.bid}`;
    this.#bid.dataset['met'] = seat.bid === null ? '' : String(Math.sign(seat.tricks - seat.bid));
    this.#score.textContent = String(seat.score);
    this.element.toggleAttribute('data-turn', seat.isTurn);
    this.#showHand({ hand: seat.hand, backs: seat.backs });
  }

  #fill({ hand, backs }: Pick<ShownSeat, 'hand' | 'backs'>): void {
    const words = hand.map(({ words }) => words).join(', ');
    this.#hand.setAttribute('aria-label', words || `${backs} cards`);
    this.#hand.replaceChildren(
      ...hand.map((face) => card(face)),
      ...Array.from({ length: backs }, () => el('span', { class: 'card back' })),
    );
  }
}

function played({ seat, face, isWinner }: ShownCard): HTMLElement {
  const made = card(face);
  made.classList.add(sides[seat]!);
  made.dataset['seat'] = String(seat);
  made.toggleAttribute('data-winner', isWinner);
  return made;
}

function card({ rank, suit, isRed, words }: Face): HTMLElement {
  const kinds = ['card', ...(isRed ? ['red'] : []), ...(rank === '10' ? ['ten'] : [])];
  return el('span', { class: kinds.join(' '), title: words }, el('b', {}, rank), el('i', {}, suit));
}

function trumpOf(trump: ShownTable['trump']): (HTMLElement | string)[] {
  if (!trump) return [];
  return ['trumps', el('b', { class: trump.isRed ? 'red' : '', title: trump.words }, trump.suit)];
}

/** Elements are made again only where what they show has changed. */
function onChange<T>(show: (value: T) => void): (value: T) => void {
  let before = '';
  return (value) => {
    const now = JSON.stringify(value);
    if (now !== before) show(value);
    before = now;
  };
}
