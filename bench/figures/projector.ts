import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { migrate } from '../../src/database/migrate.ts';
import { readLogs } from '../../src/events/log-rows.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openEventStream, type PostgresEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory } from '../../src/history/history.ts';
import { startProjector } from '../../src/history/projector.ts';
import { playWhist } from '../../test/history/games.ts';
import { uuidv7 } from '../../src/match/uuid.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { openStorage, type StorageKind } from '../storage.ts';

const matches = 10_000;
/** So many are played at the same time. */
const atOnce = 100;
const withinMs = 120_000;

interface CaughtUp {
  readonly seconds: number;
  /** How late a timer was meanwhile, in milliseconds: a beat would be. */
  readonly late: number;
}

/** The projector was away while 10,000 matches of about 100 entries ended. */
export async function projector(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const storage of bench.storages) {
    const { seconds, late } = await catchUp(storage, bench.url);
    const row = { figure: 'projector', note: storage };
    rows.push(
      {
        ...row,
        what: 'behind 10,000 finished matches, caught up',
        unit: 's',
        values: [seconds],
        bound: { below: 10 },
      },
      { ...row, what: 'how late a timer is meanwhile, p99', unit: 'ms', values: [late] },
    );
  }
  return rows;
}

async function catchUp(kind: StorageKind, url: string): Promise<CaughtUp> {
  const storage = await openStorage(kind, url);
  const { DATA_DIR, DATABASE_URL } = storage.env;
  const where = DATABASE_URL === undefined ? { dataDir: join(DATA_DIR!, 'db') } : { url: DATABASE_URL };
  const database = await openDatabase({ ...where, entities });
  const stream = openEventStream({ sql: database.sql });
  try {
    await migrate(database);
    await fill(database, stream);
    return await measure(database, stream);
  } finally {
    await stream.close();
    await database.close();
    await storage.drop();
  }
}

/** Copies of one match: 100 at a time, their records one after the other. */
async function fill({ sql }: Database, stream: PostgresEventStream): Promise<void> {
  const { records } = playWhist(2);
  const { matchId } = records[0]!;
  await stream.append(records);
  for (let done = 0; done < matches; done += atOnce) {
    const ids = Array.from({ length: atOnce }, () => uuidv7(Date.now()));
    await sql.query(
      `insert into match_entry (match_id, n, epoch, count, tenant_id, game, entries, events, recorded_at)
       select id, n, epoch, count, tenant_id, game, entries, events, recorded_at
       from match_entry, unnest($2::uuid[]) as copies (id) where match_id = $1 order by n, id`,
      [matchId, ids],
    );
  }
  await sql.query('delete from match_entry where match_id = $1', [matchId]);
  await sql.query('analyze match_entry');
  await sql.query('checkpoint');
}

async function measure(database: Database, stream: PostgresEventStream): Promise<CaughtUp> {
  const { sql } = database;
  const rows = {
    readLogs: readLogs.bind(null, sql),
    readMoments: readMoments.bind(null, sql),
  };
  const history = createHistory({ database, stream, rows });
  const fault = (matchId: string, error: unknown): void => {
    throw new Error(`match ${matchId} was refused`, { cause: error });
  };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const subscription = startProjector({ stream, history, fault });
  while ((await count(sql)) < matches) {
    if (performance.now() - started > withinMs) throw new Error('the projector does not catch up');
    await sleep(300);
  }
  const seconds = (performance.now() - started) / 1000;
  delay.disable();
  await subscription.stop();
  return { seconds, late: delay.percentile(99) / 1e6 };
}

async function count(sql: Database['sql']): Promise<number> {
  const [row] = await sql.query<{ count: string }>('select count(*) from matches');
  return Number(row!.count);
}
