/** Moments of matches that are read from NATS and published there, while the server is killed. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Moment, Published } from '../../src/events/event-stream.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { startPublisher } from '../../src/events/publisher.ts';
import { startMomentDetector } from '../../src/moments/detector.ts';
import { createMomentPublisher } from '../../src/moments/publisher.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { hasNatsProgram, makeNatsServer, type NatsServer, ownNames, withManager } from '../support/nats.ts';
import { batchesOf, interleave, observe } from './feed.ts';
import { boo, clapLog, clapsOf, momentsOf } from './support.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };

describe.runIf(hasNatsProgram).each(databases)('moments on NATS, with %s', (_kind, open) => {
  let nats: NatsServer;
  let opened: TestDatabase;
  beforeAll(async () => {
    nats = await makeNatsServer();
    await nats.start();
    opened = await open();
  });
  afterAll(async () => {
    await opened?.close();
    await nats?.close();
  });

  test('[MO3] [MO11] [MO12] killed amid 100 matches: each moment is once on the stream, once in the table, and told once', async () => {
    const { sql } = opened.database;
    const { names } = ownNames(nats.url);
    const local = openEventStream({ sql });
    const logs = Array.from({ length: 100 }, (_, i) =>
      clapLog([...clapsOf(5 + (i % 7)), boo(), ...clapsOf(12, 1)], { tenantId: `t${i % 3}`, sizes: [1, 3] }),
    );
    const told: Moment[] = [];
    const faults: unknown[] = [];

    /** A process: reads from NATS, and brings there what is committed. */
    const start = () => {
      const stream = openNatsEventStream({ url: nats.url, sql, names, leaseMs: 1_000, requestMs: 1_000 });
      const publisher = startPublisher({ sql, local, nats: stream, onError: () => undefined });
      const publish = createMomentPublisher({ sql, stream });
      const seen = observe({ sql, stream, publish });
      const detector = startMomentDetector(seen.deps);
      const isDone = async (): Promise<void> => {
        expect(await publisher.lag()).toBe(0);
        expect(await detector.lag()).toBe(0);
      };
      const stop = async (): Promise<void> => {
        await publisher.stop();
        await stream.close();
        told.push(...seen.told);
        faults.push(...seen.faults);
      };
      return { stream, isDone, stop };
    };
    const expectAll = async (stream: ReturnType<typeof start>['stream']): Promise<void> => {
      const kept = await readMoments(sql, logs.map(idOf));
      for (const log of logs) {
        expect(kept.filter(({ matchId }) => matchId === idOf(log))).toEqual(momentsOf(log));
        expect(await stream.readMoments(idOf(log))).toEqual(momentsOf(log));
      }
    };

    const count = async (): Promise<number> => (await readMoments(sql, logs.map(idOf))).length;
    const first = start();
    const parts = batchesOf(interleave(logs, [3, 50, 17, 99, 0, 31]), [100]);
    for (const [i, part] of parts.entries()) {
      await local.append(part);
      if (i % 5 !== 2) continue;
      const before = await count();
      await vi.waitFor(async () => expect(await count()).toBeGreaterThan(before), PATIENCE);
      await nats.kill();
      await nats.start();
    }
    await vi.waitFor(first.isDone, PATIENCE);
    await expectAll(first.stream);
    await first.stop();
    for (const log of logs)
      expect(told.filter(({ matchId }) => matchId === idOf(log))).toEqual(momentsOf(log));

    // all of it comes again, to a process that remembers nothing
    const sizeOf = () =>
      withManager(nats.url, async (jsm) => (await jsm.streams.info(names.stream)).state.messages);
    const messages = await sizeOf();
    await sql.query(`update event_cursor set position = 0 where durable like '%:moments'`);
    const again = start();
    await vi.waitFor(again.isDone, PATIENCE);
    await expectAll(again.stream);
    await again.stop();
    expect(await sizeOf()).toBe(messages);
    expect(told).toHaveLength(logs.flatMap(momentsOf).length);
    expect(faults).toEqual([]);
    await local.close();
  }, 90_000);
});

const idOf = ([first]: readonly Published[]): string => first!.matchId;
