/** What stock Colyseus gets wrong (each was reproduced there), and rooms here do not. */
import { type Client, matchMaker } from '@colyseus/core';
import type { Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { games } from '../../rooms/index.ts';
import { sdkClient, sign, startServer, type TestServer, until } from '../support/server.ts';
import { chatter, type ChatterTable, noise } from './chatter-game.ts';
import { expectToGoOn } from './log.ts';
import { decodeStates, joinRaw, RawClient } from './raw-client.ts';
import { openMatch } from './table.ts';

const maxQueuedBytes = 4_000_000;
let server: TestServer;
beforeAll(async () => {
  const env = { MAX_MESSAGES_PER_SECOND: '1000', MAX_QUEUED_BYTES: String(maxQueuedBytes) };
  server = await startServer(env, [...games, chatter]);
});
afterAll(() => server.close());

const newTenant = () => `t-${randomUUID()}`;
const clientsOf = (roomId: string): Client[] => matchMaker.getLocalRoomById(roomId)?.clients ?? [];
const socketOf = ({ ref }: Client): Socket => (ref as unknown as { _socket: Socket })._socket;

async function openChatter(tenantId = newTenant()): Promise<Room<unknown, ChatterTable>> {
  const room = await sdkClient(server.url, sign('host', { tenantId })).joinOrCreate<ChatterTable>('chatter');
  await request(room, 'ready');
  return room;
}

const request = (room: Room<unknown, ChatterTable>, name: string, payload: object = {}) =>
  room.request<object, { n: number }>(name as never, { id: randomUUID(), ...payload } as never);

describe('trap 1: a handler that fails', () => {
  test.each(['throw', 'reject', 'throw_later'])(
    '[R36] %s ends neither process nor room, its own or another',
    async (how) => {
      const table = await openMatch(server.url);
      const room = await openChatter();
      room.send(how as never);
      const answered = request(room, how).catch(() => {});
      await request(room, 'say', { length: 10 });
      await answered;
      await until(() => room.state.said === 1);
      expect(room.state.text).toBe(noise(1, 10));
      await expectToGoOn(table);
    },
  );

  test('[R36] rules that throw refuse that command with match/fault, and the match goes on from before it', async () => {
    const room = await openChatter();
    await request(room, 'say', { length: 5 });
    const fault = await request(room, 'fail').catch(({ reason }) => reason as { code: string });
    expect(fault).toMatchObject({ code: 'match/fault' });
    await request(room, 'say', { length: 7 });
    await until(() => room.state.said === 2);
    expect(room.state.text).toBe(noise(2, 7));
  });
});

describe('trap 2: a client that reads slowly, or not at all', () => {
  /** A host, one who watches and reads, and one who watches and does not. */
  async function stall() {
    const tenantId = newTenant();
    const host = await openChatter(tenantId);
    const watch = (who: string) =>
      joinRaw(server.url, 'joinById', host.roomId, sign(who, { tenantId }), { spectate: true });
    const [reader, sleeper] = [await watch('reader'), await watch('sleeper')];
    sleeper.socket.pause();
    const id = sleeper.reconnectionToken.split('.')[0];
    const served = (): Client | undefined => clientsOf(host.roomId).find(({ sessionId }) => sessionId === id);
    return { host, reader, sleeper, served };
  }

  /** Long texts, until something holds. */
  async function sayUntil(host: Room<unknown, ChatterTable>, holds: () => boolean): Promise<void> {
    for (let times = 0; !holds(); times++) {
      if (times > 300) throw new Error('60 MB were said, and nothing came of it');
      await request(host, 'say', { length: 200_000 });
    }
  }

  const isEqual = (a: RawClient, b: RawClient, from: number): boolean =>
    b.frames.slice(from).every((frame, i) => frame.equals(a.frames[from + i]!));

  test('[R37] gets every patch whole when it reads again, byte for byte what the others got', async () => {
    const { host, reader, sleeper, served } = await stall();
    await sayUntil(host, () => socketOf(served()!).writableLength > maxQueuedBytes / 2);
    sleeper.socket.resume();
    await until(
      () => reader.frames.length === sleeper.frames.length && reader.frames.length > host.state.said,
    );
    expect(isEqual(reader, sleeper, 1)).toBe(true);
    const texts = decodeStates(sleeper.frames).map((state) => state as { said: number; text: string });
    for (const { said, text } of texts) if (said > 0) expect(text).toBe(noise(said, 200_000));
    expect(texts.at(-1)!.said).toBe(host.state.said);
  });

  test('[R38] is dropped when its queue passes the bound, and returns to the whole state; the others miss nothing', async () => {
    const { host, reader, sleeper, served } = await stall();
    await sayUntil(host, () => served() === undefined);
    const { said } = host.state;
    await until(() => reader.framesOf(15).length >= said);
    expect(decodeStates(reader.frames).at(-1)).toMatchObject({ said, text: noise(said, 200_000) });
    sleeper.socket.resume();
    await until(() => sleeper.closed !== null);
    expect(sleeper.frames.length).toBeLessThan(reader.frames.length);
    expect(isEqual(reader, sleeper, 1)).toBe(true);

    const [tenantId, roomId] = [
      matchMaker.getLocalRoomById(host.roomId).metadata.tenantId as string,
      host.roomId,
    ];
    const query = { reconnectionToken: sleeper.reconnectionToken, _authToken: sign('sleeper', { tenantId }) };
    const sessionId = sleeper.reconnectionToken.split('.')[0]!;
    const back = await new RawClient(server.url, { roomId, processId: 'any', sessionId }, query).joined();
    expect(decodeStates(back.frames).at(-1)).toMatchObject({ said, text: noise(said, 200_000) });
  });
});

describe('trap 3: who was thrown out', () => {
  test.each([
    [
      'a flood',
      (socket: RawClient) => Array.from({ length: 3_000 }, () => socket.command('say', { id: 'x' })),
    ],
    [
      'bytes without sense',
      (socket: RawClient) =>
        socket.send(13, Buffer.of(0xa3), Buffer.from('say'), Buffer.of(0xdc, 0xff, 0xff)),
    ],
  ])(
    '[R39] by %s has no seat held: a room where nobody else is closes at once, not after 70 s',
    async (_, offend) => {
      const token = sign('lonely', { tenantId: newTenant() });
      const socket = await joinRaw(server.url, 'joinOrCreate', 'chatter', token);
      const [room] = await matchMaker.query({ name: 'chatter' }).then((all) => all.slice(-1));
      offend(socket);
      await until(() => socket.closed !== null);
      expect(socket.closed).toBe(4002);
      await until(() => matchMaker.getLocalRoomById(room!.roomId) === undefined);
      await joinRaw(server.url, 'joinOrCreate', 'chatter', token);
    },
  );
});
