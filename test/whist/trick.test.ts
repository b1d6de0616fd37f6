import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suitOf, TRUMPS, trumpSuit, type Trump } from '../../rooms/whist/cards.ts';
import { legalCards, winnerOf } from '../../rooms/whist/trick.ts';
import { act, actInTurn, cards, outcome, play, table, trick, trump } from './support.ts';

/** Seat 0 leads two cards each. */
const twoCards = (hands: string[]) =>
  table({
    phase: 'play',
    dealer: 3,
    turn: 0,
    handSize: 2,
    trump: 'N',
    bids: [0, 1, 0, 0],
    hands: hands.map(cards),
  });

describe('tricks', () => {
  test('[W10] left of the dealer leads the first trick, whoever named trumps', () => {
    const state = table({ phase: 'trump', dealer: 0, turn: 3, bids: [1, 2, 3, 4] });
    act(state, 3, trump('N'));
    expect(state.turn).toBe(1);
  });

  test('[W11] a seat that has the suit led must play it', () => {
    const state = twoCards(['2H 3H', '4H AS', '2S 3S', '5H 6H']);
    act(state, 0, play('2H'));
    expect(outcome(state, 1, play('AS'))).toBe('whist/must_follow_suit');
    expect(outcome(state, 1, play('4H'))).toBe('ok');
  });

  test('[W11] a seat without the suit led, or in the lead, may play any card', () => {
    expect(legalCards(cards('2C AS'), trick('9H'))).toEqual(cards('2C AS'));
    expect(legalCards(cards('2C AS'), [])).toEqual(cards('2C AS'));
    expect(legalCards(cards('2C 5H AS'), trick('9H 2C'))).toEqual(cards('5H'));
  });

  test.each([
    ['the highest of the suit led', '9H AH TH 2H', 'N', 1],
    ['a higher card of another suit wins nothing', '2H AS KC AD', 'N', 0],
    ['any trump beats the suit led', 'AH KH 2C QH', 'C', 2],
    ['of two trumps the higher', 'AH 3C 2C TC', 'C', 3],
    ['trumps led', '3C 2C AH 4C', 'C', 3],
  ] as const)('[W12] %s: %s, trumps %s', (_, names, trumps, winner) => {
    expect(winnerOf(trick(names), trumps)).toBe(winner);
    expect(winnerOf(trick(names, 3), trumps)).toBe((winner + 3) % 4);
  });

  test('[W12] agrees with the rule in its own words', () => {
    const four = fc.shuffledSubarray([...Array(52).keys()], { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(four, fc.constantFrom<Trump>(...TRUMPS), (dealt, trumps) => {
        const onTable = dealt.map((card, seat) => ({ seat, card }));
        const ruffs = dealt.filter((card) => suitOf(card) === trumpSuit(trumps));
        const followed = dealt.filter((card) => suitOf(card) === suitOf(dealt[0]!));
        const best = Math.max(...(ruffs.length > 0 ? ruffs : followed));
        expect(winnerOf(onTable, trumps)).toBe(dealt.indexOf(best));
      }),
    );
  });

  test('[W12] the winner leads the next trick', () => {
    const state = twoCards(['2H 3H', '4H AS', '2S AH', '5H 6H']);
    actInTurn(state, play('2H'), play('4H'), play('AH'), play('5H'));
    expect([state.turn, state.tricks, state.trick]).toEqual([2, [0, 0, 1, 0], []]);
    expect(state.lastTrick).toEqual({ winner: 2, cards: trick('2H 4H AH 5H') });
  });
});
