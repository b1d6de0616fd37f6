/** Logs that somebody has changed: an engine that follows them finds the entry that none has made. */
import { describe, expect, test } from 'vitest';
import type { Entry, MatchSetup } from '../../src/match/engine.ts';
import { Course, makeEngine } from './course.ts';
import { seed } from './support.ts';

const whist = await Course.play({ game: 'whist', seed });
const tetris = await Course.play({ game: 'tetris', seed });

type Change = (log: Entry[]) => unknown;

/** The place at which a changed log is refused, and why; null where it is not. */
async function refusal({ game, log }: Course, change: Change): Promise<[number, string] | null> {
  const changed = structuredClone(log);
  change(changed);
  const engine = makeEngine[game]();
  for (const entry of changed) {
    try {
      await engine.follow([entry]);
    } catch (error) {
      return [entry.n, (error as Error).message];
    }
  }
  return null;
}

const placeOf = ({ log }: Course, type: string, nth = 0): number =>
  log.flatMap((entry, at) => (entry.type === type ? [at] : []))[nth]!;

/** Adds an entry behind the place `at`, and numbers all anew. */
const insert =
  (at: number, fields: Partial<Entry>): Change =>
  (log) => {
    const { t } = log[at]!;
    log.splice(at + 1, 0, { n: 0, t, type: 'away', seat: 0, data: null, ...fields });
    for (const [i, entry] of log.entries()) Object.assign(entry, { n: i + 1 });
  };
const set =
  (at: number, fields: Partial<Entry>): Change =>
  (log) =>
    Object.assign(log[at]!, fields);

describe('a changed log', () => {
  test('[E9] is refused nowhere where nothing is changed', async () => {
    for (const course of [whist, tetris]) expect(await refusal(course, () => {})).toBeNull();
  });

  const start = placeOf(whist, 'start');
  const played = placeOf(whist, 'play', 1);
  const over = whist.log.length - 1;
  test.each<[string, number, Change]>([
    ['a gap', played + 1, (log) => log.splice(played, 1)],
    ['an earlier time', played, set(played, { t: -1 })],
    ['no time', played, set(played, { t: undefined as never })],
    ['a second beginning', played + 1, insert(played, whist.log[0]!)],
    ['a card of another hand', played, set(played, { data: whist.log[placeOf(whist, 'play', 2)]!.data })],
    ['a card that is none', played, set(played, { data: { card: 'ZZ' } })],
    ['more than a card', played, set(played, { data: { ...(whist.log[played]!.data as object), x: 1 } })],
    ['another seat', played, set(played, { seat: null })],
    ['an unknown type', played, set(played, { type: 'peek' })],
    ['who sits down amid play', start + 1, insert(start, { type: 'sit', seat: 2, data: { account: 'eve' } })],
    ['who goes twice', start + 2, (log) => void (insert(start, {})(log), insert(start, {})(log))],
    ['who comes back and was there', start + 1, insert(start, { type: 'back' })],
    ['a turn that ran out too early', start + 1, insert(start, { type: 'idle', seat: 0 })],
    ['a match that is abandoned by nobody', start + 1, insert(start, { type: 'abandon', seat: null })],
    ['a second start', start + 1, insert(start, { type: 'start' })],
    ['a start before all are ready', 1, insert(0, { type: 'start' })],
    ['more than an account', 1, set(1, { data: { account: 'ann', x: 1 } })],
    ['a seat that is none', 1, set(1, { seat: 9 })],
    ['an account that is none', 1, set(1, { data: null })],
    ['an entry behind the end', over + 1, insert(over, {})],
  ])('[E9] of whist is refused: %s', async (_, at, change) => {
    expect((await refusal(whist, change))?.[0]).toBe(whist.log[at]?.n ?? at + 1);
  });

  const mark = placeOf(tetris, 'mark', 2);
  const input = placeOf(tetris, 'input', 3);
  const out = placeOf(tetris, 'eliminated');
  const marked = tetris.log[mark]!.data as object;
  const later = tetris.log[mark]!.t + 60_000;
  const { tick } = tetris.log[input]!.data as { tick: number };
  test.each<[string, number, Change]>([
    ['an input for an earlier tick', input, set(input, { data: { tick: 1, actions: 1 } })],
    ['an input without a tick', input, set(input, { data: { actions: 1 } })],
    ['actions that are none', input, set(input, { data: { tick, actions: 0 } })],
    ['actions that undo each other', input, set(input, { data: { tick, actions: 3 } })],
    ['a seat that is none', input, set(input, { seat: 7 })],
    ['a mark with more than its tick', mark, set(mark, { data: { ...marked, x: 1 } })],
    ['a mark of a seat', mark, set(mark, { seat: 0 })],
    ['a mark that marks no time', mark + 1, insert(mark, tetris.log[mark]!)],
    ['an elimination of an earlier tick', out, set(out, { data: { tick: 1 } })],
    ['a turn, of which there are none', mark + 1, insert(mark, { type: 'idle', seat: 1, t: later })],
    ['an end before the end', mark, set(mark, { type: 'end', seat: null })],
  ])('[E9] of Tetris is refused: %s', async (_, at, change) => {
    expect((await refusal(tetris, change))?.[0]).toBe(tetris.log[at]!.n);
  });
});

test.each([0, 1.5, 1e9, '2', null])('[E9] a beginning with %j seats is refused', async (players) => {
  const { options, ...rest } = tetris.log[0]!.data as MatchSetup;
  const data = { ...rest, options: { ...options, players } };
  expect(await refusal(tetris, set(0, { data }))).toEqual([1, 'no match has so many seats']);
});

/** An entry without its place. */
type Draft = [type: string, seat: number | null, data?: unknown, t?: number];

const day = 24 * 3_600_000;
const setup = whist.log[0]!.data;
const lobby: Draft[] = [
  ['sit', 0, { account: 'ann' }],
  ['sit', 1, { account: 'bob' }],
  ['add_bot', 0, { seat: 2, strength: 'weak' }],
];
const begun: Draft[] = [
  ...lobby,
  ['add_bot', 0, { seat: 3, strength: 'weak' }],
  ['ready', 0, { ready: true }],
  ['ready', 1, { ready: true }],
  ['start', 1],
];
const gone: Draft[] = [...begun, ['away', 0], ['away', 1]];

/** Whether the last of the entries is refused; all before it must not be. */
async function isRefused(drafts: readonly Draft[]): Promise<boolean> {
  const engine = makeEngine.whist();
  const entries = drafts.map(([type, seat, data = null, t = 0], i) => ({ n: i + 2, t, type, seat, data }));
  await engine.follow([{ n: 1, t: 0, type: 'create', seat: null, data: setup }, ...entries.slice(0, -1)]);
  try {
    await engine.follow(entries.slice(-1));
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'match/illegal_entry', n: entries.length + 1 });
    return true;
  }
}

describe('seats', () => {
  test.each<[Draft[], Draft]>([
    [lobby, ['sit', 3, { account: 'eve' }]],
    [lobby, ['stand', 1]],
    [lobby, ['ready', 1, { ready: true }]],
    [lobby, ['add_bot', 0, { seat: 3, strength: 'strong' }]],
    [lobby, ['remove_bot', 0, { seat: 2 }]],
    [lobby, ['away', 1]],
    [begun, ['away', 1]],
    [gone, ['back', 1]],
    [gone, ['abandon', null, null, day]],
    [begun, ['idle', 1, null, 10_000]],
    [begun.slice(0, -1), ['start', 1]],
  ])('[E9] an entry that fits is taken: number %#', async (before, entry) => {
    expect(await isRefused([...before, entry])).toBe(false);
  });

  test.each<[string, Draft[], Draft]>([
    ['a seat that is taken', lobby, ['sit', 0, { account: 'eve' }]],
    ['a second seat', lobby, ['sit', 3, { account: 'ann' }]],
    ['a free seat that is left', lobby, ['stand', 3]],
    ['a bot that gets ready', lobby, ['ready', 2, { ready: true }]],
    ['who is not ready, and is not ready', lobby, ['ready', 1, { ready: false }]],
    ['a bot that a guest adds', lobby, ['add_bot', 1, { seat: 3, strength: 'weak' }]],
    ['a bot without a strength', lobby, ['add_bot', 0, { seat: 3, strength: 'divine' }]],
    ['a bot on a taken seat', lobby, ['add_bot', 0, { seat: 1, strength: 'weak' }]],
    ['a bot that is none', lobby, ['remove_bot', 0, { seat: 1 }]],
    ['a bot that a guest removes', lobby, ['remove_bot', 1, { seat: 2 }]],
    ['a start without all', lobby, ['start', 0]],
    ['a start by nobody', begun.slice(0, -1), ['start', null]],
    ['a bid before the start', lobby, ['bid', 0, { bid: 1 }]],
    ['a ready player amid play', begun, ['ready', 1, { ready: false }]],
    ['a bot that goes', begun, ['away', 2]],
    ['who comes back and was there', begun, ['back', 1]],
    ['a turn that ran out before its time', begun, ['idle', 1, null, 9_999]],
    ['a turn of another that ran out', begun, ['idle', 0, null, day]],
    ['a bot whose turn ran out', begun, ['idle', 2, null, day]],
    ['a turn of who is not there', [...begun, ['away', 0]], ['idle', 0, null, day]],
    ['an end by nobody while somebody is there', begun, ['abandon', null, null, 2 * day]],
    ['an end by nobody before the day is over', gone, ['abandon', null, null, day - 1]],
    ['an end by a seat', gone, ['abandon', 0, null, day]],
  ])('[E9] an entry that does not fit is refused: %s', async (_, before, entry) => {
    expect(await isRefused([...before, entry])).toBe(true);
  });
});
