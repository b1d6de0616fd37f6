import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import type { EventStream } from '../../src/events/event-stream.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createMomentPublisher, type PublisherDeps } from '../../src/moments/publisher.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { feed } from './feed.ts';
import { clapLog, clapsOf, momentsOf } from './support.ts';

/** The stream beside the table is one in another database. */
describe.each(databases)('publishing moments on %s', (_kind, open) => {
  let opened: TestDatabase;
  let elsewhere: TestDatabase;
  let sql: Sql;
  let stream: EventStream;
  let beside: EventStream;
  beforeAll(async () => {
    opened = await open();
    elsewhere = await open();
    ({ sql } = opened.database);
    stream = openEventStream({ sql });
    beside = openEventStream({ sql: elsewhere.database.sql });
  });
  afterAll(async () => {
    await opened?.close();
    await elsewhere?.close();
  });

  let fails: 'before' | 'after' | null = null;
  const failing: PublisherDeps['stream'] = {
    async appendMoments(moments) {
      if (fails === 'before') throw new Error('the stream is away');
      await beside.appendMoments(moments);
      if (fails === 'after') throw new Error('the answer was lost');
    },
  };

  test('[MO11] the row comes last: while the stream is away nothing is kept, and what is kept later is new', async () => {
    const log = clapLog(clapsOf(9));
    const moments = momentsOf(log);
    const publish = createMomentPublisher({ sql, stream: failing });
    for (const when of ['before', 'after'] as const) {
      fails = when;
      await expect(publish(moments)).rejects.toThrow(/stream is away|was lost/);
      expect(await readMoments(sql, [log[0]!.matchId])).toEqual([]);
    }
    fails = null;
    expect(await publish(moments)).toEqual(moments);
    expect(await readMoments(sql, [log[0]!.matchId])).toEqual(moments);
    expect(await publish(moments)).toEqual([]);
  });

  test('[MO11] only those without a row are new', async () => {
    const [one, two] = [momentsOf(clapLog(clapsOf(12))), momentsOf(clapLog(clapsOf(6)))] as const;
    const publish = createMomentPublisher({ sql, stream: null });
    expect(await publish([...one.slice(0, 2), ...two.slice(0, 1)])).toHaveLength(3);
    expect(await publish([...one, ...two, ...one])).toEqual([...one.slice(2), ...two.slice(1)]);
  });

  test('[MO12] after a death between stream and table all is there once, and told once', async () => {
    const log = clapLog(clapsOf(20));
    const { matchId } = log[0]!;
    await stream.append(log);
    const publish = createMomentPublisher({ sql, stream: failing });
    const first = feed({ sql, stream, publish });
    for (const record of log.slice(0, 10)) await first.handle([record]);
    fails = 'after';
    await expect(first.handle(log.slice(10, 13))).rejects.toThrow('was lost');
    fails = null;
    expect(await beside.readMoments(matchId)).toEqual(momentsOf(log).slice(0, 4));
    expect(await readMoments(sql, [matchId])).toEqual(momentsOf(log).slice(0, 2));
    const next = feed({ sql, stream, publish });
    for (const record of log.slice(10)) await next.handle([record]);
    expect(await beside.readMoments(matchId)).toEqual(momentsOf(log));
    expect(await readMoments(sql, [matchId])).toEqual(momentsOf(log));
    expect([...first.told, ...next.told]).toEqual(momentsOf(log));
  });
});
