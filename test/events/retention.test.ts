/** What is removed from the stream's rows, and above all what is not. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { ReaderLease } from '../../src/events/lease.ts';
import { type RetentionOptions, removeOld, startRetention } from '../../src/events/retention.ts';
import { type TestDatabase, databases } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { record } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const DAY = 24 * 60 * 60 * 1000;
const now = 1_800_000_000_000;

interface Kept {
  /** Days since its last record. */
  readonly age: number;
  readonly isLive: boolean;
  readonly hasResult: boolean;
  readonly isRecorded: boolean;
  readonly records: number;
}

const finished: Kept = { age: 91, isLive: false, hasResult: true, isRecorded: true, records: 3 };

describe.each(databases)('%s', (_kind, open) => {
  let backend: TestDatabase;
  let sql: Sql;
  beforeAll(async () => {
    backend = await open();
    ({ sql } = backend.database);
  });
  afterAll(() => backend?.close());
  beforeEach(async () => {
    for (const table of ['match_entry', 'live_match', 'matches', 'event_cursor'])
      await sql.query(`delete from ${table}`);
  });

  const options = (more: Partial<RetentionOptions> = {}): RetentionOptions => ({
    sql,
    clock: new FakeClock(now),
    durables: [],
    ...more,
  });

  /** A match with its records, a day apart from each other, and its rows elsewhere. */
  async function make({ age, isLive, hasResult, isRecorded, records }: Kept): Promise<string> {
    const matchId = randomUUID();
    const stream = openEventStream({ sql });
    const result = { n: records, t: 9, type: 'match_result', seat: null, data: {} };
    await stream.append(
      Array.from({ length: records }, (_, i) => ({
        ...record(matchId, i + 1),
        at: now - (age + (records - 1 - i) / 100) * DAY,
        ...(hasResult && i + 1 === records && { events: [result] }),
      })),
    );
    if (isLive)
      await sql.query(
        `insert into live_match (match_id, tenant_id, game, version, origin, epoch, n, updated_at)
         values ($1, 'acme', 'whist', '1', 0, 1, 1, 0)`,
        [matchId],
      );
    if (isRecorded)
      await sql.query(
        `insert into matches (id, tenant_id, game_type, room_id, mode, player_count, started_at, ended_at)
         values ($1, 'acme', 'whist', $1, 'casual', 4, now(), now())`,
        [matchId],
      );
    return matchId;
  }

  async function left(): Promise<Map<string, number>> {
    const rows = await sql.query<{ match_id: string; count: number }>(
      'select match_id, count(*)::int as count from match_entry group by match_id',
    );
    return new Map(rows.map((row) => [row.match_id, row.count]));
  }

  async function lastPosition(): Promise<string> {
    const [row] = await sql.query<{ last: string }>('select max(position) as last from match_entry');
    return row!.last;
  }

  async function hasRead(durable: string, position: string): Promise<void> {
    await sql.query(
      `insert into event_cursor (durable, position) values ($1, $2)
       on conflict (durable) do update set position = excluded.position`,
      [durable, position],
    );
  }

  const cases: [what: string, match: Partial<Kept>, stays: boolean][] = [
    ['a finished match in history', {}, false],
    ['a finished match that is young', { age: 89 }, true],
    ['an abandoned match', { hasResult: false, isRecorded: false }, false],
    ['an abandoned match that is young', { hasResult: false, isRecorded: false, age: 89 }, true],
    ['a live match', { hasResult: false, isRecorded: false, isLive: true, age: 400 }, true],
    ['a match with a result that still lives', { isLive: true, age: 400 }, true],
    ['a match with a result that is not in history', { isRecorded: false, age: 400 }, true],
  ];
  test.each(cases)('[ES50] [ES51] of %s', async (_, match, stays) => {
    const matchId = await make({ ...finished, ...match });
    expect(await removeOld(options())).toBe(stays ? 0 : 3);
    expect((await left()).get(matchId) ?? 0).toBe(stays ? 3 : 0);
  });

  test('[ES50] a match whose last record is young keeps all its records', async () => {
    const matchId = await make({ ...finished, age: 89.99, records: 5 });
    expect(await removeOld(options())).toBe(0);
    expect((await left()).get(matchId)).toBe(5);
  });

  test('[ES50] the age is a parameter', async () => {
    await make({ ...finished, age: 2 });
    expect(await removeOld(options({ keepMs: 3 * DAY }))).toBe(0);
    expect(await removeOld(options({ keepMs: DAY }))).toBe(3);
  });

  test('[ES52] what a subscription has not read waits for it, but not for ever', async () => {
    await make(finished);
    const read = await lastPosition();
    await make({ ...finished, age: 90.5 });
    const both = options({ durables: ['history', 'publisher'] });
    expect(await removeOld(both), 'none has begun to read').toBe(0);
    await hasRead('history', await lastPosition());
    expect(await removeOld(both), 'one has not').toBe(0);
    await hasRead('publisher', read);
    await hasRead('another', '0');
    expect(await removeOld(both)).toBe(3);
    expect([...(await left()).values()]).toEqual([3]);
    const aged = options({ durables: both.durables, holdMs: DAY / 4 });
    expect(await removeOld(aged), 'it has waited long enough').toBe(3);
  });

  test('[ES50] oldest first, a few at a time, and no more where it is told to stop', async () => {
    const first = await make({ ...finished, records: 400, age: 95 });
    const live = await make({
      ...finished,
      isLive: true,
      isRecorded: false,
      hasResult: false,
      records: 400,
      age: 94,
    });
    const second = await make({ ...finished, records: 400, age: 93 });
    const young = await make({ ...finished, records: 3, age: 1 });
    let rounds = 10;
    expect(await removeOld(options(), () => rounds-- > 0)).toBe(600);
    expect(await left()).toEqual(
      new Map([
        [live, 400],
        [second, 200],
        [young, 3],
      ]),
    );
    expect(await openEventStream({ sql }).read(first)).toEqual([]);
    const [next] = await openEventStream({ sql }).read(second);
    expect(next!.n).toBe(201);
    expect(await removeOld(options())).toBe(200);
    expect(await left()).toEqual(
      new Map([
        [live, 400],
        [young, 3],
      ]),
    );
  });

  test('[ES53] it runs each hour, in one process at a time, and goes on after a failure', async () => {
    const clock = new FakeClock(now);
    const errors: unknown[] = [];
    let fails = false;
    const failing: Sql = {
      query: (...args) => (fails ? Promise.reject(new Error('gone')) : sql.query(...args)),
    };
    const stop = startRetention(options({ sql: failing, clock, onError: (error) => errors.push(error) }));
    const isWaiting = () => vi.waitFor(() => expect(clock.pending).toBe(1), PATIENCE);
    await make(finished);
    await clock.advance(60_000);
    await isWaiting();
    expect((await left()).size).toBe(0);

    await make(finished);
    const other = new ReaderLease({ sql, durable: 'retention' });
    expect(await other.take()).not.toBeNull();
    await clock.advance(60 * 60_000);
    await isWaiting();
    expect((await left()).size, 'another is at it').toBe(1);
    await other.release();

    fails = true;
    await clock.advance(60 * 60_000);
    await isWaiting();
    expect(errors).toEqual([new Error('gone')]);
    fails = false;
    await clock.advance(60 * 60_000);
    await isWaiting();
    expect((await left()).size).toBe(0);
    await stop();
    expect(clock.pending).toBe(0);
  });

  test('[ES51] property: what goes is what the rules name, whatever else there is', async () => {
    const match = fc.record({
      age: fc.constantFrom(1, 89, 91, 179, 181),
      isLive: fc.boolean(),
      hasResult: fc.boolean(),
      isRecorded: fc.boolean(),
      records: fc.integer({ min: 1, max: 4 }),
    });
    const plans = fc.record({ matches: fc.array(match, { maxLength: 12 }), read: fc.nat({ max: 12 }) });
    await fc.assert(
      fc.asyncProperty(plans, async ({ matches, read }) => {
        await sql.query('delete from match_entry');
        const stay = new Map<string, number>();
        for (const [i, one] of matches.entries()) {
          const matchId = await make(one);
          if (i + 1 === read) await hasRead('history', await lastPosition());
          const isOver = !one.isLive && (one.isRecorded || !one.hasResult);
          const isRead = i < read && read <= matches.length;
          const goes = isOver && one.age > 90 && (isRead || one.age > 180);
          if (!goes) stay.set(matchId, one.records);
        }
        if (read === 0 || read > matches.length) await hasRead('history', '0');
        await removeOld(options({ durables: ['history'] }));
        expect(await left()).toEqual(stay);
      }),
      { numRuns: 20 },
    );
  });
});
