import { leftOf, SEATS } from './rounds.ts';

/** What the rules of bidding look at; a state and a view both have it. */
export interface Bidding {
  readonly handSize: number;
  readonly dealer: number;
  readonly bids: readonly (number | null)[];
  readonly zeroStreak: readonly number[];
}

/** Zero bids in a row that a seat may make. */
const MAX_ZERO_STREAK = 3;

/** Which rule forbids this seat this bid, as a sentence; null when it is legal. */
export function bidFault(bidding: Bidding, seat: number, bid: number): string | null {
  const { handSize, dealer } = bidding;
  if (!Number.isInteger(bid) || bid < 0 || bid > handSize)
    return `A bid is a whole number from 0 to the hand size, ${handSize}.`;
  if (bid === 0 && bidding.zeroStreak[seat]! >= MAX_ZERO_STREAK)
    return `This seat bid zero in its last ${MAX_ZERO_STREAK} rounds: bid 1 or more.`;
  if (seat === dealer && bid === forbiddenToDealer(bidding))
    return `The dealer may not make the bids add up to ${handSize}: bid anything but ${bid}.`;
  return null;
}

/** Never empty: hands have two cards or more, and the zero and the dealer's rule forbid one bid each. */
export function legalBids(bidding: Bidding, seat: number): number[] {
  const all = Array.from({ length: bidding.handSize + 1 }, (_, bid) => bid);
  return all.filter((bid) => bidFault(bidding, seat, bid) === null);
}

/** The seat that names trumps when all have bid: of the highest bids the earliest. */
export function highestBidder(bids: readonly (number | null)[], dealer: number): number {
  let best = leftOf(dealer);
  for (let seat = leftOf(best), n = 1; n < SEATS; seat = leftOf(seat), n++)
    if (bids[seat]! > bids[best]!) best = seat;
  return best;
}

/** The bid that would make the bids add up; below zero when none would. */
function forbiddenToDealer(bidding: Bidding): number {
  return bidding.bids.reduce<number>((left, bid) => left - (bid ?? 0), bidding.handSize);
}
