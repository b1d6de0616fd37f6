import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whistRules, type WhistState } from '../../rooms/whist/rules.ts';
import type { SheetRow } from '../../rooms/whist/scoring.ts';
import type { Draft } from '../../src/match/rules.ts';
import { newMatch, playOut, saved, sum, viaJson, type Told } from './support.ts';

const matches = fc.integer({ min: 0, max: 2 ** 31 });
const SEATS = [0, 1, 2, 3];

function fold(state: WhistState, entries: readonly Draft[]): Told[] {
  const told: Told[] = [];
  for (const entry of entries)
    whistRules.apply(state, entry, (type, seat, data) => told.push({ type, seat, data }));
  return told;
}

/** Zero bids in a row at the end of these rounds and the one that is bid for. */
function streakOf(bids: readonly (number | null | undefined)[]): number {
  return bids.length - 1 - bids.findLastIndex((bid) => bid !== 0);
}

function checkRow({ bids, tricks, scores }: SheetRow, handSize: number): void {
  expect(sum(tricks)).toBe(handSize);
  expect(sum(bids)).not.toBe(handSize);
  for (const seat of SEATS) expect(scores[seat]).toBe(tricks[seat]! + (tricks[seat] === bids[seat] ? 10 : 0));
}

function checkState(state: WhistState): void {
  const dealt = [...state.hands.flat(), ...state.played].sort((a, b) => a - b);
  expect(dealt).toHaveLength(4 * state.handSize);
  expect(new Set(dealt).size).toBe(dealt.length);
  expect(dealt[0]! >= 0 && dealt.at(-1)! <= 51).toBe(true);
  expect(sum(state.tricks) * 4 + state.trick.length).toBe(state.played.length);
  expect(state.played.slice(state.played.length - state.trick.length)).toEqual(
    state.trick.map(({ card }) => card),
  );
  expect(state.turn === null).toBe(state.phase === 'over');
  if (state.phase !== 'bid') expect(sum(state.bids.map(Number))).not.toBe(state.handSize);
  for (const seat of SEATS) {
    expect(state.scores[seat]).toBe(sum(state.sheet.map((row) => row.scores[seat]!)));
    const current = state.phase === 'over' ? [] : [state.bids[seat]].filter((bid) => bid !== null);
    expect(state.zeroStreak[seat]).toBe(streakOf([...state.sheet.map((row) => row.bids[seat]), ...current]));
    expect(state.zeroStreak[seat]).toBeLessThanOrEqual(3);
  }
}

describe('a match', () => {
  test('[W21] legal commands keep cards, tricks, bids, streaks and scores in agreement', () => {
    fc.assert(
      fc.property(matches, (n) => {
        const sizes = new Map<number, number>();
        const { state } = playOut(n, 26, undefined, (at) => {
          sizes.set(at.round, at.handSize);
          checkState(at);
        });
        expect(state.sheet).toHaveLength(26);
        for (const [round, row] of state.sheet.entries()) checkRow(row, sizes.get(round)!);
      }),
      { numRuns: 20 },
    );
  });

  test('[W19] saved and loaded anywhere it has the same future', () => {
    fc.assert(
      fc.property(matches, fc.integer({ min: 1, max: 26 }), fc.nat(), (n, rounds, at) => {
        const { state, entries, told } = playOut(n, rounds);
        const cut = at % (entries.length + 1);
        const first = newMatch(n, rounds);
        const before = fold(first, entries.slice(0, cut));
        const second = whistRules.decode(viaJson(whistRules.encode(first)));
        expect(saved(second)).toBe(saved(first));
        const after = fold(second, viaJson(entries.slice(cut)));
        expect(saved(second)).toBe(saved(state));
        expect([...before, ...after]).toEqual(told);
        expect(whistRules.result(second)).toEqual(whistRules.result(state));
      }),
      { numRuns: 60 },
    );
  });

  test('[W19] what was encoded stays as it was when the match goes on', () => {
    const state = newMatch(8);
    const { entries } = playOut(8);
    fold(state, entries.slice(0, 100));
    const encoded = whistRules.encode(state);
    const text = JSON.stringify(encoded);
    fold(state, entries.slice(100));
    expect(JSON.stringify(encoded)).toBe(text);
  });

  test('[W20] the same seed and entries give the same state, events and result', () => {
    fc.assert(
      fc.property(matches, (n) => {
        const { state, entries, told, result } = playOut(n);
        const again = newMatch(n);
        expect(fold(again, viaJson(entries))).toEqual(told);
        expect(saved(again)).toBe(saved(state));
        expect(whistRules.result(again)).toEqual(result);
      }),
      { numRuns: 30 },
    );
  });

  test('[W20] version 1 folds a match to the same hash for ever', () => {
    const { state, entries, told, result } = playOut(1);
    const folded = JSON.stringify([entries, told, result, state.random.state()]);
    const hash = createHash('sha256').update(folded).digest('hex');
    expect(whistRules.version).toBe('1');
    expect(hash).toBe('715c4193f624e7ce05d381fed6f4d8e90c55864fb9dfa5a461991de5580dcc23');
  });
});
