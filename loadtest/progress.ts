import { HAND_SIZES } from '../rooms/whist/rounds.ts';
import type { WhistTable } from '../rooms/whist/state.ts';

/** More than a round has moves: 4 bids, a trump, 52 cards. */
const perRound = 64;

/** How far a table is: every move makes it more, and nothing else does. Infinity when the match is over. */
export function progressOf({ phase, stage, round, seats }: WhistTable): number {
  if (phase === 'over') return Infinity;
  const before = round * perRound;
  if (stage === 'bid') return before + seats.filter(({ bid }) => bid >= 0).length;
  if (stage === 'trump') return before + seats.length;
  if (stage !== 'play') return 0;
  const inHand = seats.reduce((sum, { cards }) => sum + cards, 0);
  return before + seats.length + 1 + HAND_SIZES[round - 1]! * seats.length - inHand;
}
