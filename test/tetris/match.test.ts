import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashState, tetrisRules, type TetrisState } from '../../rooms/tetris/rules.ts';
import type { Draft } from '../../src/match/rules.ts';
import type { TetrisOptions } from '../../rooms/tetris/commands.ts';
import { botPlayers, cellsOf, keysOf, newMatch, playTick, type Players, type Told } from './support.ts';

const seeds = fc.nat({ max: 2 ** 31 });
const matches = fc.record({
  n: seeds,
  players: fc.integer({ min: 1, max: 8 }),
  startLevel: fc.integer({ min: 1, max: 15 }),
  messiness: fc.integer({ min: 0, max: 100 }),
  targeting: fc.constantFrom('even' as const, 'random' as const, 'attackers' as const),
  bots: fc.boolean(),
});

interface Played {
  readonly state: TetrisState;
  readonly entries: Draft[];
  readonly told: Told[];
  readonly hashes: string[];
}

/** A match of bots or of any keys, to its end or to so many ticks. */
function play(
  { n, bots, ...given }: Partial<TetrisOptions> & { n: number; bots: boolean },
  ticks = 1000,
): Played {
  const state = newMatch(n, given);
  const strengths = state.boards.map((_, seat) =>
    seat % 2 === 0 ? ('strong' as const) : ('medium' as const),
  );
  const players: Players = bots ? botPlayers(strengths) : keysOf(n);
  const [entries, told, hashes]: [Draft[], Told[], string[]] = [[], [], []];
  while (state.over === 0 && state.tick < ticks) {
    entries.push(...playTick(state, players, told));
    hashes.push(hashState(state));
  }
  return { state, entries, told, hashes };
}

/** Steps to the tick of the last hash, with the entries each at its tick. */
function fold(state: TetrisState, entries: readonly Draft[], ticks: number): Pick<Played, 'told' | 'hashes'> {
  const [told, hashes]: [Told[], string[]] = [[], []];
  const rest = entries.filter(({ data }) => (data as { tick: number }).tick > state.tick);
  while (state.tick < ticks) {
    while ((rest[0]?.data as { tick: number } | undefined)?.tick === state.tick + 1)
      tetrisRules.apply(state, rest.shift()!);
    tetrisRules.step(state, (type, seat, data) => told.push({ type, seat, data }));
    hashes.push(hashState(state));
  }
  return { told, hashes };
}

const viaJson = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T;

describe('a match', () => {
  test('[T30] the same seed, options and entries give the same hash after every tick, events and result', () => {
    fc.assert(
      fc.property(matches, (given) => {
        const { state, entries, told, hashes } = play(given);
        const again = newMatch(given.n, state.options);
        expect(fold(again, viaJson(entries), state.tick)).toEqual({ told, hashes });
        expect(tetrisRules.result(again)).toEqual(tetrisRules.result(state));
      }),
      { numRuns: 25 },
    );
  });

  test('[T30] another seed, or one key less, gives another hash', () => {
    const one = play({ n: 1, bots: false }, 300);
    expect(hashState(newMatch(2))).not.toBe(hashState(newMatch(1)));
    const without = newMatch(1);
    const { hashes } = fold(without, one.entries.slice(1), one.state.tick);
    expect(hashes).not.toEqual(one.hashes);
  });

  test('[T30] a hash tells every word of the state', () => {
    const state = newMatch(1);
    const hash = hashState(state);
    for (let at = 0; at < state.words.length; at++) {
      state.words[at]! ^= 1;
      expect(hashState(state)).not.toBe(hash);
      state.words[at]! ^= 1;
    }
    expect(hashState(state)).toBe(hash);
  });

  test('[T31] saved and loaded anywhere it has the same future', () => {
    fc.assert(
      fc.property(matches, fc.nat(), (given, at) => {
        const { state, entries, told, hashes } = play(given);
        const cut = at % (state.tick + 1);
        const first = newMatch(given.n, state.options);
        const before = fold(first, entries, cut);
        const bytes = tetrisRules.encode(first);
        const second = tetrisRules.decode(Buffer.from(bytes));
        const after = fold(second, entries, state.tick);
        expect([...before.hashes, ...after.hashes]).toEqual(hashes);
        expect([...before.told, ...after.told]).toEqual(told);
        expect(tetrisRules.encode(tetrisRules.decode(bytes))).toEqual(bytes);
        expect(tetrisRules.result(second)).toEqual(tetrisRules.result(state));
      }),
      { numRuns: 25 },
    );
  });

  test('[T31] saved between an input and its step, the input is not lost', () => {
    const state = newMatch(1);
    const [draft] = tetrisRules.decide(state, 1, { name: 'input', payload: { tick: 1, actions: 64 } }) as [
      Draft,
    ];
    tetrisRules.apply(state, draft);
    const loaded = tetrisRules.decode(tetrisRules.encode(state));
    for (const each of [state, loaded]) tetrisRules.step(each, () => {});
    expect([loaded.boards[1]!.placed, hashState(loaded)]).toEqual([1, hashState(state)]);
  });

  test('[T31] what was saved stays as it was', () => {
    const state = newMatch(1);
    const bytes = tetrisRules.encode(state);
    const [copy, loaded] = [bytes.slice(), tetrisRules.decode(bytes)];
    for (let i = 0; i < 100; i++) for (const each of [state, loaded]) tetrisRules.step(each, () => {});
    expect(bytes).toEqual(copy);
  });

  test('[T31] bytes that are no state are refused', () => {
    const bytes = tetrisRules.encode(newMatch(1));
    for (const bad of [new Uint8Array(0), bytes.slice(1), bytes.slice(4), new Uint8Array(4096)])
      expect(() => tetrisRules.decode(bad)).toThrow(RangeError);
  });

  test('[T32] cells are kept', () => {
    fc.assert(
      fc.property(matches, (given) => {
        const { state, told } = play(given);
        for (const board of state.boards) {
          const pushedOut = told.some(
            ({ type, seat, data }) =>
              type === 'elimination' &&
              seat === board.seat &&
              (data as { reason: string }).reason === 'top_out',
          );
          const kept = board.placed * 4 + board.received * 9 - board.lines * 10;
          if (!pushedOut) expect(cellsOf(board)).toBe(kept);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('[T15] [T16] [T30] rows that were sent have entered, were cancelled or wait', () => {
    fc.assert(
      fc.property(matches, (given) => {
        const { state, told } = play({ ...given, players: 2 });
        const sum = (type: string, seat: number) =>
          told
            .filter((event) => event.type === type && event.seat === seat)
            .reduce((rows, { data }) => rows + (data as { rows: number }).rows, 0);
        for (const board of state.boards) {
          const other = state.boards[1 - board.seat]!;
          expect([board.sent, board.received]).toEqual([
            sum('garbage_sent', board.seat),
            sum('garbage_received', board.seat),
          ]);
          let waiting = 0;
          for (let at = 0; at < board.packets; at++) waiting += board.garbage[at * 4]!;
          // what an attack did not send it cancelled, or the other was out before it could
          const cancelled = board.attack - board.sent;
          if (other.out === 0) expect(other.sent).toBe(board.received + cancelled + waiting);
        }
      }),
      { numRuns: 30 },
    );
  });
});
