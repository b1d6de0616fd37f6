import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import type { EventStream, Moment } from '../../src/events/event-stream.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createMomentPublisher, type PublisherDeps } from '../../src/moments/publisher.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { feed } from './feed.ts';
import { clapLog, clapsOf, momentsOf } from './support.ts';

const keyOf = ({ matchId, number }: Moment): string => `${matchId} ${number}`;

/** The stream beside the table is one in another database: what it was given, and asked, is counted. */
describe.each(databases)('publishing moments on %s', (_kind, open) => {
  let opened: TestDatabase;
  let elsewhere: TestDatabase;
  let sql: Sql;
  let stream: EventStream;
  let beside: EventStream;
  beforeAll(async () => {
    [opened, elsewhere] = await Promise.all([open(), open()]);
    ({ sql } = opened.database);
    stream = openEventStream({ sql });
    beside = openEventStream({ sql: elsewhere.database.sql });
  });
  afterAll(async () => {
    await opened?.close();
    await elsewhere?.close();
  });

  let given: string[] = [];
  let asked: string[] = [];
  let fails: 'before' | 'after' | null = null;
  beforeEach(() => {
    [given, asked, fails] = [[], [], null];
  });
  const counting: PublisherDeps['stream'] = {
    appendMoments: async (moments) => {
      if (fails === 'before') throw new Error('the stream is away');
      given.push(...moments.map(keyOf));
      await beside.appendMoments(moments);
      if (fails === 'after') throw new Error('the answer was lost');
    },
    readMoments: (matchId) => (asked.push(matchId), beside.readMoments(matchId)),
  };

  test('[MO11] the row comes last: while the stream is away nothing is kept, and what is kept later is new', async () => {
    const log = clapLog(clapsOf(9));
    const moments = momentsOf(log);
    const { publish } = createMomentPublisher({ sql, stream: counting });
    for (const when of ['before', 'after'] as const) {
      fails = when;
      await expect(publish(moments, moments)).rejects.toThrow(/stream is away|was lost/);
      expect(await readMoments(sql, [log[0]!.matchId])).toEqual([]);
    }
    fails = null;
    expect(await publish(moments, [])).toEqual(moments);
    expect(await readMoments(sql, [log[0]!.matchId])).toEqual(moments);
    expect(await publish(moments, moments)).toEqual([]);
  });

  test('[MO11] only those without a row are new', async () => {
    const [one, two] = [momentsOf(clapLog(clapsOf(12))), momentsOf(clapLog(clapsOf(6)))] as const;
    const { publish } = createMomentPublisher({ sql, stream: null });
    expect(await publish([...one.slice(0, 2), ...two.slice(0, 1)], [])).toHaveLength(3);
    expect(await publish([...one, ...two, ...one], [])).toEqual([...one.slice(2), ...two.slice(1)]);
  });

  test('[MO12] of a match that is followed anew the stream is asked once, and gets what is missing', async () => {
    const log = clapLog(clapsOf(20));
    const { matchId } = log[0]!;
    await stream.append(log);
    const keys = momentsOf(log).map(keyOf);
    const publisher = createMomentPublisher({ sql, stream: counting });
    const first = feed({ sql, stream, publisher });
    for (const record of log.slice(0, 10)) await first.handle([record]);
    expect(asked).toEqual([matchId]);
    expect(given).toEqual(keys.slice(0, 2));

    // killed between stream and table
    fails = 'after';
    const killed = first.handle(log.slice(10, 13));
    await expect(killed).rejects.toThrow('was lost');
    expect(given).toEqual(keys.slice(0, 4));
    fails = null;
    const next = feed({ sql, stream, publisher });
    for (const record of log.slice(10)) await next.handle([record]);
    expect(given).toEqual(keys);
    expect(asked).toEqual([matchId, matchId]);
    expect(await beside.readMoments(matchId)).toEqual(momentsOf(log));
    expect(await readMoments(sql, [matchId])).toEqual(momentsOf(log));
    expect([...first.told, ...next.told]).toEqual(momentsOf(log));
  });
});
