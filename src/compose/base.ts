/** Everything that needs no socket: storage, stream, tokens, history, matches. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openDevKey } from '../auth/dev-key.ts';
import { createKeyRing } from '../auth/key-ring.ts';
import { createMac } from '../auth/mac.ts';
import { createTokens } from '../auth/tokens.ts';
import { LiveRooms } from '../cluster/live-rooms.ts';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { entities } from '../database/entities.ts';
import { isUnreachable } from '../database/errors.ts';
import { migrate } from '../database/migrate.ts';
import { openEventStream } from '../events/postgres-event-stream.ts';
import { createHistory } from '../history/history.ts';
import { systemClock } from '../match/clock.ts';
import type { Game } from '../match/game.ts';
import { Matches } from '../match/matches.ts';
import { Reconnection } from '../match/reconnection.ts';
import { createEvents } from '../ops/events.ts';
import { createLogger } from '../ops/logger.ts';
import { Outage } from '../ops/outages.ts';
import type { MatchStore } from '../store/match-store.ts';
import { openMatchStore } from '../store/postgres-match-store.ts';
import type { Closing } from './closing.ts';

export type Base = Awaited<ReturnType<typeof openBase>>;

export interface BaseOptions {
  readonly games: readonly Game[];
  /** Instead of the store over the database. */
  readonly store?: MatchStore | undefined;
}

export async function openBase(config: Config, { games, store: given }: BaseOptions, closing: Closing) {
  const clock = systemClock;
  const ownLog = createLogger(config.log);
  const outage = new Outage({ what: 'the database', log: ownLog, now: clock.now, explains: isUnreachable });
  const log = outage.quiet(ownLog);
  const database = watched(await openStorage(config), outage);
  closing.push(() => database.close());
  const { sql } = database;
  const stream = openEventStream({
    sql,
    onError: (durable, error) =>
      log.warn({ durable, error }, 'a consumer of the stream failed, and tries again'),
  });
  closing.push(() => stream.close());
  const onCommit = (): void => stream.nudge();
  const store = given ?? (await openMatchStore({ sql, processId: randomUUID(), now: clock.now, onCommit }));
  closing.push(() => store.close());
  const keys = createKeyRing(config.auth.keys ?? [openDevKey(config.dataDir)]);
  const matches = new Matches({ store, clock, games });
  return {
    clock,
    games,
    log,
    logEvent: createEvents(log),
    database,
    stream,
    store,
    tokens: createTokens({ ...config.auth, keys, now: clock.now }),
    history: createHistory({ database, stream }),
    matches,
    rooms: new LiveRooms(store, matches),
    reconnection: new Reconnection(createMac(keys, 'reconnection')),
  };
}

async function openStorage({ database: { url, poolMax }, dataDir }: Config): Promise<Database> {
  const where = url === null ? { dataDir: join(dataDir, 'db') } : { url, poolMax };
  const database = await openDatabase({ ...where, entities });
  await migrate(database).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  return database;
}

/** Whatever is asked of the database tells whether it is there. */
function watched(database: Database, outage: Outage): Database {
  const { sql } = database;
  return { ...database, sql: { query: (...asked) => outage.watch(() => sql.query(...asked)) } };
}
