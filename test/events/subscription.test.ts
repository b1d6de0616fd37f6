/** One reader at a time for each durable name: subscriptions, in processes that are stopped and killed. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import type { StreamHandler } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { type TestDatabase, databases } from '../support/databases.ts';
import { record } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const leaseMs = 500;

describe.each(databases)('%s', (kind, open) => {
  let backend: TestDatabase;
  let sql: Sql;
  beforeAll(async () => {
    backend = await open();
    ({ sql } = backend.database);
  });
  afterAll(() => backend?.close());

  async function positionOf(durable: string): Promise<number> {
    const [row] = await sql.query<{ position: string }>(
      'select position from event_cursor where durable = $1',
      [durable],
    );
    return Number(row?.position);
  }

  /** Collects what is read of a match. */
  function collector(matchId: string): { numbers: number[]; handler: StreamHandler } {
    const numbers: number[] = [];
    return {
      numbers,
      handler: async (records) => {
        numbers.push(...records.filter((r) => r.matchId === matchId).map(({ n }) => n));
      },
    };
  }

  test('[ES45] of several readers of a name one is called, and another goes on at once when it stops', async () => {
    const [matchId, durable] = [randomUUID(), randomUUID()];
    const stream = openEventStream({ sql });
    const readers = [collector(matchId), collector(matchId), collector(matchId)];
    const subscriptions = readers.map(({ handler }) => stream.subscribe(durable, handler));
    const total = () => readers.reduce((sum, { numbers }) => sum + numbers.length, 0);
    for (let n = 1; n <= 30; n++) {
      await stream.append([record(matchId, n)]);
      if (n % 10 > 0) continue;
      await vi.waitFor(() => expect(total()).toBe(n), PATIENCE);
      const reading = readers.findIndex(({ numbers }) => numbers.at(-1) === n);
      expect(readers[reading]!.numbers).toEqual(Array.from({ length: 10 }, (_, i) => n - 9 + i));
      await subscriptions[reading]!.stop();
    }
    expect(total()).toBe(30);
    await stream.close();
  });

  test('[ES46] a reader that was replaced stops, and does not move the cursor over what the new one handles', async () => {
    const [matchId, durable] = [randomUUID(), randomUUID()];
    let frozen: PromiseWithResolvers<void> | undefined;
    const freezing: Sql = { query: async (...args) => (await frozen?.promise, sql.query(...args)) };
    const old = collector(matchId);
    const fresh = collector(matchId);
    const [oldGate, freshGate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const stream = openEventStream({ sql, leaseMs });
    const stopped = openEventStream({ sql: freezing, leaseMs });
    await stream.append([record(matchId, 1), record(matchId, 2), record(matchId, 3)]);
    stopped.subscribe(durable, async (records) => {
      await old.handler(records);
      await oldGate.promise;
    });
    await vi.waitFor(() => expect(old.numbers).toEqual([1, 2, 3]), PATIENCE);
    const before = await positionOf(durable);
    frozen = Promise.withResolvers();
    const taker = stream.subscribe(durable, async (records) => {
      await fresh.handler(records);
      await freshGate.promise;
    });
    await vi.waitFor(() => expect(fresh.numbers).toEqual([1, 2, 3]), PATIENCE);

    frozen.resolve();
    frozen = undefined;
    oldGate.resolve();
    await stream.append([record(matchId, 4)]);
    // the old one asks again and again meanwhile
    const asked = vi.spyOn(freezing, 'query');
    await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(2), PATIENCE);
    expect(await positionOf(durable)).toBe(before);
    freshGate.resolve();
    await vi.waitFor(() => expect(fresh.numbers).toEqual([1, 2, 3, 4]), PATIENCE);
    expect(old.numbers).toEqual([1, 2, 3]);

    await taker.stop();
    await stream.append([record(matchId, 5)]);
    await vi.waitFor(() => expect(old.numbers).toEqual([1, 2, 3, 5]), PATIENCE);
    await Promise.all([stopped.close(), stream.close()]);
  });

  test.runIf(kind === 'postgres')(
    '[ES46] a process that is stopped is replaced, and reads no more when it goes on; a killed one is replaced too',
    async () => {
      const [matchId, durable] = [randomUUID(), randomUUID()];
      const stream = openEventStream({ sql, leaseMs });
      let next = 0;
      const append = () => stream.append([record(matchId, ++next)]);
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'children/reader.ts'), backend.url!, durable, String(leaseMs)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        const theirs: number[] = [];
        child.stdout.on('data', (text: Buffer) =>
          theirs.push(...text.toString().trim().split('\n').map(Number)),
        );
        await append();
        await vi.waitFor(() => expect(theirs).toContain(1), PATIENCE);
        await vi.waitFor(async () => expect(await positionOf(durable)).toBeGreaterThan(0), PATIENCE);
        theirs.length = 0;

        child.kill('SIGSTOP');
        const ours = collector(matchId);
        const here = stream.subscribe(durable, ours.handler);
        await append();
        await vi.waitFor(() => expect(ours.numbers).toEqual([2]), PATIENCE);
        child.kill('SIGCONT');
        for (let n = 3; n <= 12; n++) {
          await append();
          await vi.waitFor(() => expect(ours.numbers.at(-1)).toBe(n), PATIENCE);
        }
        expect(theirs).toEqual([]);
        await here.stop();
        await append();
        await vi.waitFor(() => expect(theirs).toEqual([13]), PATIENCE);

        child.kill('SIGKILL');
        const last = stream.subscribe(durable, ours.handler);
        await append();
        await vi.waitFor(() => expect(ours.numbers.at(-1)).toBe(14), PATIENCE);
        expect(ours.numbers.filter((n) => n <= 12)).toEqual(Array.from({ length: 11 }, (_, i) => i + 2));
        await last.stop();
      } finally {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGKILL');
          await once(child, 'exit');
        }
        await stream.close();
      }
    },
  );
});
