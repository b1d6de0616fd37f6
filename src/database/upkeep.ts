import type { Sql } from './sql.ts';

const PERIOD_MS = 10_000;
const WAL_BYTES = 16 * 1024 * 1024;

// the rule of autovacuum, with its default thresholds
const STALE_TABLES = `
  select quote_ident(relname) as name, n_dead_tup > 50 + 0.2 * n_live_tup as dead
  from pg_stat_user_tables
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup`;

/**
 * What PostgreSQL's background processes do and PGlite has none of: vacuum, analyze, and a checkpoint for each 16 MB of
 * log, which bounds both the folder's size and the time of recovery after a kill. Returns how to stop it.
 */
export function startUpkeep(sql: Sql): () => Promise<void> {
  let running = Promise.resolve();
  let lastWal = 0;
  const round = async () => {
    const wal = await walPosition(sql);
    if (wal - lastWal >= WAL_BYTES) {
      await sql.query('checkpoint');
      lastWal = wal;
    }
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

/** Vacuums and analyzes the tables that need it. */
export async function vacuum(sql: Sql): Promise<string[]> {
  // the counts of the latest statements, which PostgreSQL holds back for a while
  await sql.query('select pg_stat_force_next_flush()');
  const tables = await sql.query<{ name: string; dead: boolean }>(STALE_TABLES);
  for (const { name, dead } of tables) await sql.query(dead ? `vacuum (analyze) ${name}` : `analyze ${name}`);
  return tables.map(({ name }) => name);
}

async function walPosition(sql: Sql): Promise<number> {
  const rows = await sql.query<{ bytes: string }>(`select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`);
  return Number(rows[0]?.bytes);
}
