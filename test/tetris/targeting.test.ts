import { describe, expect, test } from 'vitest';
import { duel, newMatch, send } from './support.ts';

describe('targets', () => {
  test('[T19] even: who was sent fewest, of equals the next round the table', () => {
    const state = newMatch(3, { players: 4, targeting: 'even' });
    expect(send(state, 0, 0, 2)).toEqual([{ seat: 2, target: 3, rows: 2 }]);
    expect(send(state, 0, 0, 1)).toEqual([{ seat: 2, target: 0, rows: 1 }]);
    expect(send(state, 0, 0, 3)).toEqual([{ seat: 2, target: 1, rows: 3 }]);
    expect(send(state, 0, 0, 1)).toEqual([{ seat: 2, target: 0, rows: 1 }]);
    expect(send(state, 0, 4)).toEqual([{ seat: 1, target: 2, rows: 4 }]);
  });

  test('[T19] random: any of the others that still play', () => {
    const state = newMatch(3, { players: 5, targeting: 'random' });
    state.boards[4]!.out = 1;
    const targets = Array.from({ length: 300 }, () => send(state, 0, 1)[0]!.target);
    for (const seat of [0, 2, 3])
      expect(targets.filter((target) => target === seat).length).toBeGreaterThan(60);
    expect(targets.filter((target) => [1, 4].includes(target))).toEqual([]);
  });

  test('[T19] attackers: who sent last, any when there is none or they are out', () => {
    const state = newMatch(3, { players: 4, targeting: 'attackers' });
    const { target } = send(state, 1)[0]!;
    for (let i = 0; i < 20; i++)
      expect(send(state, ...[0, 1, 2, 3].map((seat) => +(seat === target)))).toEqual([
        { seat: target, target: 0, rows: 1 },
      ]);
    state.boards[0]!.out = 1;
    const after = Array.from({ length: 100 }, () =>
      send(state, ...[0, 1, 2, 3].map((seat) => +(seat === target))),
    );
    const targets = new Set(after.map(([sent]) => sent!.target));
    expect([targets.size, targets.has(0), targets.has(target)]).toEqual([2, false, false]);
  });

  test('[T19] with nobody left nothing is sent', () => {
    const { state, first, second } = duel();
    second.out = 1;
    expect(send(state, 4)).toEqual([]);
    expect(first.sent).toBe(0);
  });
});
