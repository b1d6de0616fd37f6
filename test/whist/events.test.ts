import { describe, expect, test } from 'vitest';
import { act, bid, cards, play, playOut, table, trump, type Told } from './support.ts';

/** One round of two cards each, the last of the match, dealt by seat 3. */
function lastRound(): Told[] {
  const state = table({
    round: 25,
    handSize: 2,
    dealer: 3,
    turn: 0,
    scores: [100, 90, 80, 70],
    sheet: Array.from({ length: 25 }, () => ({ bids: [], tricks: [], scores: [] })),
    hands: [cards('2H 3H'), cards('4H AS'), cards('2S AH'), cards('5H 6H')],
  });
  const told: Told[] = [];
  const moves = [bid(0), bid(1), bid(0), bid(0), trump('S'), play('2H'), play('4H'), play('AH'), play('5H')];
  for (const move of [...moves, play('2S'), play('6H'), play('3H'), play('AS')])
    act(state, state.turn!, move, told);
  return told;
}

describe('events', () => {
  test('[W24] a round as it is told', () => {
    const [start, ...rest] = lastRound();
    expect(start).toEqual({ type: 'round_start', seat: null, data: { round: 25, handSize: 2, dealer: 3 } });
    expect(rest.slice(0, 5)).toEqual([
      { type: 'bid', seat: 0, data: { bid: 0 } },
      { type: 'bid', seat: 1, data: { bid: 1 } },
      { type: 'bid', seat: 2, data: { bid: 0 } },
      { type: 'bid', seat: 3, data: { bid: 0 } },
      { type: 'trump', seat: 1, data: { trump: 'S' } },
    ]);
    const led = ['2H', '4H', 'AH', '5H'].map((card, seat) => ({ seat, card }));
    expect(rest[5]).toEqual({ type: 'trick', seat: 2, data: { winner: 2, cards: led } });
  });

  test('[W24] the end of a round and of the match', () => {
    expect(lastRound().slice(-2)).toEqual([
      {
        type: 'round_end',
        seat: null,
        data: { bids: [0, 1, 0, 0], tricks: [0, 1, 1, 0], scores: [10, 11, 1, 10] },
      },
      { type: 'match_end', seat: null, data: { scores: [110, 101, 81, 80] } },
    ]);
  });

  test('[W24] a match tells each round once, in order, and no card before it is played', () => {
    const { told, entries, state } = playOut(21, 4);
    const times = (type: string): number => told.filter((event) => event.type === type).length;
    expect(['round_start', 'bid', 'trump', 'trick', 'round_end', 'match_end'].map(times)).toEqual([
      4,
      16,
      4,
      13 + 12 + 11 + 10,
      4,
      1,
    ]);
    const played = entries
      .filter(({ type }) => type === 'play')
      .map(({ data }) => (data as { card: string }).card);
    const shown = told
      .filter(({ type }) => type === 'trick')
      .flatMap(({ data }) => (data as { cards: { card: string }[] }).cards.map(({ card }) => card));
    expect(shown).toEqual(played);
    expect(told.filter(({ type }) => type === 'round_end').map(({ data }) => data)).toEqual(state.sheet);
  });
});
