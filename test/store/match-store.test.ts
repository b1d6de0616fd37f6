import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { transaction } from '../../src/database/transaction.ts';
import type { Sql } from '../../src/database/sql.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { type TestDatabase, databases } from '../support/databases.ts';
import { LEASE_MS, matchStoreContract } from './contract.ts';
import { commitOf, entriesAfter, newMatch } from './support.ts';

describe.each(databases)('%s', (kind, open) => {
  matchStoreContract(async () => {
    const { database, close } = await open();
    const stream = openEventStream(database);
    return {
      openStore: (now) =>
        openMatchStore({ sql: database.sql, processId: randomUUID(), now, leaseMs: LEASE_MS }),
      readStream: (matchId) => stream.read(matchId),
      close,
    };
  });

  describe('in SQL', () => {
    let backend: TestDatabase;
    beforeAll(async () => void (backend = await open()));
    afterAll(() => backend?.close());

    const openStore = (sql: Sql, now: () => number = Date.now) =>
      openMatchStore({ sql, processId: randomUUID(), now, leaseMs: LEASE_MS });

    test('[MS6] [MS12] a commit whose answer is lost is unknown, and written once when it is sent again', async () => {
      const line = new Line(backend.database.sql);
      const store = await openStore(line);
      const claim = await store.create(newMatch());
      line.loses = 'answer';
      expect(await store.commit(commitOf(claim, 0, 2))).toBe('unknown');
      line.loses = 'nothing';
      expect(await store.commit(commitOf(claim, 0, 2))).toBe('ok');
      expect((await store.claim(claim.matchId))!.entries).toEqual(entriesAfter(0, 2));
      await store.close();
    });

    test('[MS12] while the database is away every status is unknown, and nothing is written', async () => {
      const line = new Line(backend.database.sql);
      const store = await openStore(line);
      const claim = await store.create(newMatch());
      line.loses = 'request';
      const { matchId, epoch } = claim;
      const statuses = await Promise.all([
        store.commit(commitOf(claim, 0)),
        store.checkpoint(matchId, epoch, 0, new Uint8Array()),
        store.release(matchId, epoch),
        store.remove(matchId, epoch),
      ]);
      expect(new Set(statuses)).toEqual(new Set(['unknown']));
      line.loses = 'nothing';
      expect((await store.claim(matchId))!.entries).toEqual([]);
      await store.close();
    });

    test('[MS12] an error that repeating does not help is thrown', async () => {
      const store = await openStore(backend.database.sql);
      const claim = await store.create(newMatch());
      await backend.database.sql.query('alter table match_entry rename to elsewhere');
      await expect(store.commit(commitOf(claim, 0))).rejects.toMatchObject({ code: '42P01' });
      await backend.database.sql.query('alter table elsewhere rename to match_entry');
      expect(await store.commit(commitOf(claim, 0))).toBe('ok');
      await store.close();
    });

    test('[MS22] onCommit follows each statement that wrote something', async () => {
      const { sql } = backend.database;
      let calls = 0;
      const options = { sql, processId: randomUUID(), now: Date.now, leaseMs: LEASE_MS };
      const store = await openMatchStore({ ...options, onCommit: () => calls++ });
      const claims = await Promise.all(Array.from({ length: 10 }, () => store.create(newMatch())));
      await Promise.all(claims.map((claim) => store.commit(commitOf(claim, 0))));
      expect(calls).toBe(1);
      await store.claim(claims[0]!.matchId);
      expect(await store.commit(commitOf(claims[0]!, 1))).toBe('fenced');
      expect(calls).toBe(1);
      await store.close();
    });

    test('[MS14] commits are heap-only updates', async () => {
      // counters of a database that nobody else writes to
      const own = await open();
      onTestFinished(() => own.close());
      const { sql } = own.database;
      const store = await openStore(sql);
      const claim = await store.create(newMatch());
      for (let base = 0; base < 200; base++) await store.commit(commitOf(claim, base, 1, { wakeAt: base }));
      // the counters of a connection reach the view some time after its statements
      await vi.waitFor(
        async () => {
          await sql.query('select pg_stat_force_next_flush()');
          const [row] = await sql.query<{ all: string; hot: string }>(
            `select n_tup_upd as all, n_tup_hot_upd as hot from pg_stat_user_tables where relname = 'live_match'`,
          );
          expect(Number(row!.all)).toBeGreaterThanOrEqual(200);
          expect(row!.hot).toBe(row!.all);
        },
        { timeout: 20_000, interval: 50 },
      );
      await store.close();
    });

    test('[MS19] a living process renews its lease, a closed one has none', async () => {
      const { sql } = backend.database;
      const processId = randomUUID();
      let time = 1;
      const store = await openMatchStore({ sql, processId, now: () => time, leaseMs: 50 });
      const seenAt = async () => {
        const rows = await sql.query<{ seen_at: string }>('select seen_at from process_lease where id = $1', [
          processId,
        ]);
        return rows[0]?.seen_at;
      };
      expect(await seenAt()).toBe('1');
      time = 2;
      await vi.waitFor(async () => expect(await seenAt()).toBe('2'), { timeout: 20_000 });
      await store.close();
      expect(await seenAt()).toBeUndefined();
    });

    test('[MS21] leases that no match refers to are forgotten after a day', async () => {
      const { sql } = backend.database;
      const day = 24 * 60 * 60 * 1000;
      const holder = await openStore(sql, () => 5 * day);
      const { matchId } = await holder.create(newMatch());
      const [forgotten, young, referred] = [randomUUID(), randomUUID(), randomUUID()];
      for (const [id, age] of [
        [forgotten, day + 1],
        [young, day - 1_000],
        [referred, 2 * day],
      ])
        await sql.query('insert into process_lease (id, seen_at) values ($1, $2)', [
          id,
          5 * day - Number(age),
        ]);
      await sql.query('update live_match set owner = $2 where match_id = $1', [matchId, referred]);
      await (await openStore(sql, () => 5 * day)).close();
      const left = await sql.query<{ id: string }>(
        'select id from process_lease where id = any($1::uuid[])',
        [[forgotten, young, referred]],
      );
      expect(left.map(({ id }) => id).toSorted()).toEqual([young, referred].toSorted());
      await holder.close();
    });

    test('[MS2] a claim waits for a commit that is under way, and brings it', async () => {
      const { database } = backend;
      const store = await openStore(database.sql);
      const claim = await store.create(newMatch());
      // a commit of the old holder that is written but not yet over, as an open transaction
      const gate = Promise.withResolvers<void>();
      const written = Promise.withResolvers<void>();
      const slow = transaction(database, async (em) => {
        await em.execute(
          `update live_match set n = 1 where match_id = '${claim.matchId}' and epoch = 1 and n = 0`,
        );
        await em.execute(`insert into match_entry (match_id, n, epoch, count, tenant_id, game, entries)
          values ('${claim.matchId}', 1, 1, 1, 'acme', 'whist', '[[10,"play",1,null,{}]]')`);
        written.resolve();
        await gate.promise;
      });
      await written.promise;
      const claiming = store.claim(claim.matchId);
      // PGlite's one connection makes it wait by itself
      if (kind === 'postgres') await vi.waitUntil(() => someoneWaits(database.sql), { timeout: 20_000 });
      gate.resolve();
      await slow;
      expect((await claiming)!.entries).toHaveLength(1);
      await store.close();
    });
  });
});

/** A line to a real database that can lose what goes over it. */
class Line implements Sql {
  loses: 'nothing' | 'request' | 'answer' = 'nothing';
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async query<Row>(...request: Parameters<Sql['query']>): Promise<Row[]> {
    if (this.loses === 'request') throw lost();
    const rows = await this.#sql.query<Row>(...request);
    if (this.loses === 'answer') throw lost();
    return rows;
  }
}

function lost(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

async function someoneWaits(sql: Sql): Promise<boolean> {
  const waiting = await sql.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}
