/** What an engine tells of its state, and what whoever follows its log finds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, MatchEvent } from '../../src/match/engine.ts';
import { stateHashEvent } from '../../src/match/table-engine.ts';
import { Course, type CourseOptions, makeEngine } from './course.ts';

const hexSeed = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const killsPer = fc.constantFrom(0, 40, 400);
const whist = fc.record({
  game: fc.constant('whist' as const),
  seed: hexSeed,
  bots: fc.constantFrom(['weak', 'strong'], ['medium', 'medium']),
  killsPer,
});
const tetris = fc.constantFrom([], ['strong'], ['weak', 'medium']).chain((bots) =>
  fc.record({
    game: fc.constant('tetris' as const),
    seed: hexSeed,
    bots: fc.constant(bots),
    options: fc.constant({ players: 2 + bots.length }),
    killsPer,
  }),
);

const hashes = (events: readonly MatchEvent[]) =>
  events.filter(({ type }) => type === stateHashEvent).map(({ n, data }) => ({ n, data }));

async function follow(
  { game, log }: Course,
  from: { n: number; state: Uint8Array } | null,
  size: number,
): Promise<MatchEvent[]> {
  const engine = makeEngine[game]();
  if (from) await engine.open(from.state, []);
  const events: MatchEvent[] = [];
  const rest: readonly Entry[] = log.slice(from?.n ?? 0);
  for (let at = 0; at < rest.length; at += size)
    events.push(...(await engine.follow(rest.slice(at, at + size))).events);
  return events;
}

const kinds: [string, fc.Arbitrary<CourseOptions>, number][] = [
  ['whist', whist, 15],
  ['Tetris', tetris, 10],
];

describe.each(kinds)('the hashes of the state of %s', (_, courses, numRuns) => {
  test('[E8] are the same live, after processes that died, and for those who follow', async () => {
    let all = 0;
    await fc.assert(
      fc.asyncProperty(courses, fc.integer({ min: 1, max: 200 }), async (options, size) => {
        const course = await Course.play(options);
        const told = hashes(course.events);
        expect(course.result).not.toBeNull();
        all += told.length;
        expect(told.at(-1)!.n).toBe(course.log.length);
        expect(hashes(await follow(course, null, size))).toEqual(told);
        for (const from of course.checkpoints)
          expect(hashes(await follow(course, from, size))).toEqual(told.filter(({ n }) => n > from.n));
      }),
      { numRuns },
    );
    expect(all).toBeGreaterThan(2 * numRuns);
  });

  test('[E8] come at every 64th entry of the game', async () => {
    const [options] = fc.sample(courses, { numRuns: 1, seed: 7 });
    const { log, events } = await Course.play(options!);
    const seats = new Set(['sit', 'away', 'back', 'ready', 'start', 'add_bot', 'idle']);
    const due = log.filter(({ n, type }) => n % 64 === 0 && !seats.has(type)).map(({ n }) => n);
    expect(due.length).toBeGreaterThan(1);
    expect(hashes(events).map(({ n }) => n)).toEqual([...new Set([...due, log.length])]);
  });

  test('[E8] are others where one entry is another', async () => {
    const [options] = fc.sample(courses, { numRuns: 1, seed: 7 });
    const course = await Course.play({ ...options!, killsPer: 0 });
    const told = hashes(course.events);
    const { n: first } = told[0]!;
    const other = course.log.map((entry) => (entry.n === 1 ? otherSeed(entry) : entry));
    const engine = makeEngine[course.game]();
    const found = await Promise.resolve()
      .then(() => engine.follow(other.slice(0, first)))
      .then(
        ({ events }) => hashes(events),
        () => [],
      );
    expect(found).not.toEqual([told[0]]);
  });
});

const otherSeed = (entry: Entry): Entry => ({
  ...entry,
  data: { ...(entry.data as object), seed: 'f'.repeat(32) },
});
