import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGliteOptions } from '@electric-sql/pglite';
import type { Database, DatabaseOptions, Em, Entities, Orm } from './database.ts';
import { DatabaseError } from './errors.ts';
import { lockFolder } from './folder-lock.ts';
import { PgliteThread } from './pglite-thread.ts';
import type { Sql } from './sql.ts';
import { startUpkeep } from './upkeep.ts';

const POSTGRES_MAJOR = '18';
// less memory, a folder that stays small; PGlite takes them only when it is told at every open
const POSTGRES_CONF = ['shared_buffers = 32MB', 'max_wal_size = 128MB', 'min_wal_size = 32MB', 'jit = off'];

/** Opens the embedded PostgreSQL. Throws DatabaseError `database/in_use`, `database/unwritable` or `database/version`. */
export async function openPglite(options: DatabaseOptions): Promise<Database> {
  const unlock = options.dataDir === undefined ? () => undefined : lockFolder(options.dataDir);
  let thread: PgliteThread | undefined;
  try {
    thread = new PgliteThread(await threadOptions(options));
    // the object mapper is loaded while the thread starts
    const [orm] = await Promise.all([openOrm(options.entities, thread), thread.waitReady]);
    return open(orm, thread, unlock);
  } catch (error) {
    await thread?.terminate();
    unlock();
    throw error;
  }
}

async function openOrm(entities: Entities, thread: PgliteThread): Promise<Orm> {
  const { MikroORM } = await import('@mikro-orm/pglite');
  const orm = new MikroORM({
    entities: [...entities],
    discovery: { warnWhenNoEntities: false },
    // a function, because the driver would clone the object itself
    driverOptions: { pglite: () => thread },
  });
  return orm as unknown as Orm;
}

function open(orm: Orm, thread: PgliteThread, unlock: () => void): Database {
  const sql: Sql = {
    query: async (text, params, name) => {
      const asked =
        name === undefined ? thread.query(text, params) : thread.queryPrepared(name, text, params);
      return (await asked).rows as never;
    },
  };
  const stopUpkeep = startUpkeep(sql);
  return {
    kind: 'pglite',
    orm,
    em: () => orm.em.fork() as unknown as Em,
    sql,
    close: async () => {
      await stopUpkeep();
      await orm.close();
      await thread.close();
      unlock();
    },
  };
}

async function threadOptions({ dataDir, loadDataDir }: DatabaseOptions): Promise<PGliteOptions> {
  const common = { postgresqlconf: POSTGRES_CONF, ...(loadDataDir && { loadDataDir }) };
  if (dataDir === undefined) return common;
  const folder = join(dataDir, 'postgres');
  await checkVersion(folder);
  return { ...common, dataDir: folder };
}

async function checkVersion(folder: string): Promise<void> {
  const major = await readFile(join(folder, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => POSTGRES_MAJOR,
  );
  if (major === POSTGRES_MAJOR) return;
  throw new DatabaseError(
    'database/version',
    `${folder} was made by PostgreSQL ${major}, this is ${POSTGRES_MAJOR}: move its data by dump and restore, or choose another folder`,
  );
}
