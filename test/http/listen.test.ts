import { defineServer } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { createServer, type AddressInfo } from 'node:net';
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
