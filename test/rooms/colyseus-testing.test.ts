/** `@colyseus/testing` with our app: docs/testing.md shows this file. */
import { ColyseusTestServer } from '@colyseus/testing';
import type { Room } from '@colyseus/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WhistTable } from '../../rooms/whist/state.ts';
import { sign, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let colyseus: ColyseusTestServer;
beforeAll(async () => {
  server = await startServer();
  colyseus = new ColyseusTestServer(server.app.server);
});
afterAll(() => server.close());

test('[R46] the room in the server and the room of the client, side by side', async () => {
  colyseus.sdk.auth.token = sign('ann');
  const client = await colyseus.sdk.joinOrCreate<WhistTable>('whist', { botDelayMs: 0 });
  const room: Room<{ state: WhistTable }> = colyseus.getRoomById(client.roomId);

  const received = room.waitForMessage('add_bot');
  client.send('add_bot', { id: '1', strength: 'weak' });
  const [from, message] = await received;
  expect(from.sessionId).toBe(client.sessionId);
  expect(message).toEqual({ id: '1', strength: 'weak' });

  for (const id of ['2', '3']) await client.request('add_bot', { id });
  const patched = client.waitForNextPatch();
  await client.request('ready', { id: '4' });
  await patched;
  expect(room.state.phase).toBe('playing');
  expect(client.state.phase).toBe('playing');
  expect(client.state.seats[0]!.hand).toHaveLength(26);
});
