/** The composition root: builds every service once. The only file of src/ that imports rooms/. */
import { defineRoom, defineServer, type Room, type Server } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { games as allGames } from '../rooms/index.ts';
import { devTokenEndpoints } from './auth/dev-token.ts';
import { openDevKey } from './auth/dev-key.ts';
import { createKeyRing } from './auth/key-ring.ts';
import { createMac } from './auth/mac.ts';
import type { Principal } from './auth/principal.ts';
import { createTokens } from './auth/tokens.ts';
import { installFrames } from './cluster/frames.ts';
import { LiveRooms, MatchDriver } from './cluster/live-rooms.ts';
import { acceptReturns } from './cluster/returns.ts';
import { startSweeper } from './cluster/sweeper.ts';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './database/database.ts';
import { entities } from './database/entities.ts';
import { migrate } from './database/migrate.ts';
import { openEventStream } from './events/postgres-event-stream.ts';
import { historyEndpoints } from './history/endpoints.ts';
import { createHistory } from './history/history.ts';
import { startProjector } from './history/projector.ts';
import { writeMatch } from './history/recorder.ts';
import { summarize } from './history/summarize.ts';
import { systemClock } from './match/clock.ts';
import type { Game } from './match/game.ts';
import { bindRoom } from './match/bind-room.ts';
import { Matches } from './match/matches.ts';
import { Reconnection } from './match/reconnection.ts';
import type { RoomServices } from './match/room-services.ts';
import { simulate } from './match/simulate.ts';
import { createHttp } from './http/http.ts';
import { listen } from './http/listen.ts';
import { pages } from './http/pages.ts';
import { createRequirePrincipal } from './http/principal.ts';
import { createEvents } from './ops/events.ts';
import { healthEndpoints } from './ops/health.ts';
import { colyseusLogger, createLogger } from './ops/logger.ts';
import { adminMonitor } from './ops/monitor.ts';
import { soloBodyLimits, soloEndpoints } from './solo/endpoints.ts';
import { createSolo, type Solo } from './solo/solo.ts';
import type { MatchStore } from './store/match-store.ts';
import { openMatchStore } from './store/postgres-match-store.ts';

/** The built pages (scripts/build-web.ts). */
const webFolder = join(import.meta.dirname, '../web/dist');

export interface App {
  readonly port: number;
  readonly server: Server;
  /** Parks every match, sends the clients away to return, and closes what was opened. */
  close(): Promise<void>;
}

/** What a test or a bench brings of its own. */
export interface Overrides {
  readonly games?: readonly Game[];
  readonly store?: MatchStore;
}

/** Starts a server. Throws errors with a `code` and a message for whoever started it; nothing is left open then. */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  // Half the memory of a small room are the encoder's buffers, which grow where a state is larger.
  Encoder.BUFFER_SIZE = 2 * 1024;
  const closing: Closing = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const base = await openBase(config, overrides, closing);
    const { server, port } = await openServer(config, base, closing);
    startWorkers(base, closing);
    return { port, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closing = (() => Promise<unknown>)[];
type Base = Awaited<ReturnType<typeof openBase>>;

/** Everything that needs no socket. */
async function openBase(config: Config, overrides: Overrides, closing: Closing) {
  const clock = systemClock;
  const games = overrides.games ?? allGames;
  const log = createLogger(config.log);
  const logEvent = createEvents(log);
  const database = await openStorage(config);
  closing.push(() => database.close());
  const stream = openEventStream({
    sql: database.sql,
    onError: (durable, error) =>
      log.warn({ durable, error }, 'a consumer of the stream failed, and tries again'),
  });
  closing.push(() => stream.close());
  const processId = randomUUID();
  const onCommit = (): void => stream.nudge();
  const store =
    overrides.store ?? (await openMatchStore({ sql: database.sql, processId, now: clock.now, onCommit }));
  closing.push(() => store.close());
  const keys = createKeyRing(config.auth.keys ?? [openDevKey(config.dataDir)]);
  const tokens = createTokens({ ...config.auth, keys, now: clock.now });
  const history = createHistory({ database, stream });
  const matches = new Matches({ store, clock, games });
  const rooms = new LiveRooms(store, matches);
  const reconnection = new Reconnection(createMac(keys, 'reconnection'));
  return {
    clock,
    games,
    log,
    logEvent,
    database,
    stream,
    store,
    tokens,
    history,
    matches,
    rooms,
    reconnection,
  };
}

async function openServer(
  config: Config,
  base: Base,
  closing: Closing,
): Promise<{ server: Server; port: number }> {
  const { games, rooms, log, logEvent, tokens } = base;
  const { maxQueuedBytes } = config.match;
  installFrames({ maxQueuedBytes, dropped: (sessionId) => logEvent('slow_client_dropped', { sessionId }) });
  const http = createHttp({
    endpoints: endpointsOf(config, base),
    bodyLimits: soloBodyLimits,
    authenticate: (token) => tokens.verify(token),
    mounts: {
      '/monitor': adminMonitor({ tokens, logEvent, secureCookie: config.production }),
      '/': pages(webFolder),
    },
    log,
  });
  const transport = new WebSocketTransport({
    server: http.server,
    pingInterval: config.http.pingIntervalMs,
    pingMaxRetries: 2,
    maxPayload: 4 * 1024,
    beforeUpgrade: acceptReturns({
      rooms,
      authenticateReturn: (token) => tokens.verify(token, { graceSeconds: config.auth.returnGraceSeconds }),
      log,
    }),
  });
  const services = roomServices(config, base);
  const server = defineServer({
    greet: false,
    gracefullyShutdown: false,
    logger: colyseusLogger(log),
    driver: new MatchDriver(rooms),
    transport,
    routes: http.routes,
    express: http.express,
    rooms: Object.fromEntries(games.map((game) => [game.name, roomOf(game, services)])),
  });
  const port = await listen(server, config.http);
  closing.push(() => server.gracefullyShutdown(false));
  return { server, port };
}

function endpointsOf(config: Config, base: Base) {
  const { tokens, logEvent, history, database } = base;
  const requirePrincipal = createRequirePrincipal(tokens);
  const minted = ({ accountId, tenantId, roles }: Principal): void =>
    logEvent('token_minted', { accountId, tenantId, roles });
  return {
    ...healthEndpoints([{ name: 'database', check: () => database.sql.query('select 1') }]),
    ...historyEndpoints({ history, requirePrincipal }),
    ...soloEndpoints({ solo: soloOf(base), requirePrincipal }),
    ...(config.production ? {} : devTokenEndpoints({ tokens, ttlSeconds: config.auth.tokenSeconds, minted })),
  };
}

function soloOf({ database, clock, games }: Base): Solo {
  return createSolo({
    database,
    now: clock.now,
    games,
    simulate: (play) => simulate(games, play),
    // the recorder's own transaction becomes a part of this one
    addToHistory: (em, records) => writeMatch({ ...database, em: () => em }, summarize(records)!),
  });
}

function roomServices(
  { match }: Config,
  { clock, matches, rooms, history, reconnection, tokens, log, logEvent }: Base,
): RoomServices {
  return {
    clock,
    matches,
    reconnection,
    defaults: match,
    maxMessagesPerSecond: match.maxMessagesPerSecond,
    authenticate: (token) => tokens.verify(token),
    takeClaim: (matchId) => rooms.takeClaim(matchId),
    record: (matchId) => history.record(matchId),
    listMatches: (principal, query) => history.listForRoom(principal, query),
    log,
    logEvent,
  };
}

/** What goes on by itself: waking matches whose time has come, and writing history. */
function startWorkers({ store, rooms, clock, log, stream, history }: Base, closing: Closing): void {
  closing.push(startSweeper({ store, rooms, clock, log }));
  const fault = (matchId: string, error: unknown): void =>
    log.error({ matchId, error }, 'a match can not become history');
  const projector = startProjector({ stream, history, fault });
  closing.push(() => projector.stop());
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

/** Strangers meet in rooms of their tenant that offer the same. */
function roomOf(game: Game, services: RoomServices) {
  return defineRoom<new () => Room>(bindRoom(game, services)).filterBy(['tenantId', 'offer'] as never[]);
}
