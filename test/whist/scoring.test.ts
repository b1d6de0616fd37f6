import { describe, expect, test } from 'vitest';
import { placements, points, seatResults } from '../../rooms/whist/scoring.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import { newMatch, playOut, sum } from './support.ts';

const row = (bids: number[], tricks: number[]) => ({
  bids,
  tricks,
  scores: bids.map((bid, seat) => points(bid, tricks[seat]!)),
});

describe('scores', () => {
  test.each([
    [
      [3, 2, 4, 1],
      [3, 2, 7, 1],
      [13, 12, 7, 11],
    ],
    [
      [0, 5, 8, 0],
      [0, 5, 8, 0],
      [10, 15, 18, 10],
    ],
    [
      [2, 0, 1, 0],
      [2, 1, 0, 0],
      [12, 1, 0, 10],
    ],
  ])('[W13] bids %j with tricks %j score %j', (bids, tricks, scores) => {
    expect(row(bids, tricks).scores).toEqual(scores);
  });

  test.each([
    [
      [30, 20, 30, 10],
      [1, 3, 1, 4],
    ],
    [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
    ],
    [
      [5, 5, 5, 5],
      [1, 1, 1, 1],
    ],
    [
      [9, 7, 7, 7],
      [1, 2, 2, 2],
    ],
  ])('[W14] totals %j are placed %j', (scores, places) => {
    expect(placements(scores)).toEqual(places);
  });

  test('[W14] there is a result only after the last round, with the totals', () => {
    expect(whistRules.result(newMatch(1))).toBeNull();
    const { state, result } = playOut(5, 26, undefined, (at) => {
      expect(whistRules.result(at) === null).toBe(at.sheet.length < 26);
    });
    for (const { seat, score } of result)
      expect(score).toBe(sum(state.sheet.map((round) => round.scores[seat]!)));
    expect(result.map(({ placement }) => placement)).toEqual(placements(state.scores));
  });

  test('[W15] stats count tricks, bids met, zero bids and rounds won, joint ones for each', () => {
    const sheet = [
      row([3, 2, 4, 1], [3, 2, 7, 1]),
      row([0, 1, 0, 0], [0, 1, 0, 1]),
      row([0, 0, 1, 0], [0, 2, 0, 0]),
    ];
    expect(seatResults(sheet, [33, 25, 17, 22]).map(({ stats }) => stats)).toEqual([
      { tricks: 3, bidsMet: 3, zeroBids: 2, roundsWon: 2 },
      { tricks: 5, bidsMet: 2, zeroBids: 1, roundsWon: 1 },
      { tricks: 7, bidsMet: 1, zeroBids: 1, roundsWon: 0 },
      { tricks: 2, bidsMet: 2, zeroBids: 2, roundsWon: 1 },
    ]);
  });
});
