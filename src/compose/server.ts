/** The sockets: HTTP with all endpoints and pages, and Colyseus with a room for each game. */
import { defineRoom, defineServer, type Room, type Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { join } from 'node:path';
import { installFrames } from '../cluster/frames.ts';
import { startHeartbeat } from '../cluster/heartbeat.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type LiveRooms, MatchDriver } from '../cluster/live-rooms.ts';
import { acceptReturns } from '../cluster/returns.ts';
import type { Config } from '../config.ts';
import { docs } from '../http/docs.ts';
import { createHttp } from '../http/http.ts';
import { listen } from '../http/listen.ts';
import { pages } from '../http/pages.ts';
import { bindRoom } from '../match/bind-room.ts';
import type { Game } from '../match/game.ts';
import type { RoomServices } from '../match/room-services.ts';
import { colyseusLogger } from '../ops/logger.ts';
import { scraperCheck } from '../ops/metrics-endpoint.ts';
import { developmentPlayground } from '../ops/playground.ts';
import { Tables } from '../ops/tables.ts';
import { defineReplayRoom } from '../replays/define-replay-room.ts';
import type { Verification } from '../replays/verification.ts';
import { Verifier } from '../replays/verifier.ts';
import type { Base } from './base.ts';
import type { Closing } from './closing.ts';
import { leaveHouse } from './draining.ts';
import { endpointsOf } from './endpoints.ts';
import { monitorOf } from './monitor.ts';
import { replayServices, verificationOf } from './replays.ts';
import { tellMetrics } from './sources.ts';

/** The built pages (scripts/build-web.ts). */
const webFolder = join(import.meta.dirname, '../../web/dist');
const maxMessageBytes = 4 * 1024;
/** Pings that a client may leave unanswered. */
const mostMissed = 2;

export interface Listening {
  readonly server: Server;
  readonly port: number;
}

export interface Brought {
  /** A module for the thread that verifies matches. */
  readonly engines: URL;
  /** Rooms that are no matches. */
  readonly rooms: Readonly<Record<string, new () => Room>>;
}

export async function openServer(
  config: Config,
  base: Base,
  { engines, rooms: more }: Brought,
  closing: Closing,
): Promise<Listening> {
  const { games, rooms, log, logEvent, cluster } = base;
  const { maxQueuedBytes } = config.match;
  installFrames({ maxQueuedBytes, dropped: (sessionId) => logEvent('slow_client_dropped', { sessionId }) });
  const verifier = new Verifier({ games: engines });
  closing.push(() => verifier.close());
  const verification = verificationOf(base, verifier);
  const http = httpOf(config, base, verification);
  const services = roomServices(config, base);
  const tables = new Tables();
  const transport = transportOf(config, base, http);
  base.watching.metrics.watchSockets(transport, mostMissed);
  const stopHeartbeat = startHeartbeat(transport, { intervalMs: config.http.pingIntervalMs, mostMissed });
  tellMetrics(base, { tables, verification });
  const server = defineServer({
    greet: false,
    gracefullyShutdown: false,
    logger: colyseusLogger(log),
    ...(cluster ? inHouse(config, cluster, rooms) : { driver: new MatchDriver(rooms) }),
    transport,
    routes: http.routes,
    express: http.express,
    rooms: {
      ...Object.fromEntries(games.map((game) => [game.name, roomOf(game, services, tables)])),
      replay: defineReplayRoom(replayServices(config, base)),
      ...Object.fromEntries(Object.entries(more).map(([name, room]) => [name, defineRoom(room)])),
    },
  });
  const port = await listen(server, config.http);
  closing.push(async () => {
    await leaveHouse(base);
    await server.gracefullyShutdown(false);
    stopHeartbeat();
  });
  await cluster?.join(port);
  return { server, port };
}

/** One of several processes. */
function inHouse({ cluster: settings }: Config, { presence, directory, place }: Cluster, rooms: LiveRooms) {
  directory.reviveBy((roomId) => rooms.ensure(roomId));
  const address = settings?.publicAddress;
  return {
    presence,
    driver: directory,
    selectProcessIdToCreateRoom: place,
    ...(address && { publicAddress: address }),
  };
}

function httpOf(config: Config, base: Base, verification: Verification) {
  const { tokens, log, cluster, rooms } = base;
  return createHttp({
    route: cluster?.route,
    inTurn: cluster?.inTurn,
    isOf: (matchId, tenantId) => rooms.isOf(matchId, tenantId),
    endpoints: endpointsOf(config, base, verification),
    authenticate: (token) => tokens.verify(token),
    isForeign: scraperCheck(config.metrics.token),
    hosts: hostsOf(config),
    origins: config.http.allowedOrigins,
    trustedProxies: config.http.trustedProxies,
    production: config.production,
    limits: base.limits,
    observer: base.watching.http,
    mounts: {
      '/docs': { handler: docs(), limit: 'pages' },
      '/monitor': monitorOf(config, base, webFolder),
      ...(!config.production && { '/playground': { handler: developmentPlayground(), limit: 'pages' } }),
      '/': { handler: pages(webFolder), limit: 'pages' },
    },
    log,
  });
}

/** Its own names, where strangers could mint tokens; null: any. */
function hostsOf({ production, http, cluster }: Config): string[] | null {
  const { host, allowedOrigins: origins } = http;
  if (production || origins === '*') return null;
  const address = cluster?.publicAddress;
  const urls = [...(address ? [`http://${address}`] : []), ...(origins ?? [])];
  return [host, ...urls.map((url) => new URL(url).hostname)];
}

function transportOf(
  config: Config,
  { rooms, reconnection, tokens, log }: Base,
  { server }: ReturnType<typeof httpOf>,
) {
  const graceSeconds = config.auth.returnGraceSeconds;
  return new WebSocketTransport({
    server,
    // pinged by our own heartbeat
    pingInterval: 0,
    maxPayload: maxMessageBytes,
    beforeUpgrade: acceptReturns({
      rooms,
      reconnection,
      authenticateReturn: (token) => tokens.verify(token, { graceSeconds }),
      log,
    }),
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

/** Strangers meet in rooms of their tenant that offer the same. */
function roomOf(game: Game, services: RoomServices, tables: Tables) {
  const defined = defineRoom<new () => Room>(bindRoom(game, services));
  tables.watch(game.name, defined);
  return defined.filterBy(['tenantId', 'offer'] as never[]);
}
