/** Whole matches of the games that are offered, found in the stream as they were played. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { games } from '../../rooms/index.ts';
import type { Published } from '../../src/events/event-stream.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { detect } from '../../src/match/moment-rules.ts';
import { startMomentDetector } from '../../src/moments/detector.ts';
import { Course, type CourseOptions } from '../match/course.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { batchesOf, interleave, observe } from './feed.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const played = games.flatMap(({ name, moments }) => (moments ? [[name, moments] as const] : []));

/** Long enough for some. */
const long: Partial<Record<string, Partial<CourseOptions>>> = { whist: { options: { rounds: 26 } } };

/** The records of a match, with so many entries each, over and over. */
function recordsOf({ log, events, game }: Course, sizes: readonly number[]): Published[] {
  const matchId = randomUUID();
  return batchesOf(log, sizes).map((entries, i) => {
    const [n, last] = [entries[0]!.n, entries.at(-1)!.n];
    const own = events.filter((event) => event.n >= n && event.n <= last);
    return { matchId, tenantId: 'acme', game, epoch: 1, n, at: 1_800_000_000_000 + i, entries, events: own };
  });
}

describe.each(databases)('moments of real matches on %s', (_kind, open) => {
  let opened: TestDatabase;
  beforeAll(async () => void (opened = await open()));
  afterAll(() => opened?.close());

  test.each(played)('[MO1] %s: those that its rules find in all events at once', async (name, rules) => {
    const { sql } = opened.database;
    const stream = openEventStream({ sql });
    const game = name as CourseOptions['game'];
    const courses = await Promise.all(
      Array.from({ length: 4 }, (_, i) => Course.play({ game, seed: `${i}`.padEnd(32, 'a'), ...long[game] })),
    );
    const logs = courses.map((course, i) => recordsOf(course, [[1], [4], [1, 9], [30]][i]!));
    for (const batch of batchesOf(interleave(logs, [0, 1, 2, 3]), [97])) await stream.append(batch);
    const { deps, faults, told } = observe({ sql, stream, rules: new Map(played) });
    const detector = startMomentDetector(deps);
    await vi.waitFor(async () => expect(await detector.lag()).toBe(0), PATIENCE);
    await stream.close();
    expect(faults).toEqual([]);
    for (const [i, [first]] of logs.entries()) {
      const expected = detect(rules, courses[i]!.events).map((found, k) => ({ number: k + 1, ...found }));
      const kept = await readMoments(sql, [first!.matchId]);
      expect(kept).toMatchObject(expected);
      expect(kept).toHaveLength(expected.length);
      expect(told.filter(({ matchId }) => matchId === first!.matchId)).toEqual(kept);
    }
    expect(told.length).toBeGreaterThan(0);
  });
});
