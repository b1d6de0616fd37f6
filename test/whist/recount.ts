/** Key moments counted anew and in another way: from the sheet of the match, with all of it at hand. */
import { playOut, sum, type Choose, type Played } from './support.ts';

export interface Watched extends Played {
  /** Who took the last trick of each round. */
  readonly takers: readonly number[];
}

export function watch(n: number, choose: Choose): Watched {
  const takers: number[] = [];
  // the last bit of a seed counts for nothing
  const played = playOut(2 * n, 26, choose, ({ sheet, lastTrick }) => {
    if (sheet.length > takers.length) takers.push(lastTrick!.winner);
  });
  return { ...played, takers };
}

type Found = [type: string, seat: number | null, data: unknown];
const SEATS = [0, 1, 2, 3];

/** The moments as text, sorted: type, seat and data of each. */
export function recount(match: Watched): string[] {
  const rounds = match.state.sheet.flatMap((_, round) => ofRound(match, round));
  return [...rounds, ...ofEnd(match)].map((found) => JSON.stringify(found)).sort();
}

function ofRound({ state: { sheet }, takers }: Watched, round: number): Found[] {
  const found: Found[] = [];
  const { bids, tricks } = sheet[round]!;
  const [cards, taker] = [sum(tricks), takers[round]!];
  const over = bids.map((bid, seat) => tricks[seat]! - bid);
  const met = SEATS.filter((seat) => over[seat] === 0);
  const needy = SEATS.filter((seat) => over[seat] === -1);
  if (cards >= 7 && over[taker] === 1 && needy.length > 0)
    found.push(['last_trick_upset', taker, { bid: bids[taker], neededBy: needy }]);
  if (cards >= 7 && met.length === 3) found.push(['perfect_round', null, { met }]);
  const slammer = tricks.indexOf(cards);
  if (cards >= 5 && slammer >= 0) found.push(['grand_slam', slammer, { tricks: cards, bid: bids[slammer] }]);
  for (const seat of met) {
    if (bids[seat]! >= 7) found.push(['bold_bid', seat, { bid: bids[seat] }]);
    const rounds =
      round - sheet.slice(0, round + 1).findLastIndex((row) => row.bids[seat] !== row.tricks[seat]);
    if (rounds % 6 === 0) found.push(['bid_streak', seat, { rounds }]);
  }
  return found;
}

function ofEnd({ state: { sheet } }: Watched): Found[] {
  const found: Found[] = [];
  const totalsAfter = (rounds: number): number[] =>
    SEATS.map((seat) => sum(sheet.slice(0, rounds).map(({ scores }) => scores[seat]!)));
  const totals = totalsAfter(sheet.length);
  const winner = totals.indexOf(Math.max(...totals));
  if (totals.lastIndexOf(totals[winner]!) > winner) return [];
  /** How far the winner was behind the first, and behind the last but one. */
  const behind = (rounds: number) => {
    const others = totalsAfter(rounds).toSpliced(winner, 1);
    const own = totalsAfter(rounds)[winner]!;
    return { first: Math.max(...others) - own, next: Math.min(...others) - own };
  };
  const round = sheet.findLastIndex((_, at) => behind(at + 1).first >= 20 && behind(at + 1).next > 0) + 1;
  if (round * 4 >= sheet.length) found.push(['comeback', winner, { round, points: behind(round).first }]);
  const late = behind(sheet.length - 1).first;
  if (late > 0) found.push(['late_win', winner, { points: late }]);
  return found;
}
