import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { Engine, Entry, MatchEvent, MatchSetup, Result } from '../../src/match/engine.ts';
import { seededRandom } from '../../src/match/random.ts';
import { Refusal, type Rules } from '../../src/match/rules.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import { stateHashEvent } from '../../src/match/table-engine.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import type { MatchLog } from '../../src/replays/match-log.ts';
import { type Verdict, verifyLog } from '../../src/replays/verify.ts';
import { Course, type Game, makeEngine } from '../match/course.ts';
import { hashesOf, numbered, playersOf, recordOf, tamper, tamperings } from './logs.ts';

const seed = (n: number): string => n.toString(16).padStart(8, '0') + '5'.repeat(24);
const whist = await Course.play({ game: 'whist', seed: seed(1), killsPer: 60 });
const tetris = await Course.play({
  game: 'tetris',
  seed: seed(3),
  bots: ['strong', 'medium'],
  options: { players: 4 },
});
const courses: [Game, Course][] = [
  ['whist', whist],
  ['tetris', tetris],
];

const verify = (log: MatchLog): Promise<Verdict> => verifyLog(makeEngine[log.header.game as Game](), log);

/** Plays what can be played of a log, by the rules' `apply` alone: as somebody would who changes hashes, too. */
const lenientEngine: Record<Game, () => Engine> = {
  whist() {
    const { entriesAreCommands: _, ...rules } = whistRules;
    return new RulesEngine(rules);
  },
  tetris() {
    const { entriesAreCommands: _, ...rules } = tetrisRules;
    return new TickEngine(rules);
  },
};

interface Followed {
  readonly events: readonly MatchEvent[];
  readonly result: Result | null;
}

async function follow(game: Game, entries: readonly Entry[]): Promise<Followed | null> {
  try {
    return await lenientEngine[game]().follow(entries);
  } catch {
    return null;
  }
}

/** What each seat did and what came of it, in its order, whatever the time. */
function playOf({ events }: Followed): unknown {
  const play: Record<string, unknown[]> = {};
  for (const { type, seat, data } of events)
    if (type !== stateHashEvent) (play[String(seat)] ??= []).push([type, data]);
  return play;
}

describe.each(courses)('a record of %s', (game, course) => {
  const log = recordOf(course);

  test('[RP40] that nobody has changed is verified, with all its hashes', async () => {
    expect(await verify(log)).toEqual({ ok: true, entries: log.entries.length, hashes: log.hashes.length });
    expect(log.hashes.length).toBeGreaterThan(2);
  });

  test('[RP41] [RP42] of which one entry was changed is found, or its play is the same', async () => {
    const random = seededRandom(seed(7), 'tamper');
    const played = playOf((await follow(game, log.entries))!);
    const counts = new Map<string, number>();
    for (let i = 0; i < 240; i++) {
      const entries = tamper(log.entries, tamperings[i % tamperings.length]!, random);
      const verdict = await verify({ ...log, entries });
      const found = verdict.ok === false ? verdict.check : 'accepted';
      counts.set(found, (counts.get(found) ?? 0) + 1);
      if (verdict.ok !== false) expect(playOf((await follow(game, entries))!)).toEqual(played);
    }
    for (const check of ['order', 'play', 'hash'])
      expect([check, counts.get(check)! > 0]).toEqual([check, true]);
    expect(counts.get('accepted')!).toBeLessThan(84);
  });

  test('[RP43] whose hashes and result were made anew is found where a rule was broken', async () => {
    const random = seededRandom(seed(8), 'tamper');
    const counts = { illegal: 0, accepted: 0 };
    for (let i = 0; i < 200; i++) {
      const entries = tamper(log.entries, 'data', random);
      const followed = await follow(game, entries);
      if (!followed?.result) continue;
      const header = { ...log.header, players: playersOf(followed.result, entries) };
      const { ok } = await verify({ header, entries, hashes: hashesOf(followed.events) });
      if (ok) counts.accepted++;
      if (isLegal[game](entries)) continue;
      counts.illegal++;
      expect(ok).toBe(false);
    }
    expect(counts.illegal).toBeGreaterThan(3);
    // another match by the same rules can't be told from the one that was played
    expect(counts.accepted).toBeGreaterThan(3);
  });

  test.each<[string, string, (log: MatchLog) => Partial<MatchLog>]>([
    [
      'another hash',
      'hash',
      ({ hashes }) => ({ hashes: hashes.with(1, { ...hashes[1]!, hash: '0'.repeat(16) }) }),
    ],
    ['a hash too few', 'hash', ({ hashes }) => ({ hashes: hashes.slice(0, -1) })],
    ['a hash left out', 'hash', ({ hashes }) => ({ hashes: hashes.slice(1) })],
    ['a hash too many', 'hash', ({ hashes }) => ({ hashes: [...hashes, hashes[0]!] })],
    [
      'a hash at another place',
      'hash',
      ({ hashes }) => ({ hashes: hashes.with(0, { ...hashes[0]!, n: 63 }) }),
    ],
    [
      'no end',
      'result',
      ({ entries, hashes }) => ({ entries: entries.slice(0, -1), hashes: hashes.slice(0, -1) }),
    ],
    [
      'a place that is not its own',
      'order',
      ({ entries }) => ({ entries: entries.with(9, { ...entries[9]!, n: 9 }) }),
    ],
    [
      'a time that is no whole number',
      'order',
      ({ entries }) => ({ entries: entries.with(9, { ...entries[9]!, t: entries[9]!.t + 0.5 }) }),
    ],
    ['no entries', 'setup', () => ({ entries: [] })],
    ['another game', 'setup', ({ header }) => ({ header: { ...header, game: 'chess' } })],
    ['another version', 'setup', ({ header }) => ({ header: { ...header, version: '0' } })],
    ['another mode', 'setup', ({ header }) => ({ header: { ...header, mode: 'ranked' } })],
    ['a player too few', 'result', withPlayers((players) => players.slice(1))],
    ['a player too many', 'result', withPlayers((players) => [...players, { ...players[0]!, seat: 9 }])],
    [
      'a figure that only solo results have',
      'result',
      withPlayers(([first, ...rest]) => [{ ...first!, stats: { ...first!.stats, verified: 1 } }, ...rest]),
    ],
    [
      'seats that are changed',
      'result',
      withPlayers(([a, b, ...rest]) => [{ ...a!, seat: b!.seat }, { ...b!, seat: a!.seat }, ...rest]),
    ],
    [
      'another account',
      'result',
      withPlayers(([first, ...rest]) => [{ ...first!, accountId: 'eve' }, ...rest]),
    ],
    [
      'another placement',
      'result',
      withPlayers(([first, ...rest]) => [{ ...first!, placement: 9 }, ...rest]),
    ],
    ['another score', 'result', withPlayers(([first, ...rest]) => [{ ...first!, score: 12_345 }, ...rest])],
    [
      'another duration',
      'result',
      withPlayers(([first, ...rest]) => [{ ...first!, durationMs: 1 }, ...rest]),
    ],
    [
      'a figure more',
      'result',
      withPlayers(([first, ...rest]) => [{ ...first!, stats: { ...first!.stats, x: 1 } }, ...rest]),
    ],
    ['no figures', 'result', withPlayers(([first, ...rest]) => [{ ...first!, stats: {} }, ...rest])],
  ])('[RP41] with %s is found', async (_name, check, change) => {
    const verdict = await verifyLog(makeEngine[game](), { ...log, ...change(log) });
    expect(verdict).toMatchObject({
      ok: false,
      check,
      flaw: expect.stringMatching(/^entry \d+: [ -~]{5,}$/),
    });
  });
});

function withPlayers(change: (players: MatchLog['header']['players']) => MatchLog['header']['players']) {
  return ({ header }: MatchLog): Partial<MatchLog> => ({
    header: { ...header, players: change(header.players) },
  });
}

/** Whether the rules alone, without an engine, would have made each move. */
const isLegal: Record<Game, (entries: readonly Entry[]) => boolean> = {
  whist(entries) {
    const { options, seed } = entries[0]!.data as MatchSetup;
    const state = whistRules.setup(options as never, 4, seededRandom(seed, 'rules'));
    return entries
      .filter(({ type }) => ['bid', 'trump', 'play'].includes(type))
      .every((entry) => move(whistRules, state, entry));
  },
  tetris(entries) {
    const { options, seed } = entries[0]!.data as MatchSetup;
    const state = tetrisRules.setup(options as never, 4, seed);
    const inputs = entries.filter(({ type }) => type === 'input');
    return inputs.every((entry) => {
      const { tick } = entry.data as { tick: number };
      while (state.tick < tick - 1) tetrisRules.step(state, () => {});
      return move(tetrisRules, state, entry);
    });
  },
};

interface Mover<S> {
  readonly decide: Rules<S, unknown>['decide'];
  readonly apply: Rules<S, unknown>['apply'];
}

function move<S>({ decide, apply }: Mover<S>, state: S, { type, seat, data }: Entry): boolean {
  const decided = decide(state, seat!, { name: type, payload: data });
  if (decided instanceof Refusal || !isDeepStrictEqual(decided, [{ type, seat, data }])) return false;
  apply(state, { type, seat, data }, () => {});
  return true;
}

describe('a log', () => {
  const log = recordOf(tetris);

  test('[RP44] may be anything: the answer is a flaw in one short sentence, never a fault', async () => {
    const entry = fc.record({
      n: fc.constantFrom(1, 2, 3, 4, 5, 6),
      t: fc.oneof(fc.constant(0), fc.anything()),
      type: fc.oneof(
        fc.constantFrom('create', 'sit', 'start', 'mark', 'input', 'end', 'play'),
        fc.string({ unit: 'binary' }),
      ),
      seat: fc.oneof(fc.constantFrom(null, 0, 1), fc.anything()),
      data: fc.oneof(fc.constantFrom(...log.entries.slice(0, 12).map(({ data }) => data)), fc.anything()),
    });
    const start = fc.integer({ min: 0, max: log.entries.length - 1 }).map((n) => log.entries.slice(0, n));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...courses), start, fc.array(entry), async ([game], begin, rest) => {
        const entries = [...(game === 'tetris' ? begin : []), ...rest].map((one, at) => ({
          ...one,
          n: at + 1,
        }));
        const verdict = await verifyLog(makeEngine[game](), { ...log, entries: entries as Entry[] });
        expect(verdict).toMatchObject({
          ok: false,
          flaw: expect.stringMatching(/^entry \d+: [ -~]{1,190}$/),
        });
      }),
      { numRuns: 150 },
    );
  });

  test('[RP44] can not make a server play for ever', async () => {
    const at = log.entries.findIndex(({ type }) => type === 'mark');
    for (const tick of [1e15, 2 ** 53, Number.MAX_VALUE, Infinity, 'Infinity', [1e15]]) {
      const entries = log.entries.with(at, { ...log.entries[at]!, data: { tick } });
      expect(await verify({ ...log, entries })).toMatchObject({ ok: false, check: 'order', n: at + 1 });
    }
  });

  test('[RP45] without any hash is verified by its play', async () => {
    expect(await verify({ ...log, hashes: [] })).toEqual({
      ok: true,
      entries: log.entries.length,
      hashes: 0,
    });
    const at = log.entries.findIndex(({ type }) => type === 'eliminated');
    const entries = log.entries.with(at, { ...log.entries[at]!, seat: (log.entries[at]!.seat! + 1) % 4 });
    expect(await verify({ ...log, entries, hashes: [] })).toMatchObject({
      ok: false,
      check: 'play',
      n: at + 1,
    });
    const without = numbered(log.entries.toSpliced(at, 1));
    expect(await verify({ ...log, entries: without, hashes: [] })).toMatchObject({
      ok: false,
      check: 'play',
      n: at + 1,
    });
  });

  test('[RP45] of a result that was only claimed can not be verified', async () => {
    const [create] = log.entries;
    const claim = { t: 5, type: 'claim', seat: 0, data: { score: 5, stats: {} } };
    const entries = [create!, { ...claim, type: 'sit' }, { ...claim, type: 'start' }, claim];
    const claimed = numbered(entries as Entry[]);
    const solo = { ...log.header, mode: 'solo' };
    expect(await verify({ header: solo, entries: claimed, hashes: [] })).toEqual({ ok: null, entries: 4 });
    // in no other mode, and not among the entries of a play
    expect(await verify({ ...log, entries: claimed, hashes: [] })).toMatchObject({ ok: false });
    const late = [...log.entries, { ...claim, n: log.entries.length + 1, t: 1e9 }];
    expect(await verify({ ...log, entries: late })).toMatchObject({ ok: false });
  });
});
