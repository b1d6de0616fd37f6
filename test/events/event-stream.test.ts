import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import { transaction } from '../../src/database/transaction.ts';
import { readLogs } from '../../src/events/log-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { commitOf, entriesAfter, eventOf, newMatch } from '../store/support.ts';
import { type TestDatabase, databases } from '../support/databases.ts';
import { eventStreamContract, record } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

describe.each(databases)('%s', (kind, open) => {
  eventStreamContract(async () => {
    const { database, close } = await open();
    return {
      openStream: (onError) => openEventStream({ sql: database.sql, ...(onError && { onError }) }),
      close,
    };
  });

  describe('with the store', () => {
    let backend: TestDatabase;
    beforeAll(async () => void (backend = await open()));
    afterAll(() => backend?.close());

    test('[ES9] [ES10] what the store commits is published at once, what it refuses never is', async () => {
      const { sql } = backend.database;
      const stream = openEventStream({ sql });
      const store = await openMatchStore({
        sql,
        processId: randomUUID(),
        now: Date.now,
        onCommit: () => stream.nudge(),
      });
      const match = newMatch();
      const first = await store.create(match);
      const seen: number[] = [];
      const subscription = stream.subscribe('history', async (records) => {
        for (const { matchId, entries } of records)
          if (matchId === match.matchId) seen.push(...entries.map(({ n }) => n));
      });
      await store.commit(commitOf(first, 0, 2, { events: [eventOf(2)] }));
      const second = (await store.claim(match.matchId))!;
      await store.commit(commitOf(first, 2, 5));
      await store.commit(commitOf(second, 2));
      await vi.waitFor(() => expect(seen).toEqual([1, 2, 3]), PATIENCE);

      const log = await stream.read(match.matchId);
      expect(log.map(({ epoch }) => epoch)).toEqual([1, 2]);
      expect(log.flatMap(({ entries }) => entries)).toEqual(entriesAfter(0, 3));
      expect(log.flatMap(({ events }) => events)).toEqual([eventOf(2)]);
      await subscription.stop();
      await store.close();
    });

    test('[ES71] a record that is damaged is told and passed over, and nothing of it is quoted', async () => {
      const { sql } = backend.database;
      const told: { code?: unknown; message: string }[] = [];
      const stream = openEventStream({ sql, onError: (_, error) => void told.push(error as Error) });
      const [matchId, other] = [randomUUID() as string, randomUUID()];
      await stream.append([record(matchId, 1), record(matchId, 2), record(matchId, 3), record(other, 1)]);
      const damage = (n: number, column: string, text: string) =>
        sql.query(`update match_entry set ${column} = '${text}' where match_id = $1 and n = ${n}`, [matchId]);
      await damage(1, 'entries', '[[1,"seed",');
      await damage(2, 'events', '"seed"');
      const seen: unknown[] = [];
      const subscription = stream.subscribe('damaged', async (records) => {
        seen.push(
          ...records.filter((r) => [matchId, other].includes(r.matchId)).map((r) => [r.matchId, r.n]),
        );
      });
      await vi.waitFor(async () => expect(await subscription.lag()).toBe(0), PATIENCE);
      await subscription.stop();
      expect(seen).toEqual([
        [matchId, 3],
        [other, 1],
      ]);
      expect(told.map(({ code }) => code)).toEqual(['stream/malformed', 'stream/malformed']);
      const refusals = [stream.read(matchId), stream.read(matchId, 2), readLogs(sql, [matchId, other])];
      for (const refusal of await Promise.allSettled(refusals))
        told.push((refusal as PromiseRejectedResult).reason);
      expect(told.map(({ code }) => code)).toEqual(Array(5).fill('stream/malformed'));
      for (const { message } of told) expect(message).not.toContain('seed');
    });

    test('[ES10] an idle subscriber looks at once when it is nudged, and by itself when it is not', async () => {
      const { sql } = backend.database;
      let looks = 0;
      const counting = openEventStream({
        sql: { query: (text, ...rest) => (looks++, sql.query(text, ...rest)) },
      });
      const writer = openEventStream({ sql });
      const matchId = randomUUID();
      let got = 0;
      const subscription = counting.subscribe(randomUUID(), async (records) => {
        got += records.filter((r) => r.matchId === matchId).length;
      });
      await writer.append([record(matchId, 1)]);
      await vi.waitFor(() => expect(got).toBe(1), PATIENCE);

      for (let i = 0; i < 1000; i++) counting.nudge();
      const before = looks;
      await writer.append([record(matchId, 2)]);
      await vi.waitFor(() => expect(got).toBe(2), PATIENCE);
      expect(looks - before).toBeLessThan(500);
      await subscription.stop();
    });

    test.runIf(kind === 'postgres')(
      '[ES12] a record of a transaction that ends late is not passed over',
      async () => {
        const { database } = backend;
        let looks = 0;
        const sql: Sql = { query: (text, ...rest) => (looks++, database.sql.query(text, ...rest)) };
        const stream = openEventStream({ sql });
        const writer = openEventStream(database);
        const [late, early] = [randomUUID(), randomUUID()];
        const seen: string[] = [];
        const subscription = stream.subscribe(randomUUID(), async (records) => {
          seen.push(...records.map(({ matchId }) => matchId).filter((id) => id === late || id === early));
        });
        const gate = Promise.withResolvers<void>();
        const written = Promise.withResolvers<void>();
        const slow = transaction(database, async (em) => {
          await em.execute(`insert into match_entry (match_id, n, epoch, count, tenant_id, game, entries)
          values ('${late}', 1, 1, 1, 'acme', 'whist', '[[10,"play",1,null,{}]]')`);
          written.resolve();
          await gate.promise;
        });
        await written.promise;
        await writer.append([record(early, 1)]);
        const before = looks;
        await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 2), PATIENCE);
        gate.resolve();
        await slow;
        await vi.waitFor(() => expect(seen).toEqual([late, early]), PATIENCE);
        await subscription.stop();
      },
    );
  });
});
