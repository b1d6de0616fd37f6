/** The store on Redis when something fails: Redis forgets or goes away, PostgreSQL does, a holder dies or comes back. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { openRedisMatchStore, type RedisMatchStore } from '../../src/store/redis-match-store.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { hasRedisServer, RedisServer } from '../support/redis-server.ts';
import { commitOf, entriesAfter, newMatch } from './support.ts';

const [, openDatabase] = databases.at(-1)!;

/** A database that can be away, or late with its answers. */
class Line implements Sql {
  isAway = false;
  /** Answers come after this. */
  answersAfter: Promise<void> | null = null;
  /** Statements that were executed, and wait for that. */
  late = 0;
  readonly #sql: Sql;
  constructor(sql: Sql) {
    this.#sql = sql;
  }
  async query<Row>(...request: Parameters<Sql['query']>): Promise<Row[]> {
    if (this.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const rows = await this.#sql.query<Row>(...request);
    if (this.answersAfter) {
      this.late++;
      await this.answersAfter;
    }
    return rows;
  }
}

describe.skipIf(!hasRedisServer)('Redis over a database', () => {
  let backend: TestDatabase;
  let server: RedisServer;
  let line: Line;
  const connections: Redis[] = [];
  const stores: RedisMatchStore[] = [];

  beforeAll(async () => {
    backend = await openDatabase();
    server = await RedisServer.open();
    line = new Line(backend.database.sql);
  });
  afterEach(async () => {
    server.signal('SIGCONT');
    line.isAway = false;
    for (const store of stores.splice(0)) await store.close();
    for (const connection of connections.splice(0)) connection.disconnect();
  });
  afterAll(async () => {
    await server?.close();
    await backend?.close();
  });

  async function openStore(flushMs = 3_600_000): Promise<RedisMatchStore> {
    const redis = new Redis(server.url, {
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      commandTimeout: 300,
      retryStrategy: () => 50,
    });
    redis.on('error', () => {});
    connections.push(redis);
    await vi.waitUntil(() => redis.status === 'ready', { timeout: 10_000 });
    const options = { sql: line, redis, prefix: 'faults', flushMs, processId: randomUUID(), now: Date.now };
    const store = await openRedisMatchStore(options);
    stores.push(store);
    return store;
  }

  async function stored(matchId: string): Promise<number[]> {
    const records = await openEventStream(backend.database).read(matchId);
    return records.flatMap(({ entries }) => entries.map(({ n }) => n));
  }

  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  test('[MS23] a commit is in PostgreSQL after a while, and at once where it is urgent', async () => {
    const store = await openStore(20);
    const claim = await store.create(newMatch());
    expect(await store.commit(commitOf(claim, 0, 2))).toBe('ok');
    await vi.waitFor(async () => expect(await stored(claim.matchId)).toEqual([1, 2]), { timeout: 10_000 });
    const slow = await openStore();
    const other = await slow.create(newMatch());
    expect(await slow.commit(commitOf(other, 0, 2))).toBe('ok');
    expect(await stored(other.matchId)).toEqual([]);
    expect(await slow.commit(commitOf(other, 2, 1, { isUrgent: true }))).toBe('ok');
    expect(await stored(other.matchId)).toEqual([1, 2, 3]);
  });

  test('[MS23] what is committed while a flush is under way is flushed by the next', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0, 2));
    const { promise, resolve } = Promise.withResolvers<void>();
    line.answersAfter = promise;
    const flushing = store.flush(claim.matchId);
    await vi.waitUntil(() => line.late > 0, { timeout: 10_000 });
    expect(await store.commit(commitOf(claim, 2))).toBe('ok');
    line.answersAfter = null;
    resolve();
    expect(await flushing).toBe('ok');
    expect(await store.flush(claim.matchId)).toBe('ok');
    expect(await stored(claim.matchId)).toEqual(upTo(3));
    expect(await store.commit(commitOf(claim, 3))).toBe('ok');
  });

  test('[MS24] what a dead process left in Redis is in the next claim, and in the stream', async () => {
    const dead = await openStore();
    const claim = await dead.create(newMatch());
    for (let base = 0; base < 5; base++) await dead.commit(commitOf(claim, base));
    expect(await stored(claim.matchId)).toEqual([]);
    const heir = await (await openStore()).claim(claim.matchId);
    expect(heir!.entries).toEqual(entriesAfter(0, 5));
    expect(await stored(claim.matchId)).toEqual(upTo(5));
    expect(await dead.commit(commitOf(claim, 5))).toBe('fenced');
  });

  test('[MS25] Redis that forgot everything costs nothing of what was acknowledged', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0, 3));
    await server.kill();
    await server.start();
    await vi.waitFor(async () => expect(await store.commit(commitOf(claim, 3))).toBe('ok'), {
      timeout: 10_000,
    });
    expect(await store.commit(commitOf(claim, 4))).toBe('ok');
    const heir = await (await openStore()).claim(claim.matchId);
    expect(heir!.entries).toEqual(entriesAfter(0, 5));
  });

  test('[MS25] without Redis commits go to PostgreSQL, and to Redis again when it is back', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0));
    await server.kill();
    for (let base = 1; base < 4; base++) expect(await store.commit(commitOf(claim, base))).toBe('ok');
    expect(await stored(claim.matchId)).toEqual(upTo(4));
    await server.start();
    await vi.waitFor(
      async () => {
        const before = (await stored(claim.matchId)).length;
        const base = before;
        expect(await store.commit(commitOf(claim, base))).toBe('ok');
        expect(await store.commit(commitOf(claim, base + 1))).toBe('ok');
        // the last one is in Redis alone
        const missing = base + 2 - (await stored(claim.matchId)).length;
        if (missing === 0) throw new Error('Redis is not used yet');
        await store.flush(claim.matchId);
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  test('[MS25] a Redis that hangs holds a commit up for its time-out, and no longer', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0));
    server.signal('SIGSTOP');
    expect(await store.commit(commitOf(claim, 1))).toBe('ok');
    expect(await stored(claim.matchId)).toEqual([1, 2]);
    server.signal('SIGCONT');
    const heir = await (await openStore()).claim(claim.matchId);
    expect(heir!.entries).toEqual(entriesAfter(0, 2));
  });

  test('[MS25] a Redis that gave no answer is left alone for a second: other commits do not wait for it', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0));
    server.signal('SIGSTOP');
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    await store.commit(commitOf(claim, 1));
    const asked = vi.spyOn(connections.at(-1)!, 'sendCommand');
    for (let base = 2; base < 5; base++) expect(await store.commit(commitOf(claim, base))).toBe('ok');
    expect(asked).not.toHaveBeenCalled();
    now.mockRestore();
    server.signal('SIGCONT');
    const heir = await (await openStore()).claim(claim.matchId);
    expect(heir!.entries).toEqual(entriesAfter(0, 5));
  });

  test('[MS26] while Redis gives no answer no match is claimed: what it alone has could be lost', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0));
    const other = await openStore();
    await server.kill();
    await expect(other.claim(claim.matchId)).rejects.toThrow();
    await server.start();
  });

  test('[MS27] without PostgreSQL commits go on, and are flushed in order when it is back', async () => {
    const store = await openStore(50);
    const claim = await store.create(newMatch());
    line.isAway = true;
    for (let base = 0; base < 20; base++) expect(await store.commit(commitOf(claim, base))).toBe('ok');
    expect(await store.checkpoint(claim.matchId, 1, 20, new Uint8Array([1]))).toBe('unknown');
    line.isAway = false;
    await vi.waitFor(async () => expect(await stored(claim.matchId)).toEqual(upTo(20)), { timeout: 10_000 });
    expect(await store.checkpoint(claim.matchId, 1, 20, new Uint8Array([1]))).toBe('ok');
  });

  test('[MS28] without both a commit is unknown, and the same again counts once', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0));
    await server.kill();
    line.isAway = true;
    expect(await store.commit(commitOf(claim, 1, 2))).toBe('unknown');
    expect(await store.commit(commitOf(claim, 1, 2))).toBe('unknown');
    line.isAway = false;
    await server.start();
    await vi.waitFor(async () => expect(await store.commit(commitOf(claim, 1, 2))).toBe('ok'), {
      timeout: 10_000,
    });
    await store.flush(claim.matchId);
    expect(await stored(claim.matchId)).toEqual([1, 2, 3]);
  });

  test('[MS29] only what PostgreSQL has is given a time to live', async () => {
    const store = await openStore();
    const claim = await store.create(newMatch());
    await store.commit(commitOf(claim, 0));
    const redis = connections.at(-1)!;
    const ttl = async () =>
      Promise.all((await redis.keys(`*${claim.matchId}`)).map((key) => redis.pttl(key)));
    expect(await ttl()).toEqual([-1, -1]);
    await store.flush(claim.matchId);
    for (const ms of await ttl()) expect(ms).toBeGreaterThan(0);
    await store.commit(commitOf(claim, 1));
    expect(await ttl()).toEqual([-1, -1]);
    await store.remove(claim.matchId, claim.epoch);
    expect(await redis.keys(`*${claim.matchId}`)).toEqual([]);
  });

  test('[MS30] due tells of deadlines that a dead process left in Redis', async () => {
    const dead = await openStore();
    const claim = await dead.create(newMatch());
    await dead.commit(commitOf(claim, 0, 1, { wakeAt: 5 }));
    const later = await openRedisMatchStore({
      sql: line,
      redis: connections.at(-1)!,
      prefix: 'faults',
      processId: randomUUID(),
      now: () => Date.now() + 60_000,
    });
    stores.push(later);
    expect(await later.due(Date.now(), 1_000)).toContain(claim.matchId);
  });

  test('[MS32] a match that is claimed after Redis has forgotten it is still due', async () => {
    const dead = await openStore();
    const claim = await dead.create(newMatch());
    await dead.commit(commitOf(claim, 0, 1, { wakeAt: 5, isUrgent: true }));
    await server.kill();
    await server.start();
    for (let holders = 0; holders < 2; holders++) await (await openStore()).claim(claim.matchId);
    const { sql } = backend.database;
    const [row] = await sql.query('select wake_at from live_match where match_id = $1', [claim.matchId]);
    expect(row).toEqual({ wake_at: '5' });
  });
});
