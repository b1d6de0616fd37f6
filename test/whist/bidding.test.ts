import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bidFault, highestBidder, legalBids } from '../../rooms/whist/bidding.ts';
import { TRUMPS } from '../../rooms/whist/cards.ts';
import type { WhistState } from '../../rooms/whist/rules.ts';
import type { Command } from '../../src/match/rules.ts';
import { act, actInTurn, bid, outcome, legalCommands, playOut, table, trump } from './support.ts';

const twoCards = { handSize: 2, dealer: 3, turn: 0 };
/** Bids as low as it may. */
const firstLegal = (state: WhistState): Command => legalCommands(state)[0]!;

describe('bidding', () => {
  test('[W5] starts left of the dealer, goes round once and ends with the dealer', () => {
    const state = table({ dealer: 1, turn: 2 });
    const order: number[] = [];
    for (const n of [1, 2, 3, 4]) {
      order.push(state.turn!);
      act(state, state.turn!, bid(n));
    }
    expect(order).toEqual([2, 3, 0, 1]);
    expect(state.bids).toEqual([3, 4, 1, 2]);
    expect(state.phase).toBe('trump');
  });

  test('[W5] a bid is from 0 to the hand size', () => {
    expect(legalBids(table(twoCards), 0)).toEqual([0, 1, 2]);
    expect(bidFault(table(twoCards), 0, 3)).toMatch(/from 0 to the hand size, 2/);
    for (const n of [-1, 0.5, Number.NaN, 2 ** 53]) expect(bidFault(table(twoCards), 0, n)).not.toBeNull();
  });

  test('[W6] after three zero bids in a row a seat may not bid zero', () => {
    const state = table({ ...twoCards, zeroStreak: [3, 2, 0, 0] });
    expect(outcome(state, 0, bid(0))).toBe('whist/illegal_bid');
    expect(bidFault(state, 0, 0)).toMatch(/zero in its last 3 rounds/);
    expect(bidFault(state, 1, 0)).toBeNull();
  });

  test('[W6] a zero bid lengthens the streak, any other ends it', () => {
    const state = table({ ...twoCards, zeroStreak: [3, 2, 1, 0] });
    actInTurn(state, bid(1), bid(0), bid(0));
    expect(state.zeroStreak).toEqual([0, 3, 2, 0]);
  });

  test('[W6] over whole matches every seat that bids as low as it may bids zero three times, then not', () => {
    const { state } = playOut(4, 26, firstLegal);
    for (const seat of [0, 1, 2, 3]) {
      const zeros = state.sheet.map((row) => (row.bids[seat] === 0 ? 'z' : '-')).join('');
      expect(zeros).not.toMatch(/zzzz/);
      expect(zeros).toMatch(/zzz-/);
    }
  });

  test('[W7] two cards each, bids 0, 1, 0: the dealer may not bid 1', () => {
    const state = table(twoCards);
    actInTurn(state, bid(0), bid(1), bid(0));
    expect(outcome(state, 3, bid(1))).toBe('whist/illegal_bid');
    expect(bidFault(state, 3, 1)).toMatch(/dealer may not make the bids add up to 2/);
    expect(legalBids(state, 3)).toEqual([0, 2]);
  });

  test('[W7] the others may make the bids add up', () => {
    const state = table(twoCards);
    actInTurn(state, bid(1), bid(1), bid(0));
    expect(state.bids).toEqual([1, 1, 0, null]);
  });

  test('[W8] seat 0 bids first, bids 3, 4, 1, 4: seat 1 names trumps', () => {
    const state = table({ dealer: 3, turn: 0 });
    actInTurn(state, bid(3), bid(4), bid(1), bid(4));
    expect([state.phase, state.turn]).toEqual(['trump', 1]);
  });

  test('[W8] earliest is by bidding order, not by seat', () => {
    expect(highestBidder([4, 4, 1, 4], 0)).toBe(1);
    expect(highestBidder([4, 4, 1, 4], 2)).toBe(3);
    expect(highestBidder([0, 0, 0, 0], 1)).toBe(2);
  });

  test.each(TRUMPS)('[W8] trumps may be %s', (name) => {
    const state = table({ dealer: 3, turn: 0 });
    actInTurn(state, bid(3), bid(4), bid(1), bid(4), trump(name));
    expect([state.phase, state.trump]).toEqual(['play', name]);
  });

  test('[W9] there always is a legal bid', () => {
    const numbers = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 13 }), numbers(13), numbers(3), (handSize, bids, zeroStreak) => {
        const bidding = { handSize, dealer: 3, bids: [...bids.slice(0, 3), null], zeroStreak };
        for (const seat of [0, 1, 2, 3]) expect(legalBids(bidding, seat).length).toBeGreaterThan(0);
      }),
    );
  });
});
