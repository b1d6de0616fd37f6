import { SEATS } from '../rounds.ts';
import { points } from '../scoring.ts';
import { policyCard } from './policy.ts';
import { playCard, type Table } from './table.ts';

/** Plays the rest of the round by the policy; `cards` are left in all hands together. */
export function playOut(table: Table, cards: number): void {
  for (let left = cards; left > 0; left--) playCard(table, policyCard(table));
}

/** How good an outcome is for a seat: its points over the mean of the others'. */
export function worth(seat: number, bids: ArrayLike<number>, tricks: ArrayLike<number>): number {
  let sum = 0;
  for (let any = 0; any < SEATS; any++) sum += points(bids[any]!, tricks[any]!);
  const own = points(bids[seat]!, tricks[seat]!);
  return own - (sum - own) / (SEATS - 1);
}
