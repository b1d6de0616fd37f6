/** One reader at a time for each durable name: the lease by itself. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import { ReaderLease } from '../../src/events/lease.ts';
import { type TestDatabase, databases } from '../support/databases.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
/** Never over during a test. */
const long = 3_600_000;

describe.each(databases)('%s', (_kind, open) => {
  let backend: TestDatabase;
  let sql: Sql;
  beforeAll(async () => {
    backend = await open();
    ({ sql } = backend.database);
  });
  afterAll(() => backend?.close());

  const lease = (durable: string, leaseMs = long, its = sql) =>
    new ReaderLease({ sql: its, durable, leaseMs });

  async function rowOf(durable: string) {
    const [row] = await sql.query<{ position: string; until: string | null }>(
      'select position, extract(epoch from owned_until)::text as until from event_cursor where durable = $1',
      [durable],
    );
    return row;
  }

  /** As if the holder had given no sign of life for long enough. */
  async function expire(durable: string): Promise<void> {
    await sql.query(
      `update event_cursor set owned_until = clock_timestamp() - interval '1 s' where durable = $1`,
      [durable],
    );
  }

  test('[ES40] one reader holds a name; who asks meanwhile gets nothing, and all of it when it is given back', async () => {
    const durable = randomUUID();
    const [first, second, other] = [lease(durable), lease(durable), lease(randomUUID())];
    expect(await first.take()).toBe('0');
    expect(await second.take()).toBeNull();
    expect([first.isHeld, second.isHeld]).toEqual([true, false]);
    expect(await other.take()).toBe('0');
    expect(await first.advance('7')).toBe(true);
    expect(await first.take()).toBe('7');
    await first.release();
    expect(first.isHeld).toBe(false);
    expect(await second.take()).toBe('7');
    expect(await first.take()).toBeNull();
    await Promise.all([second.release(), other.release()]);
  });

  test('[ES40] of many who ask at once one gets it', async () => {
    const durable = randomUUID();
    const leases = Array.from({ length: 20 }, () => lease(durable));
    const taken = await Promise.all(leases.map((one) => one.take()));
    expect(taken.filter((position) => position !== null)).toEqual(['0']);
    await Promise.all(leases.map((one) => one.release()));
  });

  test('[ES41] a holder without a sign of life is replaced when its time is over, and not before', async () => {
    const durable = randomUUID();
    let isDead = false;
    const cut: Sql = { query: (...args) => (isDead ? new Promise(() => {}) : sql.query(...args)) };
    const [dying, next] = [lease(durable, 300, cut), lease(durable)];
    await dying.take();
    isDead = true;
    const until = Number((await rowOf(durable))!.until);
    expect(await next.take()).toBeNull();
    await vi.waitFor(async () => expect(await next.take()).toBe('0'), PATIENCE);
    const [{ now } = { now: '' }] = await sql.query<{ now: string }>(
      'select extract(epoch from clock_timestamp())::text as now',
    );
    expect(Number(now)).toBeGreaterThanOrEqual(until);
    expect(dying.isHeld).toBe(false);
    await next.release();
  });

  test('[ES41] a holder that is busy renews by itself', async () => {
    const durable = randomUUID();
    const [busy, next] = [lease(durable, 1_500), lease(durable)];
    await busy.take();
    const renewed = new Set<string>();
    const look = async () => {
      expect(await next.take()).toBeNull();
      renewed.add((await rowOf(durable))!.until!);
      expect(renewed.size).toBeGreaterThan(3);
    };
    await vi.waitFor(look, PATIENCE);
    expect(busy.isHeld).toBe(true);
    await busy.release();
  });

  test('[ES42] only its holder moves the cursor, and never back', async () => {
    const durable = randomUUID();
    const [first, second] = [lease(durable), lease(durable)];
    expect(await first.advance('3')).toBe(false);
    await first.take();
    expect(await first.advance('5')).toBe(true);
    expect(await first.advance('4')).toBe(true);
    expect((await rowOf(durable))!.position).toBe('5');
    await expire(durable);
    expect(await second.take()).toBe('5');
    expect(await first.advance('9')).toBe(false);
    expect(first.isHeld).toBe(false);
    expect((await rowOf(durable))!.position).toBe('5');
    await second.release();
    // its time is over, though nobody reads: it has to ask again
    expect(await first.advance('9')).toBe(false);
    expect(await first.take()).toBe('5');
    await first.release();
  });

  test('[ES42] what an earlier term left under way moves nothing in a later one', async () => {
    const durable = randomUUID();
    const sent = Promise.withResolvers<void>();
    let hold: Promise<void> | undefined;
    const slow: Sql = { query: async (...args) => (await hold, sql.query(...args)) };
    const first = lease(durable, long, slow);
    await first.take();
    hold = sent.promise;
    const late = first.advance('9');
    hold = undefined;
    await first.release();
    expect(await first.take()).toBe('0');
    sent.resolve();
    expect(await late).toBe(false);
    expect(first.isHeld).toBe(true);
    expect((await rowOf(durable))!.position).toBe('0');
    await first.release();
  });

  test('[ES43] who could not renew in time does not hold it any more, whatever the database says', async () => {
    const durable = randomUUID();
    let now = 1_000;
    const stopped = new ReaderLease({ sql, durable, leaseMs: long, now: () => now });
    await stopped.take();
    now += long - 1;
    expect(stopped.isHeld).toBe(true);
    now += 1;
    expect(stopped.isHeld).toBe(false);
    expect(await stopped.take()).toBe('0');
    expect(stopped.isHeld).toBe(true);
    await stopped.release();
  });

  test('[ES40] who lost the answer to its asking gets it by asking again', async () => {
    const durable = randomUUID();
    let losses = 1;
    const losing: Sql = {
      async query(...args) {
        const rows = await sql.query<never>(...args);
        if (losses-- > 0) throw new Error('Connection terminated');
        return rows;
      },
    };
    const first = lease(durable, long, losing);
    await expect(first.take()).rejects.toThrow('Connection terminated');
    expect(first.isHeld).toBe(false);
    expect(await first.take()).toBe('0');
    await first.release();
  });

  test('[ES44] property: however two readers take, lose and give back, all is handled, in order, and the cursor never falls', async () => {
    const total = 12;
    const kind = fc.constantFrom('read', 'read', 'read', 'save', 'save', 'stop', 'expire');
    const steps = fc.array(fc.record({ kind, who: fc.nat({ max: 1 }) }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const durable = randomUUID();
        const handled: number[] = [];
        const readers = [lease(durable), lease(durable)].map((its) => ({ its, at: null as number | null }));
        let cursor = 0;
        for (const step of [...plan, ...toTheEnd(total)]) {
          const reader = readers[step.who]!;
          if (step.kind === 'expire') await expire(durable);
          else if (step.kind === 'stop') await reader.its.release().then(() => (reader.at = null));
          else if (reader.at === null) reader.at = numberOf(await reader.its.take());
          // it does not look whether it holds: as if it was stopped between looking and reading
          else if (step.kind === 'read' && reader.at < total) handled.push(++reader.at);
          else if (!(await reader.its.advance(String(reader.at)))) reader.at = null;
          const position = Number((await rowOf(durable))?.position ?? 0);
          expect(position).toBeGreaterThanOrEqual(cursor);
          expect(new Set(handled).size).toBeGreaterThanOrEqual(position);
          cursor = position;
        }
        expect([...new Set(handled)]).toEqual(Array.from({ length: total }, (_, i) => i + 1));
        expect(cursor).toBe(total);
        await Promise.all(readers.map(({ its }) => its.release()));
      }),
      { numRuns: 25 },
    );
  });
});

const numberOf = (position: string | null) => (position === null ? null : Number(position));

/** Both give back; the first reads all that is left, and saves. */
function toTheEnd(total: number) {
  const stops = [0, 1].map((who) => ({ kind: 'stop', who }));
  const reads = Array.from({ length: total + 1 }, () => ({ kind: 'read', who: 0 }));
  return [...stops, ...reads, { kind: 'save', who: 0 }];
}
