/** Key moments in rounds made by hand, and above all where there is none. */
import { describe, expect, test } from 'vitest';
import { whistMoments } from '../../rooms/whist/moments.ts';
import { type FoundMoment, type MatchEvent, detect } from '../../src/match/moment-rules.ts';
import { sum, type Told } from './support.ts';

interface Round {
  readonly bids: readonly number[];
  readonly tricks: readonly number[];
  /** Who takes the last trick. */
  readonly last?: number;
  /** Instead of those of the rules. */
  readonly scores?: readonly number[];
}

const eventsOf = (told: readonly Told[]): MatchEvent[] =>
  told.map((event, at) => ({ n: at + 1, t: at * 10, ...event }));

/** Events of rounds as the rules tell them. */
function tell(rounds: readonly Round[]): Told[] {
  const pointsOf = ({ bids, tricks }: Round): number[] =>
    tricks.map((taken, seat) => taken + (bids[seat] === taken ? 10 : 0));
  return rounds.flatMap((round) => {
    const { bids, tricks, last = 0, scores = pointsOf(round) } = round;
    return [
      { type: 'round_start', seat: null, data: { round: 0, handSize: sum(tricks), dealer: 0 } },
      { type: 'trick', seat: last, data: { winner: last, cards: [] } },
      { type: 'round_end', seat: null, data: { bids, tricks, scores } },
    ];
  });
}

const moments = (...rounds: Round[]): FoundMoment[] => detect(whistMoments, eventsOf(tell(rounds)));
const names = (...rounds: Round[]): string[] => moments(...rounds).map(({ type, seat }) => `${type} ${seat}`);

describe('a round', () => {
  test('[W28] whose last trick goes to who had its bid, before who needed it', () => {
    expect(moments({ bids: [3, 2, 0, 0], tricks: [2, 3, 1, 1], last: 1 })).toEqual([
      { type: 'last_trick_upset', seat: 1, n: 3, t: 20, data: { bid: 2, neededBy: [0] } },
    ]);
    const two = moments({ bids: [4, 1, 1, 3], tricks: [3, 2, 0, 2], last: 1 });
    expect(two.map(({ data }) => data)).toEqual([{ bid: 1, neededBy: [0, 2, 3] }]);
  });

  test('[W28] none where nobody needed it, the taker did, had missed before, or did not take the last one', () => {
    expect(names({ bids: [4, 2, 0, 0], tricks: [2, 3, 1, 1], last: 1 })).toEqual([]);
    expect(names({ bids: [3, 3, 0, 0], tricks: [2, 3, 1, 1], last: 1 })).toEqual([]);
    expect(names({ bids: [3, 1, 0, 0], tricks: [2, 3, 1, 1], last: 1 })).toEqual([]);
    expect(names({ bids: [3, 2, 0, 0], tricks: [2, 3, 1, 1], last: 0 })).toEqual([]);
  });

  test('[W28] [W29] of six cards is too short', () => {
    expect(names({ bids: [3, 2, 0, 0], tricks: [2, 3, 1, 0], last: 1 })).toEqual([]);
    expect(names({ bids: [2, 2, 1, 0], tricks: [2, 2, 1, 1] })).toEqual([]);
  });

  test('[W29] in which three meet their bids; two are none', () => {
    expect(moments({ bids: [2, 2, 2, 0], tricks: [2, 2, 2, 1] })).toEqual([
      { type: 'perfect_round', seat: null, n: 3, t: 20, data: { met: [0, 1, 2] } },
    ]);
    expect(names({ bids: [2, 2, 1, 0], tricks: [2, 2, 2, 1] })).toEqual([]);
  });

  test('[W30] of which one seat takes every trick', () => {
    expect(moments({ bids: [3, 0, 1, 2], tricks: [0, 0, 5, 0] })).toEqual([
      { type: 'grand_slam', seat: 2, n: 3, t: 20, data: { tricks: 5, bid: 1 } },
    ]);
    expect(names({ bids: [3, 0, 1, 2], tricks: [0, 0, 4, 0] })).toEqual([]);
    expect(names({ bids: [3, 0, 1, 2], tricks: [0, 1, 4, 0] })).toEqual([]);
  });

  test('[W31] in which a bid of seven or more is met', () => {
    expect(moments({ bids: [7, 0, 3, 3], tricks: [7, 1, 0, 0] })).toEqual([
      { type: 'bold_bid', seat: 0, n: 3, t: 20, data: { bid: 7 } },
    ]);
    expect(names({ bids: [6, 0, 3, 3], tricks: [6, 2, 0, 0] })).toEqual([]);
    expect(names({ bids: [7, 0, 3, 3], tricks: [8, 1, 0, 0] })).toEqual([]);
  });

  test('[W35] with several has them in order', () => {
    const slam = { bids: [7, 0, 0, 1], tricks: [7, 0, 0, 0] };
    expect(names(slam, slam, slam, slam, slam, slam).slice(-6)).toEqual([
      'perfect_round null',
      'grand_slam 0',
      'bold_bid 0',
      'bid_streak 0',
      'bid_streak 1',
      'bid_streak 2',
    ]);
  });
});

describe('rounds in a row', () => {
  const met = { bids: [1, 2, 3, 3], tricks: [1, 0, 0, 1] };
  const missed = { ...met, tricks: [0, 0, 0, 2] };
  const times = (count: number, round: Round): Round[] => Array<Round>(count).fill(round);

  test('[W32] six met bids, and each six more', () => {
    expect(moments(...times(5, met))).toEqual([]);
    const found = moments(...times(13, met));
    expect(found.map(({ type, seat, n, data }) => [type, seat, n, data])).toEqual([
      ['bid_streak', 0, 18, { rounds: 6 }],
      ['bid_streak', 0, 36, { rounds: 12 }],
    ]);
  });

  test('[W32] a missed one ends them', () => {
    expect(names(...times(5, met), missed, ...times(5, met))).toEqual([]);
    expect(names(...times(5, met), missed, ...times(6, met))).toEqual(['bid_streak 0']);
  });
});

describe('the end', () => {
  /** The points of each round; nobody meets a bid. */
  function end(...scores: number[][]): [string, number | null, unknown][] {
    const dull = { bids: [3, 3, 3, 3], tricks: [1, 1, 0, 0] };
    const told = tell(scores.map((points) => ({ ...dull, scores: points })));
    const all = [...told, { type: 'match_end', seat: null, data: { scores: [] } }];
    return detect(whistMoments, eventsOf(all)).map(({ type, seat, data }) => [type, seat, data]);
  }
  const zero = [0, 0, 0, 0];

  test('[W33] [W34] from the last place to the first', () => {
    expect(end([20, 10, 5, 0], zero, [0, 0, 0, 15], [0, 0, 0, 10])).toEqual([
      ['comeback', 3, { round: 2, points: 20 }],
      ['late_win', 3, { points: 5 }],
    ]);
    expect(end([20, 10, 5, 0], zero, [0, 0, 0, 30], zero)).toEqual([
      ['comeback', 3, { round: 2, points: 20 }],
    ]);
  });

  test('[W33] nineteen points are not far, and two who are last are not last alone', () => {
    expect(end([19, 10, 5, 0], [0, 0, 0, 30], zero)).toEqual([]);
    expect(end([20, 10, 0, 0], [0, 0, 0, 30], zero)).toEqual([]);
  });

  test('[W33] nor is who was the last but one, or is not first alone', () => {
    expect(end([20, 10, 1, 0], [0, 0, 30, 0], zero)).toEqual([]);
    expect(end([20, 10, 5, 0], [10, 0, 0, 30], zero)).toEqual([]);
    expect(end([20, 10, 5, 0], [0, 0, 0, 19], zero)).toEqual([]);
    expect(end([0, 10, 5, 20], [20, 0, 0, 0])).toEqual([]);
  });

  test('[W33] not in the first quarter of the rounds', () => {
    const later = [[0, 0, 0, 25], zero, zero];
    expect(end([20, 10, 5, 0], ...later)).toHaveLength(1);
    expect(end([20, 10, 5, 0], ...later, zero)).toEqual([]);
  });

  test('[W34] the lead that is taken in the last round; a shared one was a lead', () => {
    expect(end([20, 20, 5, 6], [0, 1, 0, 15])).toEqual([]);
    expect(end([20, 5, 5, 20], [0, 0, 0, 1])).toEqual([]);
    expect(end([20, 20, 5, 6], [0, 1, 0, 16])).toEqual([['late_win', 3, { points: 14 }]]);
    expect(end([20, 20, 5, 6], [0, 1, 0, 0])).toEqual([]);
    expect(end([5, 0, 0, 0])).toEqual([]);
  });
});
