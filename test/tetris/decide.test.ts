import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as actions from '../../rooms/tetris/actions.ts';
import { tetrisCommands, tetrisOptions } from '../../rooms/tetris/commands.ts';
import { hashState, tetrisRules, type TetrisState } from '../../rooms/tetris/rules.ts';
import { Refusal, type Draft } from '../../src/match/rules.ts';
import { newMatch, press, run, solo } from './support.ts';

const input = (payload: unknown) => ({ name: 'input', payload });
const ask = (bits: number) => input({ tick: 0, actions: bits });

function outcome(state: TetrisState, seat: number, command: { name: string; payload: unknown }): unknown {
  const decision = tetrisRules.decide(state, seat, command);
  return decision instanceof Refusal ? decision.code : decision;
}

const entry = (tick: number, bits: number, seat = 0): Draft => ({
  type: 'input',
  seat,
  data: { tick, actions: bits },
});

describe('commands', () => {
  test('[T25] the bits', () => {
    const { MOVE_LEFT, MOVE_RIGHT, ROTATE_CW, ROTATE_CCW, SOFT_DROP_ON, SOFT_DROP_OFF, HARD_DROP, HOLD } =
      actions;
    expect([
      MOVE_LEFT,
      MOVE_RIGHT,
      ROTATE_CW,
      ROTATE_CCW,
      SOFT_DROP_ON,
      SOFT_DROP_OFF,
      HARD_DROP,
      HOLD,
    ]).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
  });

  test('[T25] what undoes itself is left out', () => {
    const { state } = solo();
    expect(outcome(state, 0, ask(1 | 2 | 64))).toEqual([entry(2, 64)]);
    expect(outcome(state, 0, ask(4 | 8 | 1))).toEqual([entry(2, 1)]);
    expect(outcome(state, 0, ask(255))).toEqual([entry(2, 255 - 15)]);
    expect(outcome(state, 0, ask(1 | 2))).toBe('tetris/no_actions');
  });

  test('[T25] the schema takes whole numbers in range alone, and no other field', () => {
    const { input: schema } = tetrisCommands;
    expect(schema.safeParse({ tick: 0, actions: 255 }).success).toBe(true);
    const bad: unknown[] = [
      ...[-1, 256, 1.5, NaN, '1', null, undefined].map((value) => ({ tick: 0, actions: value })),
      ...[-1, 0.5, 2 ** 53, Infinity, '1'].map((tick) => ({ tick, actions: 1 })),
      { tick: 0, actions: 1, seat: 1 },
      null,
      'input',
    ];
    for (const payload of bad) expect(schema.safeParse(payload).success).toBe(false);
  });

  test('[T26] an input is of the next step, whatever tick the client meant', () => {
    const { state } = solo();
    run(state, 6);
    for (const tick of [0, 7, 8, 1e9])
      expect(outcome(state, 0, input({ tick, actions: 64 }))).toEqual([entry(8, 64)]);
  });

  test('[T26] several of one seat for one step are one', () => {
    const together = solo();
    const apart = solo();
    press(together.state, 0, 1 | 4 | 64);
    for (const bits of [64, 1, 4]) press(apart.state, 0, bits);
    expect(hashState(apart.state)).toBe(hashState(together.state));
    const undone = solo();
    for (const bits of [1, 2]) press(undone.state, 0, bits);
    expect(undone.board.pending).toBe(0);
  });

  test('[T27] refusals in their order', () => {
    const state = newMatch(1);
    run(state, 1);
    expect(outcome(state, 9, { name: 'bid', payload: null })).toBe('tetris/unknown_command');
    expect([9, -1, 0.5, NaN].map((seat) => outcome(state, seat, input(null)))).toEqual(
      Array<string>(4).fill('tetris/no_such_seat'),
    );
    for (const bits of [-1, 256, 1.5, NaN, '1', null, undefined, {}])
      expect(outcome(state, 0, input({ tick: 0, actions: bits }))).toBe('tetris/illegal_actions');
    for (const payload of [null, undefined, 7, 'x', []])
      expect(outcome(state, 0, input(payload))).toBe('tetris/illegal_actions');
    expect([0, -0].map((bits) => outcome(state, 0, ask(bits)))).toEqual(
      Array<string>(2).fill('tetris/no_actions'),
    );
    state.boards[0]!.out = 1;
    expect(outcome(state, 0, ask(-1))).toBe('tetris/eliminated');
    state.over = 1;
    expect([0, 1].map((seat) => outcome(state, seat, ask(1)))).toEqual(Array<string>(2).fill('tetris/over'));
  });

  test('[T27] decide throws at nothing and changes nothing', () => {
    const { state } = solo();
    const hash = hashState(state);
    const names = fc.oneof(fc.constant('input'), fc.string());
    fc.assert(
      fc.property(fc.anything(), fc.record({ name: names, payload: fc.anything() }), (seat, command) => {
        tetrisRules.decide(state, seat as number, command);
        expect(hashState(state)).toBe(hash);
      }),
      { numRuns: 500 },
    );
  });

  test('[T28] entries that decide never makes throw and change nothing', () => {
    const { state } = solo();
    const hash = hashState(state);
    const bad: Draft[] = [
      entry(1, 64),
      entry(3, 64),
      entry(2, 256),
      entry(2, 64, 1),
      { ...entry(2, 64), seat: null },
      { ...entry(2, 64), type: 'bid' },
      { ...entry(2, 64), data: null },
      { ...entry(2, 64), data: { tick: 2 } },
    ];
    for (const each of bad) expect(() => tetrisRules.apply(state, each)).toThrow();
    expect(hashState(state)).toBe(hash);
  });
});

describe('options', () => {
  test('[T3] [T16] [T17] [T19] have their defaults, and the match remembers them', () => {
    const defaults = { players: 2, startLevel: 1, targeting: 'even', messiness: 30, garbageDelay: 20 };
    expect(tetrisOptions.parse({})).toEqual(defaults);
    expect(newMatch(1).options).toEqual(defaults);
    const given = {
      ...defaults,
      players: 8,
      startLevel: 15,
      targeting: 'attackers' as const,
      lines: 40,
      ticks: 7200,
    };
    expect(tetrisRules.decode(tetrisRules.encode(newMatch(1, given))).options).toEqual(given);
  });

  test.each([
    { players: 0 },
    { players: 9 },
    { startLevel: 16 },
    { targeting: 'all' },
    { messiness: 101 },
    { garbageDelay: -1 },
    { lines: 0 },
    { ticks: 1.5 },
    { seed: '5' },
  ])('[T23] $ is refused', (given) => {
    expect(tetrisOptions.safeParse(given).success).toBe(false);
  });
});
