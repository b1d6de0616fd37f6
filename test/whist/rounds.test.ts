import { describe, expect, test } from 'vitest';
import { suitOf } from '../../rooms/whist/cards.ts';
import { deal } from '../../rooms/whist/rounds.ts';
import { whistOptions } from '../../rooms/whist/commands.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import { seededRandom } from '../../src/match/random.ts';
import { newMatch, playOut, seed } from './support.ts';

const SIZES = [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

/** Of each round: its number, hand size and dealer. */
function roundsOf(n: number, rounds: number) {
  const { told } = playOut(n, rounds);
  return told.filter(({ type }) => type === 'round_start').map(({ data }) => data as Record<string, number>);
}

describe('rounds', () => {
  test('[W2] 26 rounds: hands of 13, 12 … 3, then 2, 2, 2, 2, then 3 … 13', () => {
    const rounds = roundsOf(1, 26);
    expect(rounds.map(({ handSize }) => handSize)).toEqual(SIZES);
    expect(rounds.map(({ round }) => round)).toEqual([...SIZES.keys()]);
  });

  test('[W2] the option plays only the first rounds', () => {
    for (const rounds of [1, 2, 25]) expect(playOut(1, rounds).state.sheet).toHaveLength(rounds);
    expect(whistRules.setup(whistOptions.parse({}), 4, seededRandom(seed(1))).rounds).toBe(26);
  });

  test('[W3] the deal passes to the left', () => {
    const dealers = roundsOf(2, 26).map(({ dealer }) => dealer!);
    expect(dealers).toEqual(dealers.map((_, round) => (dealers[0]! + round) % 4));
  });

  test('[W3] the first dealer is drawn: each seat is it in about a quarter of the matches', () => {
    const times = [0, 0, 0, 0];
    for (let n = 0; n < 800; n++) times[newMatch(n).dealer]!++;
    for (const count of times) expect(count).toBeGreaterThan(150);
  });

  test('[W4] hands are sorted, distinct and of the round’s size', () => {
    for (const size of new Set(SIZES)) {
      const hands = deal(size, seededRandom(seed(size)));
      expect(hands.map((hand) => hand.length)).toEqual([size, size, size, size]);
      expect(new Set(hands.flat()).size).toBe(4 * size);
      for (const hand of hands) expect(hand).toEqual(hand.toSorted((a, b) => a - b));
    }
  });

  test('[W4] small hands come from the whole deck', () => {
    const seen = new Set<number>();
    const suits = [0, 0, 0, 0];
    for (let n = 0; n < 200; n++)
      for (const card of deal(2, seededRandom(seed(n))).flat()) {
        seen.add(card);
        suits[suitOf(card)]!++;
      }
    expect(seen.size).toBe(52);
    for (const count of suits) expect(count).toBeGreaterThan(300);
  });

  test('[W4] entries hold no cards but the played ones, and each round is dealt anew', () => {
    const { entries } = playOut(3, 3);
    const keys = entries.map(({ type, data }) => `${type} ${Object.keys(data as object).join()}`);
    expect(new Set(keys)).toEqual(new Set(['bid bid', 'trump trump', 'play card']));
    expect(entries.filter(({ type }) => type === 'play')).toHaveLength(4 * (13 + 12 + 11));
    const deals = new Set<string>();
    playOut(3, 3, undefined, (state) => {
      if (state.phase === 'bid') deals.add(JSON.stringify(state.hands));
    });
    expect(deals.size).toBe(3);
  });
});
