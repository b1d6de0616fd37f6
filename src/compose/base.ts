/** Everything that needs no socket: storage, stream, tokens, history, matches. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openDevKey } from '../auth/dev-key.ts';
import { createKeyRing, type KeyRing } from '../auth/key-ring.ts';
import { createMac } from '../auth/mac.ts';
import { createTokens } from '../auth/tokens.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { reachableHost } from '../cluster/host.ts';
import { LiveRooms } from '../cluster/live-rooms.ts';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { entities } from '../database/entities.ts';
import { isUnreachable } from '../database/errors.ts';
import { migrate } from '../database/migrate.ts';
import type { Sql } from '../database/sql.ts';
import type { Subscription } from '../events/event-stream.ts';
import { readLogs } from '../events/log-rows.ts';
import { readMoments } from '../events/moment-rows.ts';
import { createHistory } from '../history/history.ts';
import { createLimits } from '../limits/limits.ts';
import { systemClock } from '../match/clock.ts';
import type { Game } from '../match/game.ts';
import { Matches } from '../match/matches.ts';
import { Reconnection } from '../match/reconnection.ts';
import { createEvents } from '../ops/events.ts';
import type { Log } from '../ops/logger.ts';
import { Outage } from '../ops/outages.ts';
import { traceQuery } from '../ops/tracing-context.ts';
import { createGuards, type Guards } from '../resilience/guards.ts';
import type { MatchStore } from '../store/match-store.ts';
import { type MatchStoreOptions, openMatchStore } from '../store/postgres-match-store.ts';
import { openRedisMatchStore } from '../store/redis-match-store.ts';
import type { Closing } from './closing.ts';
import { guardDatabase, guardRedis } from './guards.ts';
import { openStreams } from './streams.ts';
import { openWatching } from './watching.ts';

const redisPrefix = 'gamekeeper';

export type Base = Awaited<ReturnType<typeof openBase>>;

export interface BaseOptions {
  readonly games: readonly Game[];
  /** Instead of the store over the database. */
  readonly store?: MatchStore | undefined;
  /** Nothing is observed; for a bench. */
  readonly isUnwatched?: boolean | undefined;
}

export async function openBase(
  config: Config,
  { games, store: given, isUnwatched }: BaseOptions,
  closing: Closing,
) {
  const clock = systemClock;
  const watching = await openWatching(config, { games, isOff: isUnwatched }, closing);
  const { metrics } = watching;
  const outage = new Outage({
    what: 'the database',
    log: watching.log,
    now: clock.now,
    explains: isUnreachable,
  });
  const quiet = outage.quiet(watching.log);
  const guards = createGuards(metrics.guards);
  const storage = await openStorage(config);
  closing.push(() => storage.close());
  closing.push(async () => guards.close());
  const database = watched(guardDatabase(storage, guards, config.database.poolMax), outage);
  const { sql } = database;
  const streams = openStreams(config, { sql, log: quiet, guards }, closing);
  const keys = createKeyRing(config.auth.keys ?? [openDevKey(config.dataDir)]);
  watching.hideBy(createMac(keys, 'log'));
  const cluster = await openHouse(config, { keys, log: quiet, guards }, closing);
  const log = cluster?.log ?? quiet;
  const onCommit = (): void => streams.local.nudge();
  const storeOptions = { sql, processId: randomUUID(), now: clock.now, onCommit };
  const store = given ?? (await openStore(storeOptions, cluster, log));
  closing.push(() => store.close());
  const matches = new Matches({ store, clock, games, observer: watching.matches });
  return {
    clock,
    games,
    log,
    logEvent: createEvents(log, metrics.event),
    watching,
    database,
    streams,
    /** Of the stream, by name: how far they are behind. */
    readers: {} as Record<string, Subscription>,
    store,
    tokens: createTokens({ ...config.auth, keys, now: clock.now }),
    history: createHistory({ database, stream: streams.world, rows: rowsOf(sql) }),
    matches,
    cluster,
    guards,
    limits: createLimits({
      rates: config.limits,
      redis: cluster?.limits ?? null,
      mac: createMac(keys, 'limits'),
    }),
    rooms: new LiveRooms(store, matches, cluster?.elsewhere),
    reconnection: new Reconnection(createMac(keys, 'reconnection')),
  };
}

async function openHouse(
  { cluster, http }: Config,
  { keys, log, guards }: { keys: KeyRing; log: Log; guards: Guards },
  closing: Closing,
): Promise<Cluster | null> {
  if (!cluster) return null;
  const house = await openCluster({
    redisUrl: cluster.redisUrl,
    prefix: redisPrefix,
    host: cluster.host ?? reachableHost(http.host),
    mac: (purpose) => createMac(keys, purpose),
    now: systemClock.now,
    log,
    guard: (connection, probe) => guardRedis(guards, connection, probe),
  });
  closing.push(() => house.close());
  return house;
}

function openStore(options: MatchStoreOptions, cluster: Cluster | null, log: Log): Promise<MatchStore> {
  if (!cluster) return openMatchStore(options);
  const onError = (error: unknown): void => log.warn({ error }, 'the store on Redis failed, and tries again');
  return openRedisMatchStore({ ...options, redis: cluster.hot, prefix: redisPrefix, onError });
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
  return {
    ...database,
    sql: { query: (...asked) => traceQuery('sql.query', () => outage.watch(() => sql.query(...asked))) },
  };
}

/** What history reads near at hand. */
function rowsOf(sql: Sql) {
  return {
    readLogs: (matchIds: readonly string[]) => readLogs(sql, matchIds),
    readMoments: (matchIds: readonly string[]) => readMoments(sql, matchIds),
  };
}
