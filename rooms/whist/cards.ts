/**
 * A card is a number 0 to 51: suit * 13 + rank, suits C D H S = 0 to 3, rank 0 is the two and 12 the ace. So numeric
 * order is suit order and, within a suit, rank order.
 */
export type Suit = 'C' | 'D' | 'H' | 'S';
/** What the round's trumps are; `N` is no trumps. */
export type Trump = Suit | 'N';

export const TRUMPS = ['C', 'D', 'H', 'S', 'N'] as const satisfies readonly Trump[];
const RANKS = '23456789TJQKA';

/** All names, by card. */
export const CARD_NAMES: readonly string[] = Array.from({ length: 52 }, (_, card) => {
  return RANKS[rankOf(card)]! + TRUMPS[suitOf(card)]!;
});
const CARDS: ReadonlyMap<unknown, number> = new Map(CARD_NAMES.map((name, card) => [name, card]));

export function suitOf(card: number): number {
  return (card / 13) | 0;
}

export function rankOf(card: number): number {
  return card % 13;
}

/** Rank and suit, two characters: `cardName(51) === 'AS'`. Throws a RangeError when it is no card. */
export function cardName(card: number): string {
  const name = CARD_NAMES[card];
  if (name === undefined) throw new RangeError(`a card is a whole number from 0 to 51, not ${card}`);
  return name;
}

/** The card of a name, or null when it names none. Takes anything. */
export function parseCard(name: unknown): number | null {
  return CARDS.get(name) ?? null;
}

/** The suit of these trumps as in `suitOf`; 4, which is no card's suit, for no trumps. */
export function trumpSuit(trump: Trump | null): number {
  return trump === null ? 4 : TRUMPS.indexOf(trump);
}
