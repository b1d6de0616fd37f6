import { describe, expect, test } from 'vitest';
import { checkAnswers, checkRecords, firstDifference } from '../../chaos/checks.ts';
import type { Answered } from '../../chaos/client.ts';
import { Output } from '../../chaos/output.ts';
import { isClean, judge, type Report, showReport } from '../../chaos/report.ts';
import type { Published } from '../../src/events/event-stream.ts';
import type { Entry } from '../../src/match/engine.ts';

const entry = (n: number, id: string, more: Partial<Entry> = {}): Entry => ({
  n,
  t: n,
  type: 'play',
  seat: 0,
  id,
  data: { card: 'AS' },
  ...more,
});
const answer = (n: number | null, id: string, more: Partial<Answered> = {}): Answered => ({
  id,
  n,
  seat: 0,
  name: 'play',
  payload: { card: 'AS' },
  ...more,
});
const check = (answers: Answered[], log: Entry[], isTurnBased = true) => {
  const { acknowledged, lost, twice } = checkAnswers(answers, log, isTurnBased);
  return [acknowledged, lost.length, twice.length];
};

describe('answers against a log', () => {
  test('[CH5] all is well where each acknowledged move is in its place, once, and no refused one is', () => {
    const log = [entry(1, 'a'), entry(2, 'b', { type: 'start' })];
    const ready = answer(2, 'b', { name: 'ready', payload: { ready: true } });
    expect(check([answer(1, 'a'), ready, answer(null, 'c')], log)).toEqual([2, 0, 0]);
  });

  test.each([
    ['is not there', [entry(2, 'b')]],
    ['is at another place', [entry(2, 'a')]],
    ['is of another seat', [entry(1, 'a', { seat: 1 })]],
    ['is another move', [entry(1, 'a', { data: { card: '2C' } })]],
  ])('[CH5] a move that %s is lost', (_, log) => {
    expect(check([answer(1, 'a')], log)).toEqual([1, 1, 0]);
  });

  test('[CH5] a move that is there twice, or though it was refused, was applied twice', () => {
    expect(check([answer(1, 'a')], [entry(1, 'a'), entry(2, 'a')])).toEqual([1, 0, 1]);
    expect(check([answer(null, 'a')], [entry(1, 'a')])).toEqual([0, 0, 1]);
    expect(check([], [entry(1, 'a'), entry(5, 'a')])).toEqual([0, 0, 1]);
  });

  test('[CH5] in a game of ticks the answer names no place, but the key press is there once', () => {
    const pressed = answer(1, 'a', { name: 'input', payload: { tick: 0, actions: 1 } });
    expect(check([pressed], [entry(4, 'a', { type: 'input' })], false)).toEqual([1, 0, 0]);
    expect(check([pressed], [], false)).toEqual([1, 1, 0]);
  });
});

describe('records', () => {
  const record = (n: number, count: number, epoch: number): Published => ({
    matchId: 'm',
    tenantId: 't',
    game: 'whist',
    epoch,
    n,
    at: 0,
    entries: Array.from({ length: count }, (_, i) => entry(n + i, `${n + i}`)),
    events: [],
  });

  test('[CH6] one after another, in epochs that rise', () => {
    expect(checkRecords([record(1, 2, 1), record(3, 1, 1), record(4, 3, 4)])).toEqual([]);
  });

  test.each([
    ['a gap', [record(1, 2, 1), record(4, 1, 1)]],
    ['no beginning', [record(2, 1, 1)]],
    ['an entry twice', [record(1, 2, 1), record(2, 1, 1)]],
    ['an epoch after a later one', [record(1, 1, 1), record(2, 1, 2), record(3, 1, 1)]],
  ])('[CH6] %s is a fork', (_, records) => {
    expect(checkRecords(records)).toHaveLength(1);
  });
});

describe('states', () => {
  const folded = {
    phase: 'over',
    origin: 0,
    seats: [
      { score: 3, hand: 'AS', bid: -1 },
      { score: 5, hand: '' },
    ],
  };

  test('[CH7] what is of the moment, was never sent, or only others see, makes no difference', () => {
    const shown = { phase: 'over', origin: 99, seats: [{ score: 3 }, { score: 5 }] };
    expect(firstDifference(shown, folded, 1)).toBeNull();
  });

  test('[CH7] anything else does', () => {
    const seats = [{ score: 3, hand: 'AS' }, { score: 5 }];
    expect(firstDifference({ phase: 'playing', seats }, folded, 0)).toContain('state.phase: playing');
    expect(firstDifference({ phase: 'over', seats: [seats[0], { score: 4 }] }, folded, 0)).toContain(
      'seats.1.score',
    );
    // its own hand it must see
    expect(firstDifference({ phase: 'over', seats: [{ score: 3 }, { score: 5 }] }, folded, 0)).toContain(
      'seats.0.hand',
    );
    expect(firstDifference({ phase: 'over', seats: [seats[0]] }, folded, 0)).toContain('seats.1 is missing');
  });
});

describe('the output of processes', () => {
  test('[CH8] what nobody handled counts, warnings and what keeps one from starting do not', () => {
    const output = new Output();
    output.add('process 1', '{"level":"warn","msg":"Redis does not answer"}', true);
    output.add('process 1', '{"level":"warn","msg":"Redis does not answer"}', true);
    output.add('process 1', 'Error: connect ECONNREFUSED', false);
    output.add('process 1', 'Gamekeeper is ready at http://127.0.0.1:1', true);
    expect(output.faults).toEqual([]);
    expect(output.messages).toEqual(new Map([['warn: Redis does not answer', 2]]));
    output.add('process 1', '{"level":"error","msg":"uncaught exception in a room"}', true);
    output.add('process 2', 'TypeError: x is not a function', true);
    output.died('process 2', '1');
    expect(output.faults).toHaveLength(3);
  });
});

describe('the verdict', () => {
  const findings = {
    lost: [],
    twice: [],
    forked: [],
    states: [],
    history: [],
    moments: [],
    stream: [],
    leftovers: [],
  };
  const clean: Report = {
    findings,
    gone: [],
    unhandled: [],
    faults: [],
    logged: {},
    output: [],
    seed: 1,
    seconds: 2,
    matches: 3,
    clients: 4,
    resent: 5,
    returns: 6,
    acknowledged: 7,
    refused: 8,
    entries: 9,
    momentsFound: 10,
    inputsLost: 11,
    takeovers: 12,
  };

  test('[CH9] nothing found is clean, anything is not', () => {
    expect(isClean(clean)).toBe(true);
    expect(isClean({ ...clean, gone: ['x'] })).toBe(false);
    expect(isClean({ ...clean, unhandled: ['x'] })).toBe(false);
    for (const name of Object.keys(findings)) {
      const report = { ...clean, findings: { ...findings, [name]: [`bad ${name}`] } };
      expect(isClean(report)).toBe(false);
      expect(showReport(report)).toContain(`bad ${name}`);
    }
    expect(judge(clean)).toHaveLength(Object.keys(findings).length + 2);
  });
});
