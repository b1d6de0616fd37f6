import type { MigrationObject, Options } from '@mikro-orm/core';
import type { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Database } from './database.ts';
import { errorCode } from './errors.ts';
import { type NamedMigration, migrations } from './migrations/index.ts';

const TABLE = 'migration';
const UNDEFINED_TABLE = '42P01';
// any number, the same for all processes
const ADVISORY_LOCK = 7_241_001;

/**
 * Runs the pending migrations, all or none, and returns their names. Several processes may start at once: one runs them,
 * the others wait. Where nothing is pending it costs one query, and the migrator isn't even loaded.
 */
export async function migrate(
  database: Database,
  list: readonly NamedMigration[] = migrations,
): Promise<string[]> {
  if ((await pending(database, list)).length === 0) return [];
  return withLock(database, () => run(database, list));
}

async function pending(database: Database, list: readonly NamedMigration[]): Promise<NamedMigration[]> {
  const rows = await database.sql
    .query<{ name: string }>(`select name from ${TABLE}`)
    .catch((error: unknown) => {
      if (errorCode(error) === UNDEFINED_TABLE) return [];
      throw error;
    });
  const done = new Set(rows.map(({ name }) => name));
  return list.filter(({ name }) => !done.has(name));
}

async function run({ orm }: Database, list: readonly NamedMigration[]): Promise<string[]> {
  const { Migrator } = await import('@mikro-orm/migrations');
  const migrationsList: MigrationObject[] = await Promise.all(
    list.map(async ({ name, load }) => ({ name, class: await load() })),
  );
  const options: Options['migrations'] = { tableName: TABLE, migrationsList, snapshot: false, silent: true };
  orm.config.set('migrations', { ...orm.config.get('migrations'), ...options });
  return (await new Migrator(orm.em).up()).map(({ name }) => name);
}

/** What a pool of pg has, though its types don't say so. */
interface PoolWithClient {
  readonly options: object;
  readonly Client: new (options: object) => {
    connect(): Promise<void>;
    query(text: string, params: unknown[]): Promise<unknown>;
    end(): Promise<void>;
  };
}

/**
 * A lock of the session, on a connection of its own: one of the pool could starve the migrations themselves, and the
 * end of the session gives the lock back however it ends. PGlite has one process and one connection: nothing to lock.
 */
async function withLock<T>({ kind, orm }: Database, work: () => Promise<T>): Promise<T> {
  if (kind === 'pglite') return work();
  const driver = orm.driver as unknown as PostgreSqlDriver;
  const pool = (await driver.getConnection().getNativeClient()) as unknown as PoolWithClient;
  const client = new pool.Client({
    ...pool.options,
    statement_timeout: 0,
    lock_timeout: 0,
    query_timeout: 0,
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    return await work();
  } finally {
    await client.end();
  }
}
