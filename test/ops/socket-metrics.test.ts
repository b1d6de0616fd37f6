/** Real sockets at Colyseus' transport, whose private counting of pings is what is counted here. */
import { defineServer, matchMaker, Room, type Server } from '@colyseus/core';
import { ColyseusSDK } from '@colyseus/sdk';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startHeartbeat } from '../../src/cluster/heartbeat.ts';
import { createHttp } from '../../src/http/http.ts';
import { listen } from '../../src/http/listen.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createMetrics, type Metrics } from '../../src/ops/metrics.ts';
import { Tables } from '../../src/ops/tables.ts';
import { parseExposition, type Scraped } from './exposition.ts';

class Lounge extends Room {
  override state = {
    seats: [
      { account: 'ann', bot: '' },
      { account: '', bot: 'weak' },
      { account: '', bot: '' },
    ],
  };
}

/** Two without an answer in time are none of a busy machine. */
const pingMs = 300;
const mostMissed = 2;
let metrics: Metrics;
let server: Server;
let port: number;
let stopHeartbeat: () => void;

beforeAll(async () => {
  metrics = createMetrics({ games: [] });
  const tables = new Tables();
  const http = createHttp({ endpoints: {}, log: createLogger({ level: 'silent' }) });
  const transport = new WebSocketTransport({ server: http.server, pingInterval: 0 });
  metrics.watchSockets(transport, mostMissed);
  stopHeartbeat = startHeartbeat(transport, { intervalMs: pingMs, mostMissed });
  metrics.readFrom({ tables: () => tables.count() });
  server = defineServer({
    greet: false,
    gracefullyShutdown: false,
    transport,
    rooms: {},
    express: http.express,
  });
  tables.watch('lounge', server.define('lounge', Lounge));
  port = await listen(server, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  stopHeartbeat();
  await server.gracefullyShutdown(false);
});

const scrape = async (): Promise<Scraped> => parseExposition(await metrics.text());

async function scraped(holds: (of: Scraped) => boolean, what: string): Promise<Scraped> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(5)) {
    const last = await scrape();
    if (holds(last)) return last;
  }
  throw new Error(`it was never so that ${what}`);
}

async function open(path = '/', options = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

describe('metrics of sockets and rooms', () => {
  test('[OP34] [OP35] open sockets, and rooms with who sits there, are looked up at a scrape', async () => {
    const before = (await scrape()).value('ws_connect_total')!;
    const room = await new ColyseusSDK(`http://127.0.0.1:${port}`).create('lounge');
    const { value } = await scraped((of) => of.value('ws_connections_active') === 1, 'one is open');
    expect(value('ws_connect_total')).toBe(before + 1);
    expect(value('gamekeeper_rooms', { game: 'lounge' })).toBe(1);
    for (const taken_by of ['person', 'bot', 'nobody'])
      expect(value('gamekeeper_seats', { game: 'lounge', taken_by })).toBe(1);
    await room.leave(true);
    const after = await scraped((of) => of.value('ws_connections_active') === 0, 'it was closed');
    await scraped((of) => of.value('gamekeeper_rooms', { game: 'lounge' }) === 0, 'its room is gone');
    expect(after.value('ws_disconnect_total', { reason: 'consented' })).toBe(1);
  });

  test('[OP34] a socket that answers no ping is told apart from one that is cut', async () => {
    const { processId, roomId, sessionId } = await matchMaker.create('lounge');
    await open(`/${processId}/${roomId}?sessionId=${sessionId}`, { autoPong: false });
    const { value } = await scraped((of) => of.value('ws_heartbeat_failures_total') === 1, 'it was given up');
    expect(value('ws_disconnect_total', { reason: 'heartbeat' })).toBe(1);
  });

  test('[OP31] [OP34] whatever code a client closes with, reasons are few', async () => {
    for (const code of [3000, 4999]) (await open()).close(code, 'hunter2');
    const { series } = await scraped(
      (of) => of.value('ws_disconnect_total', { reason: 'other' }) === 2,
      'both',
    );
    expect(JSON.stringify(series('ws_disconnect_total'))).not.toMatch(/3000|4999|hunter2/);
  });
});
