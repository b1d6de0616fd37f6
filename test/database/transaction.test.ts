import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Em } from '../../src/database/database.ts';
import { transaction } from '../../src/database/transaction.ts';
import { type TestDatabase, databases } from '../support/databases.ts';

describe.each(databases)('%s', (kind, open) => {
  let backend: TestDatabase;
  beforeAll(async () => void (backend = await open()));
  afterAll(() => backend?.close());

  const add = (em: Em, id: string) =>
    em.execute(`insert into process_lease (id, seen_at) values ('${id}', 0)`);
  const seenAt = async (id: string) => {
    const rows = await backend.database.sql.query<{ seen_at: string }>(
      'select seen_at from process_lease where id = $1',
      [id],
    );
    return rows.map((row) => row.seen_at);
  };
  const failure = (code: string) => Object.assign(new Error(code), { code });

  test('[DB13] work that failed for a passing reason runs again with a fresh fork, and nothing of it remains', async () => {
    for (const code of ['40001', '40P01', '55P03', '57P01', '08006', 'ECONNRESET']) {
      const forks = new Set<Em>();
      const ids: string[] = [];
      const answer = await transaction(backend.database, async (em) => {
        forks.add(em);
        ids.push(randomUUID());
        await add(em, ids.at(-1)!);
        if (ids.length < 3) throw failure(code);
        return 'done';
      });
      expect(answer).toBe('done');
      expect(forks.size).toBe(3);
      expect(await Promise.all(ids.map(seenAt))).toEqual([[], [], ['0']]);
    }
  });

  test('[DB13] any other error is thrown at once', async () => {
    for (const error of [failure('23505'), failure('whist/not_your_turn'), new Error('plain')]) {
      const id = randomUUID();
      let runs = 0;
      const work = transaction(backend.database, async (em) => {
        runs++;
        await add(em, id);
        throw error;
      });
      await expect(work).rejects.toBe(error);
      expect(runs).toBe(1);
      expect(await seenAt(id)).toEqual([]);
    }
  });

  test('[DB13] after five attempts the reason is thrown', async () => {
    let runs = 0;
    const work = transaction(backend.database, async () => {
      runs++;
      throw failure('40001');
    });
    await expect(work).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(5);
  });

  test.runIf(kind === 'postgres')('[DB13] a real deadlock is resolved', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await transaction(backend.database, async (em) => {
      await add(em, a);
      await add(em, b);
    });
    const bothAreIn = Promise.withResolvers<void>();
    let inside = 0;
    const bump = (first: string, second: string) =>
      transaction(backend.database, async (em) => {
        await em.execute(`update process_lease set seen_at = seen_at + 1 where id = '${first}'`);
        if (++inside === 2) bothAreIn.resolve();
        await bothAreIn.promise;
        await em.execute(`update process_lease set seen_at = seen_at + 1 where id = '${second}'`);
      });
    await Promise.all([bump(a, b), bump(b, a)]);
    expect(inside).toBeGreaterThan(2);
    expect([await seenAt(a), await seenAt(b)]).toEqual([['2'], ['2']]);
  });

  test('[DB13] many at once lose no update', async () => {
    const id = randomUUID();
    await transaction(backend.database, (em) => add(em, id));
    const bump = () =>
      transaction(backend.database, async (em) => {
        const [row] = await em.execute<{ seen_at: string }[]>(
          `select seen_at from process_lease where id = '${id}' for update`,
        );
        await em.execute(`update process_lease set seen_at = ${Number(row!.seen_at) + 1} where id = '${id}'`);
      });
    await Promise.all(Array.from({ length: 30 }, bump));
    expect(await seenAt(id)).toEqual(['30']);
  });
});
