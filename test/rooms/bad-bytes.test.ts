/** What no SDK would ever send: bytes without sense, frames cut short, frames too long, lies about lengths. */
import { Protocol } from '@colyseus/core';
import fc from 'fast-check';
import { pack } from 'msgpackr';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startServer, type TestServer, until } from '../support/server.ts';
import { expectLog, expectToGoOn } from './log.ts';
import { encodeText, joinRaw, matchmake, RawClient } from './raw-client.ts';
import { openMatch, rejoin, type Table, tokenOf } from './table.ts';

let server: TestServer;
let table: Table;
beforeAll(async () => {
  // Colyseus' decoder tells the console of each invalid byte.
  vi.spyOn(console, 'error').mockImplementation(() => {});
  server = await startServer({ MAX_MESSAGES_PER_SECOND: '10000' });
  table = await openMatch(server.url);
});
afterAll(() => server.close());

/** The player of seat 3, with a bare socket in place of the SDK's. */
const joinAsThree = (): Promise<RawClient> =>
  joinRaw(server.url, 'joinById', table.matchId, tokenOf(table.tenant, 3));

async function expectOthersUnharmed(): Promise<void> {
  await rejoin(table, 3);
  await expectToGoOn(table);
}

const request = (id: number, name: string, payload: unknown): Buffer =>
  Buffer.concat([Buffer.of(Protocol.ROOM_REQUEST, id), encodeText(name), pack(payload)]);
const message = (name: string, payload: unknown): Buffer =>
  Buffer.concat([Buffer.of(Protocol.ROOM_DATA), encodeText(name), pack(payload)]);
/** What a client may say; a bid of 99 is refused whosever turn it is. */
const sensible = [
  request(1, 'bid', { id: 'a', bid: 99 }),
  message('bid', { id: 'b', bid: 99 }),
  request(2, 'play', { id: 'c', card: 'none' }),
  message('unknown', { deep: [[[{ deeper: ['x'] }]]] }),
  Buffer.concat([Buffer.of(Protocol.ROOM_DATA_BYTES), encodeText('bid'), Buffer.from('bytes')]),
  Buffer.of(Protocol.PING),
];

/** Sends one after the other, each over a connection that stands. Returns how often the server closed it. */
async function sendAll(payloads: readonly Uint8Array[]): Promise<number> {
  let closings = 0;
  let socket = await joinAsThree();
  for (const payload of payloads) {
    const answers = socket.framesOf(Protocol.PING).length;
    socket.send(payload);
    socket.send(Protocol.PING);
    await until(() => socket.closed !== null || socket.framesOf(Protocol.PING).length > answers);
    if (socket.closed === null) continue;
    closings++;
    socket = await joinAsThree();
  }
  return closings;
}

test('[R33] frames cut short anywhere harm nobody else', async () => {
  for (const frame of sensible)
    await sendAll(Array.from({ length: frame.length }, (_, end) => frame.subarray(0, end)));
  await expectOthersUnharmed();
});

test('[R33] random bytes, with and without a sensible beginning, harm nobody else', async () => {
  const kinds = Object.values(Protocol).filter((kind) => kind !== Protocol.LEAVE_ROOM);
  const noise = fc.tuple(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 200 }));
  const pure = noise.map(([kind, rest]) => Buffer.concat([Buffer.of(kind), rest]));
  const spoiled = fc
    .tuple(
      fc.constantFrom(...sensible),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    )
    .map(([frame, changes]) => {
      const bytes = Buffer.from(frame);
      for (const [at, byte] of changes) bytes[1 + (at % Math.max(1, bytes.length - 1))] = byte;
      return bytes;
    });
  let closings = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(pure, spoiled), { minLength: 20, maxLength: 40 }),
      async (payloads) => {
        closings += await sendAll(payloads);
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
  expect(closings).toBeGreaterThan(0);
  await expectOthersUnharmed();
});

test('[R33] lies about lengths, extensions and depth in MessagePack are no more than noise', async () => {
  const lies = [
    [0xdd, 0xff, 0xff, 0xff, 0xff],
    [0xdf, 0xff, 0xff, 0xff, 0xff],
    [0xdb, 0xff, 0xff, 0xff, 0xff],
    [0xc6, 0xff, 0xff, 0xff, 0xff],
    [0xc9, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0xd4, 0x72, 0x40],
    [0xc7, 0x02, 0x72, 0x40, 0x41],
    [0xd6, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0xc7, 0x00, 0x65],
    [0xc1],
    Array<number>(3_900).fill(0x91),
    Array<number>(3_900).fill(0x81),
  ];
  for (const kind of [Protocol.ROOM_DATA, Protocol.ROOM_REQUEST]) {
    const head = kind === Protocol.ROOM_DATA ? [kind] : [kind, 1];
    await sendAll(lies.map((lie) => Buffer.concat([Buffer.from(head), encodeText('bid'), Buffer.from(lie)])));
  }
  await expectOthersUnharmed();
});

test('[R34] a message of more than 4 KB ends its connection (1009), and its player joins again', async () => {
  const socket = await joinAsThree();
  socket.command('bid', { id: 'x', bid: 'y'.repeat(5_000) });
  await until(() => socket.closed !== null);
  expect(socket.closed).toBe(1009);
  await expectOthersUnharmed();
});

test('[R34] frames that WebSockets do not allow end their own connection', async () => {
  const mask = [0, 0, 0, 0];
  const illegal = [
    [0x82, 0x02, 0x0d, 0x00],
    [0xf2, 0x80, ...mask],
    [0x83, 0x80, ...mask],
    [0x80, 0x80, ...mask],
    [0x09, 0x80, ...mask],
    [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...mask],
    [0x81, 0x82, ...mask, 0xff, 0xfe],
  ];
  for (const bytes of illegal) {
    const socket = await joinAsThree();
    (socket.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
      Buffer.from(bytes),
    );
    await until(() => socket.closed !== null, `[${bytes.join(' ')}] ends the connection`);
  }
  await expectOthersUnharmed();
});

test('[R34] text instead of bytes, and fragments, are taken for what they say', async () => {
  const socket = await joinAsThree();
  socket.socket.send('hello');
  socket.socket.send(Buffer.of(Protocol.PING), { fin: false });
  socket.socket.send(Buffer.of(0), { fin: true });
  await until(() => socket.closed !== null || socket.framesOf(Protocol.PING).length > 0);
  await expectOthersUnharmed();
});

test('[R35] who reserves a seat and never comes, or comes and never says so, keeps nobody from playing', async () => {
  const { body } = await matchmake(server.url, 'joinById', table.matchId, tokenOf(table.tenant, 3));
  expect(body.sessionId).toBeTruthy();
  await expectToGoOn(table);
  const silent = new RawClient(server.url, body, { _authToken: tokenOf(table.tenant, 3) }, false);
  await until(() => silent.framesOf(Protocol.JOIN_ROOM).length > 0);
  silent.send(message('bid', { id: 'early', bid: 99 }));
  await until(() => silent.socket.readyState === silent.socket.OPEN);
  silent.socket.terminate();
  await expectOthersUnharmed();
});

test('[R35] half a handshake, and no HTTP at all, keep nobody from playing', async () => {
  const { port } = new URL(server.url);
  const path = `/any/${table.matchId}?sessionId=x&reconnectionToken=y`;
  const requests = [
    'GET',
    '\u0000\u0001\u0002\r\n\r\n',
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: short\r\n\r\n`,
    `GET //[:: HTTP/1.1\r\nHost: [\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `GET /%ff/%00 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  ];
  const sockets = requests.map((text) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    return socket.on('error', () => {});
  });
  for (const socket of sockets.slice(1))
    await until(() => socket.readyState !== 'opening' && socket.bytesWritten > 0);
  await expectToGoOn(table);
  for (const socket of sockets) socket.destroy();
});

test('[R29] after all this the log holds what was acknowledged, once', async () => {
  await server.stop();
  await expectLog(server.data, table);
  await server.start();
});
