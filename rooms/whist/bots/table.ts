import { rankOf, suitOf } from '../cards.ts';
import { SEATS } from '../rounds.ts';
import { beats } from '../trick.ts';

/** A round in play as a bot imagines it: `hands` at seat * 4 + suit, `live` by suit, are sets of ranks (masks.ts). */
export interface Table {
  readonly hands: Int32Array;
  /** Cards that may still be played, the hands included. */
  readonly live: Int32Array;
  /** The tricks that each seat is after; `ALL` when it wants as many as it can get. */
  readonly targets: Int32Array;
  readonly won: Int32Array;
  /** As of `trumpSuit`. */
  trump: number;
  turn: number;
  /** Cards on the table; `led`, `best` and `bestSeat` mean something only when there are any. */
  count: number;
  led: number;
  best: number;
  bestSeat: number;
}

/** A target beyond all tricks. */
export const ALL = 99;

export function emptyTable(): Table {
  return {
    hands: new Int32Array(SEATS * 4),
    live: new Int32Array(4),
    targets: new Int32Array(SEATS),
    won: new Int32Array(SEATS),
    trump: 4,
    turn: 0,
    count: 0,
    led: 0,
    best: 0,
    bestSeat: 0,
  };
}

export function copyTable(to: Table, from: Table): void {
  to.hands.set(from.hands);
  to.live.set(from.live);
  to.targets.set(from.targets);
  to.won.set(from.won);
  to.trump = from.trump;
  to.turn = from.turn;
  to.count = from.count;
  to.led = from.led;
  to.best = from.best;
  to.bestSeat = from.bestSeat;
}

export function giveCard(table: Table, seat: number, card: number): void {
  const suit = suitOf(card);
  table.hands[seat * 4 + suit]! |= 1 << rankOf(card);
  table.live[suit]! |= 1 << rankOf(card);
}

/** The seat in turn plays a card. */
export function playCard(table: Table, card: number): void {
  const suit = suitOf(card);
  const bit = 1 << rankOf(card);
  table.hands[table.turn * 4 + suit]! &= ~bit;
  table.live[suit]! &= ~bit;
  if (table.count === 0) table.led = suit;
  if (table.count === 0 || beats(card, table.best, table.trump)) {
    table.best = card;
    table.bestSeat = table.turn;
  }
  table.count++;
  table.turn = (table.turn + 1) & 3;
  if (table.count === SEATS) endTrick(table);
}

function endTrick(table: Table): void {
  table.won[table.bestSeat]!++;
  table.turn = table.bestSeat;
  table.count = 0;
}
