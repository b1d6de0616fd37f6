import { describe, expect, test } from 'vitest';
import { CARD_NAMES, TRUMPS } from '../../rooms/whist/cards.ts';
import { whistCommands, whistOptions } from '../../rooms/whist/commands.ts';
import { whistRules, type WhistState } from '../../rooms/whist/rules.ts';
import { seededRandom, type Random } from '../../src/match/random.ts';
import type { Command } from '../../src/match/rules.ts';
import { act, bid, newMatch, outcome, play, playOut, saved, seed, table, trump } from './support.ts';

/** Values that no schema would let through, by themselves and as fields of payloads. */
const ODD = [undefined, null, -1, 0.5, 51, Number.NaN, 2 ** 53, '1', 'XX', ['AS'], {}, true, () => 0];
const JUNK = [...ODD, ...ODD.flatMap((value) => [{ bid: value }, { trump: value }, { card: value }])];
const NAMES = ['bid', 'trump', 'play', '', 'toString', '__proto__', 'constructor', 'deal'];

function junk(state: WhistState, random: Random): { seat: number; command: Command } {
  const pick = <T>(items: readonly T[]): T => items[random.int(items.length)]!;
  const sane: Command[] = [bid(random.int(14)), trump(pick(TRUMPS)), play(pick(CARD_NAMES))];
  const command = random.int(3) > 0 ? pick(sane) : { name: pick(NAMES), payload: pick(JUNK) };
  return { seat: pick([state.turn ?? 0, state.turn ?? 0, 0, 3, -1, 4, Number.NaN]), command };
}

describe('commands', () => {
  test('[W16] schemas take exactly the payloads of the commands', () => {
    const takes = (name: keyof typeof whistCommands, payload: unknown) =>
      whistCommands[name].safeParse(payload).success;
    expect([0, 13].map((n) => takes('bid', { bid: n }))).toEqual([true, true]);
    expect([-1, 14, 0.5, '1', null, Number.NaN].some((n) => takes('bid', { bid: n }))).toBe(false);
    expect(TRUMPS.every((name) => takes('trump', { trump: name }))).toBe(true);
    expect(['', 'X', 'c', 0].some((name) => takes('trump', { trump: name }))).toBe(false);
    expect(CARD_NAMES.every((card) => takes('play', { card }))).toBe(true);
    expect(['', 'as', 51, '1S'].some((card) => takes('play', { card }))).toBe(false);
    expect(
      takes('bid', { bid: 1, more: 1 }) || takes('trump', {}) || takes('play', { card: 'AS', seat: 1 }),
    ).toBe(false);
  });

  test('[W16] options take rounds from 1 to 26 and nothing else', () => {
    const takes = (options: unknown) => whistOptions.safeParse(options).success;
    expect([{}, { rounds: 1 }, { rounds: 26 }].map(takes)).toEqual([true, true, true]);
    expect([{ rounds: 0 }, { rounds: 27 }, { rounds: 1.5 }, { seats: 3 }, null].some(takes)).toBe(false);
  });

  test('[W16] a command makes one entry of its name and payload', () => {
    const state = newMatch(1);
    const seat = state.turn!;
    expect(act(state, seat, bid(2))).toEqual([{ type: 'bid', seat, data: { bid: 2 } }]);
  });

  test('[W17] the first refusal that holds: command, phase, turn', () => {
    const state = table({ dealer: 3, turn: 0 });
    expect(outcome(state, 1, { name: 'deal', payload: {} })).toBe('whist/unknown_command');
    expect(outcome(state, 1, play('AS'))).toBe('whist/wrong_phase');
    expect(outcome(state, 1, bid(99))).toBe('whist/not_your_turn');
    expect(outcome(state, 0, bid(99))).toBe('whist/illegal_bid');
  });

  test('[W17] trumps that are none, and a card that is not in the hand', () => {
    const naming = table({ phase: 'trump', turn: 2 });
    expect(outcome(naming, 2, trump('X'))).toBe('whist/illegal_trump');
    const playing = table({
      phase: 'play',
      turn: 0,
      hands: [
        [0, 1],
        [2, 3],
        [4, 5],
        [6, 7],
      ],
    });
    expect(outcome(playing, 0, play('AS'))).toBe('whist/not_your_card');
    expect(outcome(playing, 0, play('2C'))).toBe('ok');
  });

  test('[W17] after the end every command is refused', () => {
    const { state } = playOut(1, 1);
    for (const command of [bid(0), trump('N'), play('AS')])
      for (const seat of [0, 1, 2, 3]) expect(outcome(state, seat, command)).toBe('whist/wrong_phase');
  });

  test('[W18] -0 is 0', () => {
    const state = newMatch(1);
    act(state, state.turn!, bid(-0));
    expect(
      Object.is(
        state.bids.find((n) => n !== null),
        0,
      ),
    ).toBe(true);
  });

  test('[W18] decide throws at nothing and changes nothing, whatever comes', () => {
    const seen = new Map<string, number>();
    const random = seededRandom(seed(77), 'junk');
    const attack = (state: WhistState): void => {
      const before = saved(state);
      for (let i = 0; i < 8; i++) {
        const { seat, command } = junk(state, random);
        const code = outcome(state, seat, command);
        seen.set(code, (seen.get(code) ?? 0) + 1);
      }
      expect(saved(state)).toBe(before);
    };
    for (let n = 0; n < 12; n++) playOut(n, 26, undefined, attack);
    const codes = [
      'unknown_command',
      'wrong_phase',
      'not_your_turn',
      'illegal_bid',
      'illegal_trump',
      'not_your_card',
    ];
    for (const code of [...codes, 'must_follow_suit'])
      expect(seen.get(`whist/${code}`), code).toBeGreaterThan(30);
    expect(seen.get('ok')).toBeGreaterThan(300);
  });

  test('[W18] apply refuses entries that decide never makes', () => {
    const alien = { type: 'deal', seat: 0, data: {} };
    expect(() => whistRules.apply(newMatch(1), alien, () => {})).toThrow(/whist\/unknown_entry/);
  });
});
