import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { games } from '../../rooms/index.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import type { MatchSetup } from '../../src/match/engine.ts';
import { type Play, simulate, type TimedInput } from '../../src/match/simulate.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import { type BotPlay, playTetris, seed } from '../solo/support.ts';

const setupOf = (options: object, fields: Partial<MatchSetup> = {}): MatchSetup => ({
  game: 'tetris',
  version: '1',
  options: { mode: 'solo', turnMs: 0, botDelayMs: 0, ...options },
  seed,
  ...fields,
});
const again = (play: BotPlay, fields: Partial<Play> = {}) =>
  simulate(games, {
    setup: setupOf(play.options),
    accounts: ['ada', 'bob', 'eve', 'joe'].slice(0, play.results.length),
    inputs: play.inputs,
    mostTicks: 216_000,
    ...fields,
  });

const minute = playTetris({ ticks: 3600 });
const duel = playTetris({ players: 2, ticks: 3600 }, ['strong', 'weak']);
const table = playTetris({ players: 4, ticks: 1800, targeting: 'random' }, [
  'strong',
  'medium',
  'weak',
  'strong',
]);

describe('the log and the result', () => {
  test.each([
    ['one player', minute],
    ['two', duel],
    ['four', table],
  ] as const)('[SM1] of %s are those of the play', async (_name, play) => {
    const { entries, result } = await again(play);
    expect(result.players.map(({ account: _, ...rest }) => rest)).toEqual(play.results);
    expect(result.players.map(({ account }) => account)).toEqual(
      ['ada', 'bob', 'eve', 'joe'].slice(0, play.results.length),
    );
    expect(entries.filter(({ type }) => type === 'input')).toHaveLength(play.inputs.length);
    const folded = new TickEngine(tetrisRules).open(null, entries);
    expect(folded).toMatchObject({ n: entries.length, wakeAt: null, result });
  });

  test('[SM1] hold what the rules are about: lines are cleared, and rows sent', () => {
    expect(minute.results[0]!.stats['lines_cleared']).toBeGreaterThan(5);
    expect(duel.results[0]!.stats['garbage_sent']).toBeGreaterThan(0);
  });

  test('[SM1] of a play that its player lost end where it was lost', async () => {
    const lost = playTetris({ startLevel: 15 }, ['weak']);
    const { entries } = await again(lost);
    expect(entries.slice(-2).map(({ type }) => type)).toEqual(['eliminated', 'end']);
    expect(entries.at(-1)!.t).toBe(Math.floor((lost.tick * 1000) / 60));
  });

  test('[SM1] of any presses of keys fold to the same, and are the same each time', async () => {
    const presses = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 255 })), {
      maxLength: 60,
    });
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(presses, async (pairs) => {
        let tick = 0;
        const inputs = pairs.map(([wait, actions]): TimedInput => ({
          tick: (tick += wait),
          seat: 0,
          name: 'input',
          payload: { tick, actions },
        }));
        const play = {
          setup: setupOf({ players: 1, ticks: 2400 }),
          accounts: ['ada'],
          inputs,
          mostTicks: 2400,
        };
        const played = await simulate(games, play).catch((error: { code: string }) => error);
        if (!('entries' in played)) {
          expect(played.code).toBe('simulate/refused');
          return;
        }
        ended++;
        expect(await simulate(games, play)).toEqual(played);
        expect(new TickEngine(tetrisRules).open(null, played.entries).result).toEqual(played.result);
      }),
      { numRuns: 60 },
    );
    expect(ended).toBeGreaterThan(30);
  });
});

describe('no play', () => {
  test.each([0, 2])('[SM2] for %d players where there is one seat', async (players) => {
    await expect(again(minute, { accounts: ['ada', 'bob'].slice(0, players) })).rejects.toMatchObject({
      status: 400,
      code: 'simulate/wrong_players',
    });
  });

  test('[SM2] for one player who would take both seats', async () => {
    await expect(again(duel, { accounts: ['ada', 'ada'] })).rejects.toMatchObject({
      code: 'simulate/wrong_players',
    });
  });

  test.each([
    { game: 'chess' },
    { game: 'whist' },
    { version: '0' },
    { version: 'toString' },
    { version: '__proto__' },
  ])('[SM2] of %j', async (fields) => {
    await expect(again(minute, { setup: setupOf(minute.options, fields) })).rejects.toMatchObject({
      status: 400,
      code: 'simulate/unknown_game',
    });
  });
});

describe('an input', () => {
  const withInput = (fields: Partial<TimedInput>, at = 0) =>
    again(minute, {
      inputs: minute.inputs.toSpliced(at, 1, { ...minute.inputs[at]!, ...fields }),
    });

  test.each([
    ['a command that there is none', { name: 'cheat' }],
    ['a command that every object has', { name: '__proto__' }],
    ['a command of seats', { name: 'add_bot', payload: {} }],
    ['a field too many', { payload: { tick: 1, actions: 1, score: 9 } }],
    ['NaN', { payload: { tick: 1, actions: Number.NaN } }],
    ['a fraction', { payload: { tick: 1, actions: 1.5 } }],
    ['2^53', { payload: { tick: 2 ** 53, actions: 1 } }],
    ['more bits than there are', { payload: { tick: 1, actions: 256 } }],
    ['nothing', { payload: null }],
  ])('[SM3] of %s is bad', async (_name, fields) => {
    await expect(withInput(fields)).rejects.toMatchObject({ status: 400, code: 'simulate/bad_input' });
  });

  test.each([
    ['for no action', { payload: { tick: 1, actions: 0 } }, 'tetris/no_actions'],
    ['for actions that undo each other', { payload: { tick: 1, actions: 3 } }, 'tetris/no_actions'],
    ['of another player', { seat: 1 }, 'tetris/no_such_seat'],
    ['of nobody', { seat: -1 }, 'tetris/no_such_seat'],
    ['that is meant for the future', { payload: { tick: 900, actions: 1 } }, 'match/too_early'],
  ])('[SM3] %s is refused with the code of the rules', async (_name, fields, code) => {
    await expect(withInput(fields)).rejects.toMatchObject({
      status: 422,
      code: 'simulate/refused',
      message: expect.stringContaining(code),
    });
  });

  test.each([1, 600, 2 ** 53 - 1])('[SM3] that comes %d ticks after the end is refused', async (later) => {
    const lost = playTetris({}, ['weak'], 'f'.repeat(32));
    const tick = Math.min(lost.tick + later, Number.MAX_SAFE_INTEGER);
    const inputs = [...lost.inputs, { tick, seat: 0, name: 'input', payload: { tick, actions: 64 } }];
    const setup = setupOf(lost.options, { seed: 'f'.repeat(32) });
    await expect(again(lost, { inputs, setup })).rejects.toMatchObject({
      status: 422,
      code: 'simulate/refused',
    });
  });

  test('[SM3] is read when its tick is near, and what reading throws ends the play', async () => {
    let read = 0;
    function* broken(): Generator<TimedInput> {
      for (const input of minute.inputs) {
        read++;
        yield input;
        if (input.tick > 1000) throw new RangeError('a scratch');
      }
    }
    await expect(again(minute, { inputs: broken() })).rejects.toThrow('a scratch');
    expect(read).toBeLessThan(minute.inputs.length / 2);
  });
});

describe('time', () => {
  test('[SR3] is bounded: a play that goes on is refused', async () => {
    await expect(again(minute, { mostTicks: 3599 })).rejects.toMatchObject({
      status: 422,
      code: 'simulate/not_over',
    });
    expect((await again(minute, { mostTicks: 3600 })).result.players).toHaveLength(1);
  });

  test('[SM4] is given to others after each 300 ticks', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): unknown => isOver || (turns++, setImmediate(count));
    setImmediate(count);
    await again(minute);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(3600 / 300);
  });
});
