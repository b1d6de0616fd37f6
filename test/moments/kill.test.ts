/** kill -9 of processes that find moments, again and again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Moment } from '../../src/events/event-stream.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { databases, openTestDatabase, type TestDatabase } from '../support/databases.ts';
import { batchesOf, interleave } from './feed.ts';
import { boo, clapLog, clapsOf, momentsOf } from './support.ts';

const PATIENCE = { timeout: 60_000, interval: 5 };
const child = join(import.meta.dirname, 'children/detect.ts');

// PGlite lives in the process that is killed
describe.runIf(databases.some(([kind]) => kind === 'postgres'))('processes that are killed', () => {
  let opened: TestDatabase;
  beforeAll(async () => void (opened = await openTestDatabase('postgres')));
  afterAll(() => opened?.close());

  test('[MO3] [MO4] keep each moment once, and tell it once at most', async () => {
    const { sql } = opened.database;
    const stream = openEventStream({ sql });
    const logs = Array.from({ length: 200 }, (_, i) =>
      clapLog([...clapsOf(9 + (i % 5)), boo(1), ...clapsOf(11, 1)], { sizes: [1, 2] }),
    );
    for (const batch of batchesOf(interleave(logs, [0, 90, 33, 150]), [1_000])) await stream.append(batch);
    const count = async (): Promise<number> => {
      const [row] = await sql.query<{ count: number }>('select count(*)::int as count from match_moment');
      return row!.count;
    };
    const expected = logs.flatMap(momentsOf);
    let told = '';
    for (let i = 0; i < 5; i++) {
      const before = await count();
      const goal = i < 4 ? before + 1 : expected.length;
      const detector = spawn(process.execPath, [child, opened.url!], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      detector.stdout.on('data', (text) => void (told += text));
      try {
        await vi.waitFor(async () => expect(await count()).toBeGreaterThanOrEqual(goal), PATIENCE);
      } finally {
        detector.kill('SIGKILL');
        await once(detector, 'close');
      }
    }
    const kept = await readMoments(
      sql,
      logs.map(([first]) => first!.matchId),
    );
    const inOrder = (a: Moment, b: Moment): number =>
      a.matchId < b.matchId ? -1 : a.matchId > b.matchId ? 1 : 0;
    expect(kept).toEqual(expected.toSorted(inOrder));
    const lines = told.trim().split('\n');
    expect(lines.filter((line) => line.startsWith('fault'))).toEqual([]);
    expect(new Set(lines).size).toBe(lines.length);
    // each death costs the telling of a batch at most, and there are more of those
    expect(lines[0]).not.toBe('');
  }, 90_000);
});
