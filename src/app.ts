/** The composition root: builds every service once. The only file of src/ that imports rooms/. */
import { defineRoom, defineServer, type Room, type Server } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { games as allGames } from '../rooms/index.ts';
import { openDevKey } from './auth/dev-key.ts';
import { createKeyRing } from './auth/key-ring.ts';
import { createMac } from './auth/mac.ts';
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
import { createHistory } from './history/history.ts';
import { startProjector } from './history/projector.ts';
import { systemClock } from './match/clock.ts';
import type { Game } from './match/game.ts';
import { bindRoom } from './match/match-room.ts';
import { Matches } from './match/matches.ts';
import { Reconnection } from './match/reconnection.ts';
import type { RoomLog, RoomServices } from './match/room-services.ts';
import { listen } from './http/listen.ts';
import type { MatchStore } from './store/match-store.ts';
import { openMatchStore } from './store/postgres-match-store.ts';

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
  const clock = systemClock;
  const games = overrides.games ?? allGames;
  const log = console as unknown as RoomLog;
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const database = await openStorage(config);
    closing.push(() => database.close());
    const stream = openEventStream({
      sql: database.sql,
      onError: (durable, error) => log.warn({ durable, error }, 'a consumer failed'),
    });
    closing.push(() => stream.close());
    const onCommit = (): void => stream.nudge();
    const storage = { sql: database.sql, processId: randomUUID(), now: clock.now, onCommit };
    const store = overrides.store ?? (await openMatchStore(storage));
    closing.push(() => store.close());

    const keys = createKeyRing(config.auth.keys ?? [openDevKey(config.dataDir)]);
    const tokens = createTokens({ ...config.auth, keys, now: clock.now });
    const history = createHistory({ database, stream });
    const matches = new Matches({ store, clock, games });
    const rooms = new LiveRooms(store, matches);
    const services: RoomServices = {
      clock,
      matches,
      reconnection: new Reconnection(createMac(keys, 'reconnection')),
      defaults: config.match,
      maxMessagesPerSecond: config.match.maxMessagesPerSecond,
      authenticate: (token) => tokens.verify(token),
      takeClaim: (matchId) => rooms.takeClaim(matchId),
      record: (matchId) => history.record(matchId),
      listMatches: (principal, query) => history.listForRoom(principal, query),
      log,
    };
    const { maxQueuedBytes } = config.match;
    installFrames({
      maxQueuedBytes,
      dropped: (sessionId) => log.warn({ sessionId }, 'a client that does not read is dropped'),
    });
    const beforeUpgrade = acceptReturns({
      rooms,
      authenticateReturn: (token) => tokens.verify(token, { graceSeconds: config.auth.returnGraceSeconds }),
      log,
    });
    const { pingIntervalMs } = config.http;
    const transport = new WebSocketTransport({
      pingInterval: pingIntervalMs,
      pingMaxRetries: 2,
      maxPayload: 4096,
      beforeUpgrade,
    });
    const server = defineServer({
      greet: false,
      gracefullyShutdown: false,
      driver: new MatchDriver(rooms),
      transport,
      rooms: Object.fromEntries(games.map((game) => [game.name, roomOf(game, services)])),
    });
    const port = await listen(server, config.http);
    closing.push(() => server.gracefullyShutdown(false));
    closing.push(startSweeper({ store, rooms, clock, log }));
    const projector = startProjector({
      stream,
      history,
      fault: (matchId, error) => log.error({ matchId, error }, 'a match can not become history'),
    });
    closing.push(() => projector.stop());
    return { port, server, close };
  } catch (error) {
    await close();
    throw error;
  }
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
