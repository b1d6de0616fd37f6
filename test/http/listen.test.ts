import { defineServer } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { listen } from '../../src/http/listen.ts';

const server = () =>
  defineServer({ greet: false, gracefullyShutdown: false, rooms: {}, transport: new WebSocketTransport() });

test('[HT11] a port that is in use is told in one line', async () => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  const { port } = busy.address() as AddressInfo;
  const consoleError = vi.spyOn(console, 'error');
  await expect(listen(server(), { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'http/port_busy',
    message: `port ${port} is in use: stop what listens there, or set PORT to another`,
  });
  expect(consoleError).not.toHaveBeenCalled();
  await new Promise((resolve) => busy.close(resolve));
});

test('[HT11] an address that is not of this machine is told in one line', async () => {
  // TEST-NET-1 (RFC 5737): nobody has an address of it.
  await expect(listen(server(), { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    code: 'http/no_address',
  });
});

test.runIf(process.platform === 'linux')(
  '[HT36] many who dial at once are taken within few turns',
  async () => {
    const many = server();
    const port = await listen(many, { host: '127.0.0.1', port: 0 });
    await expect(listen(server(), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'http/port_busy',
    });
    const http = (many.transport as unknown as { server: HttpServer }).server;
    let taken = 0;
    http.on('connection', () => taken++);
    const dialled = Array.from({ length: 320 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(dialled.map((socket) => once(socket, 'connect')));
    // the system has them all; what is counted from here on are turns
    let turns = 0;
    for (; taken < dialled.length; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(turns).toBeLessThan(dialled.length / 2);
    for (const socket of dialled) socket.destroy();
    await many.gracefullyShutdown(false);
    const late = connect(port, '127.0.0.1');
    expect(await once(late, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
  },
);
