import type { Sql } from './sql.ts';

const PERIOD_MS = 10_000;
const WAL_BYTES = 16 * 1024 * 1024;

const WAL_SINCE_CHECKPOINT = `
  select pg_current_wal_lsn() - redo_lsn as bytes from pg_control_checkpoint()`;

// the rule of autovacuum, with its default thresholds
const STALE_TABLES = `
  select quote_ident(relname) as name, n_dead_tup > 50 + 0.2 * n_live_tup as dead
  from pg_stat_user_tables
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup`;

/** Does every ten seconds what PostgreSQL's background processes do, and PGlite has none of. Returns how to stop it. */
export function startUpkeep(sql: Sql): () => Promise<void> {
  let running = Promise.resolve();
  const round = async () => {
    await checkpoint(sql);
    await vacuum(sql);
  };
  const timer = setInterval(() => {
    // a failed round says nothing that the next query of anyone would not say louder
    running = running.then(round).catch(() => undefined);
  }, PERIOD_MS).unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}

/** A checkpoint for each 16 MB of log bounds the folder's size, and the time of recovery after a kill. */
export async function checkpoint(sql: Sql): Promise<void> {
  const [row] = await sql.query<{ bytes: string }>(WAL_SINCE_CHECKPOINT);
  if (Number(row?.bytes) >= WAL_BYTES) await sql.query('checkpoint');
}

/** Vacuums and analyzes the tables that need it, and returns their names. */
export async function vacuum(sql: Sql): Promise<string[]> {
  // the counts of the latest statements, which PostgreSQL holds back for a while
  await sql.query('select pg_stat_force_next_flush()');
  const tables = await sql.query<{ name: string; dead: boolean }>(STALE_TABLES);
  for (const { name, dead } of tables) await sql.query(dead ? `vacuum (analyze) ${name}` : `analyze ${name}`);
  return tables.map(({ name }) => name);
}
