import { describe, expect, test } from 'vitest';
import { CARD_NAMES, cardName, parseCard, rankOf, suitOf } from '../../rooms/whist/cards.ts';

describe('cards', () => {
  test('[W1] the ace of spades is 51, the two of clubs 0, the ten of diamonds 21', () => {
    expect([cardName(51), cardName(0), cardName(21)]).toEqual(['AS', '2C', 'TD']);
    expect([suitOf(21), rankOf(21)]).toEqual([1, 8]);
  });

  test('[W1] 52 names, each of which gives its card back', () => {
    expect(new Set(CARD_NAMES).size).toBe(52);
    expect(CARD_NAMES.map(parseCard)).toEqual(Array.from({ length: 52 }, (_, card) => card));
  });

  test('[W1] what is no card has no name, and no other name is a card', () => {
    for (const card of [-1, 52, 0.5, Number.NaN]) expect(() => cardName(card)).toThrow(RangeError);
    for (const name of ['', 'as', '10S', 'SA', 'AS ', 51, null, undefined, {}])
      expect(parseCard(name)).toBeNull();
  });
});
