/** Pings at real sockets; turns are told apart by a timer that the test advances. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startHeartbeat } from '../../src/cluster/heartbeat.ts';
import { until } from '../support/server.ts';

const intervalMs = 20_000;
const turnMs = 100;
const turns = intervalMs / turnMs;

type Counting = WebSocket & { pingCount: number };

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Clients, each counting its pings, at a server whose heartbeat beats when the test says so. */
async function connect(count: number, autoPong = true) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  // as WebSocketTransport does
  wss.on('connection', (socket: Counting) => {
    socket.pingCount = 0;
    socket.on('pong', () => (socket.pingCount = 0));
  });
  const stop = startHeartbeat({ wss }, { intervalMs, mostMissed: 2 });
  await once(wss, 'listening');
  const { port } = wss.address() as AddressInfo;
  const pings = Array.from({ length: count }, () => 0);
  const clients = pings.map((_, i) =>
    new WebSocket(`ws://127.0.0.1:${port}`, { autoPong }).on('ping', () => pings[i]!++),
  );
  endings.push(() => {
    stop();
    vi.useRealTimers();
    for (const client of clients) client.terminate();
    wss.close();
  });
  await until(() => wss.clients.size === count, 'all have come');
  return { clients, pings, open: wss.clients as unknown as ReadonlySet<Counting> };
}

describe('heartbeat', () => {
  test('[CL80] each socket is pinged once an interval, a few in a turn', async () => {
    const sockets = 2 * turns;
    const { clients, pings, open } = await connect(sockets, false);
    const counted = (): number => [...open].reduce((sum, { pingCount }) => sum + pingCount, 0);
    for (let turn = 1; turn <= turns; turn++) {
      vi.advanceTimersByTime(turnMs);
      expect(counted()).toBe(turn * (sockets / turns));
    }
    await until(() => pings.every((count) => count === 1), 'each has got its ping');
    for (const client of clients) client.pong();
    await until(() => counted() === 0, 'all have answered');
  });

  test('[CL81] who leaves two pings unanswered is cut, and nobody else', async () => {
    const silent = await connect(3, false);
    const closed = silent.clients.slice(1).map((client) => once(client, 'close'));
    for (let beats = 0; beats < 3; beats++) {
      vi.advanceTimersByTime(intervalMs);
      silent.clients[0]!.pong();
      await until(() => [...silent.open][0]!.pingCount === 0, 'one has answered');
    }
    expect((await Promise.all(closed)).map(([code]) => code)).toEqual([1006, 1006]);
    await until(() => silent.open.size === 1, 'they are gone');
    expect(silent.clients[0]!.readyState).toBe(WebSocket.OPEN);
  });
});
