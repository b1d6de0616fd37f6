import type { Random } from '../../../src/match/random.ts';
import { leftOf, SEATS } from '../rounds.ts';
import { bestSuit, strength } from './choose-trump.ts';
import { imagine } from './imagine.ts';
import type { Knowledge } from './read-view.ts';
import { playOut, worth } from './rollout.ts';
import { ALL, copyTable, emptyTable, type Table } from './table.ts';

/** Bids further than this from the natural one are not tried. */
const REACH = 2;

/** An imagined deal, and the tricks of each seat in it when all take what they can. */
interface Deal {
  readonly table: Table;
  readonly natural: Int32Array;
}

/** The legal bid nearest to what the hand takes by itself. */
export function naturalBid(
  known: Knowledge,
  legal: readonly number[],
  deals: number,
  random: Random,
): number {
  return nearest(legal, middle(imagineDeals(known, deals, random), known.seat));
}

/** The legal bid that comes off best when the seats play for their bids, those to come guessed. */
export function searchBid(known: Knowledge, legal: readonly number[], deals: number, random: Random): number {
  const imagined = imagineDeals(known, deals, random);
  const natural = nearest(legal, middle(imagined, known.seat));
  const tried = legal.filter((bid) => Math.abs(bid - natural) <= REACH);
  const values = tried.map((bid) => imagined.reduce((sum, deal) => sum + tryBid(known, deal, bid), 0));
  return tried[values.indexOf(Math.max(...values))]!;
}

function imagineDeals(known: Knowledge, deals: number, random: Random): Deal[] {
  return Array.from({ length: deals }, () => {
    const [dealt, table] = [emptyTable(), emptyTable()];
    imagine(dealt, known, random);
    copyTable(table, dealt);
    table.targets.fill(ALL);
    table.trump = bestSuit(table, strongestSeat(table));
    playOut(table, known.cards);
    return { table: dealt, natural: table.won };
  });
}

/** What a bid is worth in one deal; whoever bids highest names the best suit of its hand. */
function tryBid(known: Knowledge, deal: Deal, bid: number): number {
  const table = emptyTable();
  copyTable(table, deal.table);
  for (let seat = 0; seat < SEATS; seat++) {
    if (seat === known.seat) table.targets[seat] = bid;
    else if (table.targets[seat] === ALL) table.targets[seat] = deal.natural[seat]!;
  }
  table.trump = bestSuit(table, highestTarget(table));
  playOut(table, known.cards);
  return worth(known.seat, table.targets, table.won);
}

/** Of the highest targets the earliest in bidding order; the table's turn is still the first to bid and lead. */
function highestTarget(table: Table): number {
  let best = table.turn;
  for (let seat = leftOf(best); seat !== table.turn; seat = leftOf(seat))
    if (table.targets[seat]! > table.targets[best]!) best = seat;
  return best;
}

function strongestSeat(table: Table): number {
  const figures = Array.from({ length: SEATS }, (_, seat) => strength(table, seat, bestSuit(table, seat)));
  return figures.indexOf(Math.max(...figures));
}

function middle(deals: readonly Deal[], seat: number): number {
  const tricks = deals.map((deal) => deal.natural[seat]!).sort((a, b) => a - b);
  return tricks[tricks.length >> 1]!;
}

function nearest(legal: readonly number[], bid: number): number {
  return legal.reduce((best, other) => (Math.abs(other - bid) < Math.abs(best - bid) ? other : best));
}
