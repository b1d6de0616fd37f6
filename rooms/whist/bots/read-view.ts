import { rankOf, suitOf, trumpSuit } from '../cards.ts';
import { leftOf, SEATS } from '../rounds.ts';
import type { WhistView } from '../view.ts';
import { ALL, emptyTable, giveCard, playCard, type Table } from './table.ts';

/** What a seat can know from its view. */
export interface Knowledge {
  /** The round as it stands, with the own hand only and its leader in turn before play; bids not made yet are `ALL`. */
  readonly table: Table;
  readonly seat: number;
  /** Cards that are neither in the own hand nor played. */
  readonly unseen: readonly number[];
  /** By seat, the suits it has shown not to have, as bits. */
  readonly voids: readonly number[];
  readonly handCounts: readonly number[];
  /** Cards left in all hands together. */
  readonly cards: number;
}

export function readView(view: WhistView, seat: number): Knowledge {
  const table = emptyTable();
  table.trump = trumpSuit(view.trump);
  const voids = replayTricks(table, view);
  table.targets.set(view.bids.map((bid) => bid ?? ALL));
  for (const card of view.hand) giveCard(table, seat, card);
  const seen = new Set([...view.hand, ...view.played]);
  const unseen = Array.from({ length: 52 }, (_, card) => card).filter((card) => !seen.has(card));
  for (const card of unseen) table.live[suitOf(card)]! |= 1 << rankOf(card);
  const cards = view.handCounts.reduce((sum, count) => sum + count, 0);
  return { table, seat, unseen, voids, handCounts: view.handCounts, cards };
}

/** Plays the round's cards again, which gives the tricks won, the trick on the table, and who could not follow. */
function replayTricks(table: Table, view: WhistView): number[] {
  const voids = Array<number>(SEATS).fill(0);
  table.turn = leftOf(view.dealer);
  for (const card of view.played) {
    if (table.count > 0 && suitOf(card) !== table.led) voids[table.turn]! |= 1 << table.led;
    playCard(table, card);
  }
  return voids;
}
