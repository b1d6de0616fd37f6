/** What the load plays: always legal, and the same wherever the table is the same. */
import { legalBids } from '../../rooms/whist/bidding.ts';
import { cardName, parseCard, TRUMPS } from '../../rooms/whist/cards.ts';
import type { WhistTable } from '../../rooms/whist/state.ts';
import { legalCards } from '../../rooms/whist/trick.ts';
import type { Payload } from './requests.ts';

export interface Move {
  readonly name: string;
  readonly payload: Payload;
}

/** The move of the seat to act, which holds `hand`. */
export function chooseMove(table: WhistTable, hand: readonly number[]): Move {
  if (table.stage === 'bid') return { name: 'bid', payload: { bid: chooseBid(table, hand.length) } };
  if (table.stage === 'trump') return { name: 'trump', payload: { trump: TRUMPS[table.round % 5]! } };
  const legal = legalCards(
    hand,
    cardsOf(table.trick).map((card) => ({ seat: 0, card })),
  );
  return { name: 'play', payload: { card: cardName(legal[hand.length % legal.length]!) } };
}

/** The lowest legal bid above zero: so the rule about zero bids in a row never matters. */
function chooseBid({ seats, dealer, turn }: WhistTable, handSize: number): number {
  const bids = seats.map(({ bid }) => (bid < 0 ? null : bid));
  return legalBids({ handSize, dealer, bids, zeroStreak: [0, 0, 0, 0] }, turn).find((bid) => bid > 0)!;
}

/** The cards of a text such as `AS7H`. */
export function cardsOf(text: string): number[] {
  return Array.from({ length: text.length / 2 }, (_, i) => parseCard(text.slice(2 * i, 2 * i + 2))!);
}
