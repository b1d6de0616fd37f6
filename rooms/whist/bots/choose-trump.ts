import type { Random } from '../../../src/match/random.ts';
import { TRUMPS, type Trump } from '../cards.ts';
import { imagine } from './imagine.ts';
import type { Knowledge } from './read-view.ts';
import { playOut, worth } from './rollout.ts';
import { copyTable, emptyTable, type Table } from './table.ts';

/** The suit that serves a seat best as trumps by its length and ranks. */
export function bestSuit(table: Table, seat: number): number {
  let best = 0;
  for (let suit = 1; suit < 4; suit++)
    if (strength(table, seat, suit) > strength(table, seat, best)) best = suit;
  return best;
}

/** Length and ranks of a suit in one figure: a card counts 6, and its rank. */
export function strength(table: Table, seat: number, suit: number): number {
  let sum = 0;
  for (let mask = table.hands[seat * 4 + suit]!; mask !== 0; mask &= mask - 1)
    sum += 37 - Math.clz32(mask & -mask);
  return sum;
}

/** The trumps with which a seat comes off best in `deals` imagined deals; all bids are known. */
export function searchTrump(known: Knowledge, deals: number, random: Random): Trump {
  const [dealt, table] = [emptyTable(), emptyTable()];
  const bids = known.table.targets;
  const values = TRUMPS.map(() => 0);
  for (let deal = 0; deal < deals; deal++) {
    imagine(dealt, known, random);
    for (let trump = 0; trump < TRUMPS.length; trump++) {
      copyTable(table, dealt);
      table.trump = trump;
      playOut(table, known.cards);
      values[trump]! += worth(known.seat, bids, table.won);
    }
  }
  return TRUMPS[values.indexOf(Math.max(...values))]!;
}
