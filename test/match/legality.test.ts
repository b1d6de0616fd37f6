/** Logs that somebody has changed: an engine that follows them finds the entry that none has made. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/match/engine.ts';
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
    ['no time', played, set(played, { t: null as never })],
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
  const marked = tetris.log[mark]!.data as object;
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
    ['an end before the end', mark, set(mark, { type: 'end', seat: null })],
  ])('[E9] of Tetris is refused: %s', async (_, at, change) => {
    expect((await refusal(tetris, change))?.[0]).toBe(tetris.log[at]!.n);
  });
});
