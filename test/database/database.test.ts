import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { PgliteThread } from '../../src/database/pglite-thread.ts';
import { transaction } from '../../src/database/transaction.ts';
import { checkpoint, vacuum } from '../../src/database/upkeep.ts';
import { type TestDatabase, databases, openTestDatabase } from '../support/databases.ts';

describe.each(databases)('%s', (kind, open) => {
  let backend: TestDatabase;
  beforeAll(async () => void (backend = await open()));
  afterAll(() => backend?.close());

  test('[DB1] values look the same with both drivers', async () => {
    const [row] = await backend.database.sql.query<{ bytes: Uint8Array }>(
      `select 9007199254740993::bigint as big, count(*) as count, 7::int as int, true as bool, '{"a":[1]}'::jsonb as json,
        '2026-11-20T08:00:00.123Z'::timestamptz at time zone 'utc' as time, null::text as nothing, $1::bytea as bytes, $2::uuid[] as ids`,
      [new Uint8Array([0, 255]), ['019e1f3c-0000-7000-8000-000000000000']],
    );
    expect({ ...row, bytes: [...row!.bytes] }).toEqual({
      big: '9007199254740993',
      count: '1',
      int: 7,
      bool: true,
      json: { a: [1] },
      time: '2026-11-20 08:00:00.123',
      nothing: null,
      bytes: [0, 255],
      ids: ['019e1f3c-0000-7000-8000-000000000000'],
    });
  });

  test('[DB2] errors carry their SQLSTATE', async () => {
    const { sql } = backend.database;
    await expect(sql.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await expect(sql.query('select $1::uuid', ['x'])).rejects.toMatchObject({ code: '22P02' });
    expect(await sql.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('[DB15] a named statement is prepared once, and outlives errors', async () => {
    const { sql } = backend.database;
    const text = 'select $1::int as n, $2::text as text, $3::bytea as bytes, $4::int[] as list';
    const ask = (n: unknown) => sql.query(text, [n, null, new Uint8Array([1]), '{1,2}'], 'ask');
    const answer = (n: number) => [{ n, text: null, bytes: expect.any(Uint8Array), list: [1, 2] }];
    const results = await Promise.allSettled([
      ask(1),
      ask('one'),
      ask(2),
      sql.query('select 1 / 0', [], 'fails'),
      ask(3),
    ]);
    expect(results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.code))).toEqual([
      answer(1),
      '22P02',
      answer(2),
      '22012',
      answer(3),
    ]);
    await expect(sql.query('selec 1', [], 'broken')).rejects.toMatchObject({ code: '42601' });
    expect(await ask(4)).toEqual(answer(4));
  });

  test('[DB15] a named statement takes megabytes', async () => {
    const large = 'x'.repeat(8_000_000);
    const ask = () =>
      backend.database.sql.query('select length($1::text) as size, $1::text as text', [large], 'large');
    for (let i = 0; i < 2; i++) expect(await ask()).toEqual([{ size: large.length, text: large }]);
  });

  test('[DB15] a named statement stays out of the open transaction of another', async () => {
    const { database } = backend;
    const id = randomUUID();
    const count = () =>
      database.sql.query<{ n: string }>(
        'select count(*) as n from process_lease where id = $1',
        [id],
        'count',
      );
    let meanwhile: ReturnType<typeof count> | undefined;
    const within = transaction(database, async (em) => {
      await em.execute(`insert into process_lease (id, seen_at) values ('${id}', 0)`);
      meanwhile = count();
      await em.execute('select 1');
      throw new Error('no');
    });
    await expect(within).rejects.toThrow('no');
    expect(await meanwhile).toEqual([{ n: '0' }]);
  });

  test('[DB12] the migrated schema has what the entities describe', async () => {
    const { schema } = backend.database.orm;
    const changes = (await schema.getUpdateSchemaSQL({ wrap: false, safe: true })).split('\n');
    // it has more than entities describe: the hot tables, and indexes of its own
    const missing = changes.filter(
      (change) => change !== '' && !/^(drop index|alter table "\w+" drop constraint) /.test(change),
    );
    expect(missing).toEqual([]);
  });

  test('[DB14] what one holds no other sees', async () => {
    const other = await openTestDatabase(kind);
    const insert = 'insert into process_lease (id, seen_at) values ($1, 1)';
    await backend.database.sql.query(insert, [randomUUID()]);
    expect(await other.database.sql.query('select * from process_lease')).toEqual([]);
    await other.close();
  });
});

describe('the embedded database', () => {
  test('[DB4] a folder that cannot be written is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    const opening = openDatabase({ dataDir: join(file, 'data'), entities: [] });
    await expect(opening).rejects.toMatchObject({ code: 'database/unwritable' });
    await rm(folder, { recursive: true });
  });

  test('[DB4] a folder of another major version is refused, and left free', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gamekeeper-'));
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '15\n');
    for (let i = 0; i < 2; i++)
      await expect(openDatabase({ dataDir, entities: [] })).rejects.toMatchObject({
        code: 'database/version',
      });
    await rm(dataDir, { recursive: true });
  });

  test('[DB8] when its thread ends, what waits and what comes later rejects', async () => {
    const thread = new PgliteThread({});
    await thread.waitReady;
    const waiting = thread.query('select pg_sleep(60)');
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: '57P01' }), thread.terminate()]);
    await expect(thread.query('select 1')).rejects.toMatchObject({ code: '57P01' });
    await thread.close();
  });

  test('[DB9] a checkpoint follows the amount of the log', async () => {
    const { database, close } = await openTestDatabase('pglite');
    const { sql } = database;
    await sql.query('checkpoint');
    const last = async () => (await sql.query('select redo_lsn from pg_control_checkpoint()'))[0];
    const before = await last();
    await checkpoint(sql);
    expect(await last()).toEqual(before);
    await sql.query('create table bulk as select repeat(i::text, 100) from generate_series(1, 50000) i');
    await checkpoint(sql);
    expect(await last()).not.toEqual(before);
    await close();
  });

  test('[DB9] tables that changed much are vacuumed and analyzed, and others left alone', async () => {
    const { database, close } = await openTestDatabase('pglite');
    const { sql } = database;
    await vacuum(sql);
    await sql.query('insert into process_lease select gen_random_uuid(), i from generate_series(1, 1000) i');
    expect(await vacuum(sql)).toEqual(['process_lease']);
    await sql.query('update process_lease set seen_at = 0');
    const deadRows = async () => {
      await sql.query('select pg_stat_force_next_flush()');
      const [row] = await sql.query<{ n: string }>(
        `select n_dead_tup as n from pg_stat_user_tables where relname = 'process_lease'`,
      );
      return Number(row!.n);
    };
    expect(await deadRows()).toBeGreaterThan(900);
    expect(await vacuum(sql)).toEqual(['process_lease']);
    expect(await deadRows()).toBe(0);
    expect(await vacuum(sql)).toEqual([]);
    await close();
  });
});

describe('a server that cannot be used', () => {
  test('[DB3] is named without its password', async () => {
    const urls = [
      'postgres://someone:s3cret@127.0.0.1:1/games',
      'postgres://someone:s3cret@no-such-host.invalid/games',
      'postgres://someone:s3c ret@127.0.0.1:port/games',
    ];
    for (const url of urls) {
      const error: unknown = await openDatabase({ url, entities: [] }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'DatabaseError', code: 'database/unreachable' });
      expect(String(error)).toContain('DATABASE_URL');
      expect(String(error)).not.toContain('s3c');
    }
  });
});
