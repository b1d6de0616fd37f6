/** PostgreSQL, where DATABASE_URL names one. */
import { type Database, openDatabase } from '../../src/database/database.ts';
import { errorCode } from '../../src/database/errors.ts';
import { migrations } from '../../src/database/migrations/index.ts';
import type { Sql } from '../../src/database/sql.ts';
import {
  clockFinding,
  configured,
  type Finding,
  latencyFinding,
  latencyOf,
  offsetOf,
  subject,
} from './check.ts';

const leastVersion = 140_000;
const UNDEFINED_TABLE = '42P01';
/** Kept for its administrators. */
const reserved = 3;

interface Facts {
  readonly version: number;
  readonly shown: string;
  readonly name: string;
  readonly may_create: boolean | null;
  readonly connections: number;
  readonly synchronous_commit: string;
  readonly fsync: string;
}

const factsSql = `select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
  current_database() as name, has_schema_privilege(current_schema(), 'CREATE') as may_create,
  current_setting('max_connections')::int as connections,
  current_setting('synchronous_commit') as synchronous_commit, current_setting('fsync') as fsync`;

export const database = configured({
  what: 'database',
  async look({ config: { database: settings } }) {
    const { ok } = subject('database');
    if (settings.url === null)
      return [ok('embedded: a power cut may cost the last moments, with PostgreSQL none')];
    const opened = await openDatabase({ url: settings.url, poolMax: 2, patienceMs: 2_500, entities: [] });
    try {
      return await lookAt(opened, settings.poolMax);
    } finally {
      await opened.close();
    }
  },
});

async function lookAt({ sql }: Database, poolMax: number): Promise<Finding[]> {
  const [facts] = await sql.query<Facts>(factsSql);
  const latency = await latencyOf(() => sql.query('select 1'));
  const offset = await offsetOf(async () => {
    const [row] = await sql.query<{ now: string }>(
      'select extract(epoch from clock_timestamp()) * 1000 as now',
    );
    return Number(row!.now);
  });
  return [
    versionOf(facts!),
    await tablesOf(sql, facts!),
    latencyFinding('database latency', latency),
    clockFinding('database clock', offset),
    connectionsOf(facts!, poolMax),
    durabilityOf(facts!),
  ];
}

function versionOf({ version, shown, name }: Facts): Finding {
  const { ok, fail } = subject('database');
  const text = `PostgreSQL ${shown}, database ${name}`;
  return version >= leastVersion ? ok(text) : fail(text, 'use PostgreSQL 14 or newer');
}

async function tablesOf(sql: Sql, { may_create }: Facts): Promise<Finding> {
  const { ok, warn, fail } = subject('tables');
  const done = await sql.query<{ name: string }>('select name from migration').catch((error: unknown) => {
    if (errorCode(error) === UNDEFINED_TABLE) return [];
    throw error;
  });
  const names = new Set(migrations.map(({ name }) => name));
  const newer = done.filter(({ name }) => !names.has(name)).length;
  if (newer > 0)
    return warn(`of a newer version (${newer} migrations)`, 'use that version, or a database of this one');
  const pending = names.size - done.length;
  if (pending === 0) return ok('up to date');
  const shown = `${pending} migrations to run`;
  if (may_create) return ok(`${shown}, at the start`);
  return fail(`${shown}, without the right to`, 'GRANT CREATE, USAGE ON SCHEMA public TO its user');
}

function connectionsOf({ connections }: Facts, poolMax: number): Finding {
  const { ok, fail } = subject('database pool');
  // one more for the lock of the migrations
  const processes = Math.floor((connections - reserved) / (poolMax + 1));
  const shown = `DATABASE_POOL ${poolMax} of ${connections} connections`;
  if (processes >= 1) return ok(`${shown}: room for ${processes} processes`);
  return fail(shown, 'lower DATABASE_POOL, or raise max_connections');
}

function durabilityOf({ synchronous_commit, fsync }: Facts): Finding {
  const { ok, warn } = subject('durability');
  const shown = `synchronous_commit ${synchronous_commit}, fsync ${fsync}`;
  if (synchronous_commit !== 'off' && fsync === 'on') return ok(shown);
  return warn(shown, 'set both on: a crash of the database would take moves that were acknowledged');
}
