import type { Random } from '../../../src/match/random.ts';
import { suitOf } from '../cards.ts';
import { SEATS } from '../rounds.ts';
import type { Knowledge } from './read-view.ts';
import { copyTable, giveCard, type Table } from './table.ts';

/**
 * Fills `to` with one way the cards may lie: the unseen ones dealt at random to the other hands and the rest of the deck,
 * by their sizes and by who is known to be void. In the rare corner where a hand can't be filled so, its voids are forgotten.
 */
export function imagine(to: Table, known: Knowledge, random: Random): void {
  copyTable(to, known.table);
  for (let suit = 0; suit < 4; suit++) to.live[suit] = to.hands[known.seat * 4 + suit]!;
  const room = known.handCounts.map((count, seat) => (seat === known.seat ? 0 : count));
  const aside = known.unseen.length - room.reduce((sum, count) => sum + count, 0);
  room.push(aside);
  for (const card of constrainedFirst(known, random)) {
    const owner = pickOwner(room, known.voids, suitOf(card), random);
    room[owner]!--;
    if (owner < SEATS) giveCard(to, owner, card);
  }
}

/** The unseen cards at random, those that fewer hands can have before the others. */
function constrainedFirst(known: Knowledge, random: Random): number[] {
  const cards = random.shuffle([...known.unseen]);
  if (known.voids.every((suits) => suits === 0)) return cards;
  const owners = [0, 1, 2, 3].map((suit) => known.voids.filter((suits) => !((suits >> suit) & 1)).length);
  return cards.sort((a, b) => owners[suitOf(a)]! - owners[suitOf(b)]!);
}

/** A place with room for a card of this suit, each in proportion to its room; `SEATS` is the rest of the deck. */
function pickOwner(room: readonly number[], voids: readonly number[], suit: number, random: Random): number {
  const fits = (owner: number): number => (((voids[owner] ?? 0) >> suit) & 1 ? 0 : room[owner]!);
  let total = 0;
  for (let owner = 0; owner <= SEATS; owner++) total += fits(owner);
  if (total === 0) return room.findIndex((left) => left > 0);
  let at = random.int(total);
  for (let owner = 0; ; owner++) {
    at -= fits(owner);
    if (at < 0) return owner;
  }
}
