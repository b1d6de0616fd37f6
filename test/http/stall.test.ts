/** Clients that hold a connection and do nothing with it. */
import { createEndpoint, Room } from '@colyseus/core';
import { ColyseusSDK } from '@colyseus/sdk';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from './support.ts';

class Quiet extends Room {}

/** More than the buffers of a connection hold, several times over. */
const long = 'x'.repeat(8_000_000);
const endpoints = {
  long: createEndpoint('/long', { method: 'GET' }, async () => ({ long })),
};
let ended: (() => void) | undefined;

let http: TestHttp;
beforeAll(async () => {
  const observer = {
    request(seen: { response: NodeJS.EventEmitter }, handle: () => void) {
      seen.response.once('close', () => ended?.());
      handle();
    },
    upgrade: () => {},
    malformed: () => {},
  };
  http = await startHttp({ endpoints, observer, stallMs: 300 }, { quiet: Quiet });
});
afterAll(() => http.close());

/** Asks, and takes nothing of the answer; resolves when the server has given it up. */
async function stall(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  ended = resolve;
  const socket = connect(http.port, '127.0.0.1').pause();
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('GET /long HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(4));
  await promise;
  socket.destroy();
}

test('[HT37] who takes nothing of an answer is cut', () => stall());

test('[HT37] who reads on comes to the end of it', async () => {
  const read = (await (await fetch(`${http.url}/long`)).json()) as { long: string };
  expect(read.long.length).toBe(long.length);
});

test('[HT37] who sits in a room and says nothing stays', async () => {
  const room = await new ColyseusSDK(http.url).joinOrCreate('quiet');
  let isCut = false;
  room.onLeave(() => (isCut = true));
  await stall();
  await stall();
  expect(isCut).toBe(false);
  await room.leave();
});
