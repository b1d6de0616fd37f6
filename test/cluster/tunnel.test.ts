/** A socket that is handed on: what goes in comes out, and what breaks leaves nothing behind. */
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTunnel } from '../../src/cluster/tunnel.ts';
import { settled } from '../support/fake-clock.ts';
import { until } from '../support/server.ts';

const request = (more = ''): string =>
  `GET /p/room?a=%20b HTTP/1.1\r\nHost: play.example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`;

let owner: Server;
let front: HttpServer;
let owned: Socket[];
let fronted: Duplex[];
let hung: number;
let opened: Promise<boolean>[];
let ownerPort: number;

const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;

beforeEach(async () => {
  [owned, fronted, opened, hung] = [[], [], [], 0];
  owner = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    owned.push(socket);
  });
  front = createHttpServer();
  front.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    fronted.push(socket);
    const headers = { 'x-gamekeeper-hop': 'ours' };
    const tunnel = { request: req, socket, head, headers, host: '127.0.0.1', port: ownerPort };
    opened.push(openTunnel(tunnel, () => hung++));
  });
  for (const server of [owner, front]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  ownerPort = portOf(owner);
});
afterEach(() => {
  for (const socket of [...owned, ...fronted]) socket.destroy();
  owner.close();
  front.close();
});

/** A client that has sent this; and the owner's end of its tunnel, with the head of the request read. */
async function dial(sent: string | Buffer = request()) {
  const client = connect({ port: portOf(front), host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  client.write(sent);
  await until(() => owned.length > 0);
  const far = owned[0]!;
  const got = collect(far);
  await until(() => got().includes('\r\n\r\n'));
  const head = got().subarray(0, got().indexOf('\r\n\r\n') + 4);
  return { client, far, head, body: () => got().subarray(head.length), received: collect(client) };
}

function collect(socket: Socket): () => Buffer {
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  return () => Buffer.concat(parts);
}

const isOver = (socket: Socket): boolean => socket.readableEnded || socket.destroyed;

describe('a tunnel', () => {
  test('[CU40] passes the request on as it came, byte for byte, and adds its own headers', async () => {
    const odd = Buffer.from(request('X-Odd:  caf\xe9 \xff \r\nCookie: a=1\r\ncookie: b=2\r\n'), 'latin1');
    const { head } = await dial(odd);
    const text = head.toString('latin1');
    expect(text).toBe(
      'GET /p/room?a=%20b HTTP/1.1\r\nHost: play.example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'X-Odd: caf\xe9 \xff\r\nCookie: a=1\r\ncookie: b=2\r\nx-gamekeeper-hop: ours\r\n\r\n',
    );
  });

  test('[CU40] passes no header of its own that came from outside', async () => {
    const { head } = await dial(request('X-Gamekeeper-HOP: theirs\r\nx-gamekeeper-hop: again\r\n'));
    expect(head.toString().match(/hop: \w+/gi)).toEqual(['hop: ours']);
  });

  test('[CU41] passes any bytes in any pieces, both ways', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20_000 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, fc.uint8Array({ maxLength: 50 }), async (up, down, early) => {
        owned.length = 0;
        const { client, far, body, received } = await dial(Buffer.concat([Buffer.from(request()), early]));
        for (let i = 0; i < Math.max(up.length, down.length); i++) {
          if (up[i]) client.write(up[i]!);
          if (down[i]) far.write(down[i]!);
          await new Promise(setImmediate);
        }
        client.end();
        far.end();
        await Promise.all([once(client, 'close'), once(far, 'close')]);
        expect(body()).toEqual(Buffer.concat([early, ...up]));
        expect(received()).toEqual(Buffer.concat(down));
      }),
      { numRuns: 25 },
    );
    await until(() => fronted.every(({ destroyed }) => destroyed));
  });

  test.each(['client', 'owner'] as const)('[CU41] where the %s ends, the other may go on', async (who) => {
    const { client, far, body, received } = await dial();
    far.write('ready');
    await until(() => received().length === 5);
    const [first, second] = who === 'client' ? [client, far] : [far, client];
    const large = randomBytes(3_000_000);
    first.end('last');
    await once(second, 'end');
    second.end(large);
    await once(first, 'close');
    expect(body().toString('latin1')).toBe(
      (who === 'client' ? Buffer.from('last') : large).toString('latin1'),
    );
    expect(
      received()
        .subarray(5)
        .equals(who === 'client' ? large : Buffer.from('last')),
    ).toBe(true);
    await until(() => fronted[0]!.destroyed);
  });

  test('[CU41] whose client does not read yet loses nothing when the owner has ended', async () => {
    const { client, far, received } = await dial();
    far.write('ready');
    await until(() => received().length === 5);
    client.pause();
    client.end();
    let sent = 5;
    // until a little of it has to wait in between
    while (fronted[0]!.writableLength === 0) {
      far.write(Buffer.alloc(8_192, 1));
      sent += 8_192;
      await new Promise(setImmediate);
    }
    far.end();
    await once(far, 'close');
    for (let i = 0; i < 5; i++) await settled();
    client.resume();
    await once(client, 'close');
    expect(received().length).toBe(sent);
  });

  test('[CU42] holds an owner up whose client does not read', async () => {
    const { client, far, received } = await dial();
    far.write('ready');
    await until(() => received().length === 5);
    client.pause();
    const total = 64 * 1_048_576;
    let sent = 0;
    const piece = Buffer.alloc(1_048_576, 1);
    const write = (): void => {
      while (sent < total) {
        sent += piece.length;
        if (!far.write(piece)) return void far.once('drain', write);
      }
    };
    write();
    const before = process.memoryUsage().arrayBuffers;
    let last = -1;
    // what fits into the kernel's buffers has gone when nothing moves any more
    while (last !== far.bytesWritten - far.writableLength) {
      last = far.bytesWritten - far.writableLength;
      await new Promise((resume) => setTimeout(resume, 100));
    }
    expect(sent).toBeLessThan(total);
    expect(fronted[0]!.writableLength).toBeLessThan(4 * 1_048_576);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1_048_576);
    client.resume();
    await until(() => received().length === 5 + total);
    client.destroy();
  });

  test.each(['client', 'owner'] as const)('[CU43] where the %s breaks off, the other is cut', async (who) => {
    const { client, far } = await dial();
    far.write('ready');
    await once(client, 'data');
    const [first, second] = who === 'client' ? [client, far] : [far, client];
    first.resetAndDestroy();
    await until(() => isOver(second));
    await until(() => fronted[0]!.destroyed);
    expect(hung).toBe(0);
  });

  test('[CU43] whose client is gone before it was there is closed', async () => {
    const client = connect(portOf(front), '127.0.0.1');
    client.write(request());
    front.once('upgrade', (_, socket) => socket.destroy());
    await until(() => opened.length > 0);
    expect(await opened[0]).toBe(true);
    await until(() => owned.length > 0);
    await until(() => isOver(owned[0]!));
  });

  test('[CU44] to where nothing listens is none, and the socket is as it was', async () => {
    owner.close();
    await once(owner, 'close');
    const client = connect(portOf(front), '127.0.0.1');
    client.write(request());
    await until(() => opened.length > 0);
    expect(await opened[0]).toBe(false);
    const [socket] = fronted;
    socket!.end('still here');
    expect((await once(client, 'data')).toString()).toBe('still here');
    expect(socket!.listenerCount('data')).toBe(0);
  });

  test('[CU44] to one that takes it and says nothing is given up after three seconds', async () => {
    const { client } = await dial();
    await until(() => isOver(client) && isOver(owned[0]!));
    expect(hung).toBe(1);
  });

  test('[CU43] leaves nothing behind, however it ends', async () => {
    const open = (): number =>
      process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;
    const before = open();
    for (const end of ['client', 'owner', 'both', 'break']) {
      owned.length = 0;
      const { client, far } = await dial();
      far.write('x');
      await once(client, 'data');
      if (end === 'break') far.destroy();
      if (end === 'client' || end === 'both') client.end();
      if (end === 'owner' || end === 'both') far.end();
      client.on('end', () => client.end());
      far.on('end', () => far.end());
      await until(() => client.destroyed && far.destroyed && fronted.every(({ destroyed }) => destroyed));
    }
    await until(() => open() <= before);
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(timers).toBeLessThan(5);
  });
});
