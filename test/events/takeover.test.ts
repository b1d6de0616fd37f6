/** What a handler is told when its process begins to read, or goes on after another has read. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { record } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

describe.each(databases)('%s', (_kind, open) => {
  let backend: TestDatabase;
  beforeAll(async () => void (backend = await open()));
  afterAll(() => backend?.close());

  test('[ES70] the first batch of each term says so, also when it is tried again', async () => {
    const { sql } = backend.database;
    const [durable, matchId] = [randomUUID(), randomUUID()];
    const stream = openEventStream({ sql, leaseMs: 400 });
    const seen: (readonly [n: number, isTakeover: boolean | undefined])[] = [];
    let failures = 1;
    const subscription = stream.subscribe(durable, async (records, isTakeover) => {
      seen.push([records.at(-1)!.n, isTakeover]);
      if (failures-- > 0) throw new Error('not yet');
    });
    const appendAndWait = async (n: number): Promise<void> => {
      await stream.append([record(matchId, n)]);
      await vi.waitFor(() => expect(seen.at(-1)![0]).toBe(n), PATIENCE);
      await vi.waitFor(async () => expect(await subscription.lag()).toBe(0), PATIENCE);
    };
    await appendAndWait(1);
    await appendAndWait(2);
    // another takes over, and gives no more sign of life
    const owner = `owner = '${randomUUID()}', owned_until = clock_timestamp() + interval '300 ms'`;
    await sql.query(`update event_cursor set ${owner} where durable = $1`, [durable]);
    await appendAndWait(3);
    await appendAndWait(4);
    await subscription.stop();
    expect(seen.slice(0, 3)).toEqual([
      [1, true],
      [1, true],
      [2, false],
    ]);
    expect(seen.filter(([n]) => n === 3).at(-1)).toEqual([3, true]);
    expect(seen.at(-1)).toEqual([4, false]);
    await stream.close();
  });
});
