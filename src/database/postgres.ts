import { MikroORM } from '@mikro-orm/postgresql';
import type { Database, DatabaseOptions, Em, Orm } from './database.ts';
import { DatabaseError, errorCode, ofDatabase } from './errors.ts';
import type { Sql } from './sql.ts';

/** Opens a pool of connections to a PostgreSQL server. Throws DatabaseError `database/unreachable`. */
export async function openPostgres(options: DatabaseOptions & { readonly url: string }): Promise<Database> {
  const orm = new MikroORM({
    clientUrl: checkedUrl(options.url),
    entities: [...options.entities],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: options.poolMax ?? 10, idleTimeoutMillis: 30_000 },
    driverOptions: {
      application_name: 'gamekeeper',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      statement_timeout: 15_000,
      query_timeout: options.patienceMs ?? 20_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 30_000,
    },
  });
  try {
    const pool = await orm.driver.getConnection().getNativeClient();
    const sql: Sql = {
      query: async (text, params, name) => {
        const asked = pool.query({ text, values: params as unknown[], ...(name && { name }) });
        const { rows } = await asked.catch((error: unknown) => {
          throw ofDatabase(error);
        });
        return rows;
      },
    };
    await sql.query('select 1');
    const em = () => orm.em.fork() as unknown as Em;
    return {
      kind: 'postgres',
      orm: orm as unknown as Orm,
      em,
      sql,
      pool: () => ({
        idle: pool.idleCount,
        busy: pool.totalCount - pool.idleCount,
        waiting: pool.waitingCount,
        most: pool.options.max,
      }),
      close: () => orm.close(),
    };
  } catch (error) {
    await orm.close(true);
    throw unreachable(options.url, error);
  }
}

function checkedUrl(url: string): string {
  if (URL.canParse(url)) return url;
  throw new DatabaseError(
    'database/unreachable',
    'DATABASE_URL is no URL: it should look like postgres://user:password@host:5432/name, with special characters of the password percent-encoded',
  );
}

function unreachable(url: string, error: unknown): DatabaseError {
  const { host, pathname } = new URL(url);
  // the text of a refused connection is empty where a name has several addresses
  const reason = (error instanceof Error && error.message) || errorCode(error);
  return new DatabaseError(
    'database/unreachable',
    `can't use the PostgreSQL database ${host}${pathname}: ${reason}. Check DATABASE_URL, and that the server runs`,
    error,
  );
}
