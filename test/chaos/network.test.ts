import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Network } from '../../chaos/network.ts';
import { until } from '../support/server.ts';

/** A server that says back what it hears. */
let echo: Server;
let served: Socket[];
let network: Network;
let opened: Socket[];

beforeEach(async () => {
  served = [];
  opened = [];
  echo = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => {}).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  network = await Network.listen();
  network.aim((echo.address() as AddressInfo).port);
});
afterEach(() => {
  network.close();
  for (const socket of [...opened, ...served]) socket.destroy();
  echo.close();
});

interface Caller {
  readonly socket: Socket;
  heard: string;
  isClosed: boolean;
}

function call(): Caller {
  const socket = connect(network.port, '127.0.0.1');
  const caller = { socket, heard: '', isClosed: false };
  opened.push(socket);
  socket.on('data', (data) => void (caller.heard += data.toString()));
  socket.on('error', () => {}).on('close', () => void (caller.isClosed = true));
  return caller;
}

/** Said and heard back. */
async function talk(caller: Caller, text: string): Promise<void> {
  const expected = caller.heard + text;
  caller.socket.write(text);
  await until(() => caller.heard === expected, `${text} comes back`);
}

describe('the network', () => {
  test('[CH4] slow: everything comes in its order, and later', async () => {
    const caller = call();
    await talk(caller, 'before ');
    network.slow(40);
    const began = performance.now();
    for (let i = 0; i < 50; i++) caller.socket.write(`${i} `);
    // what is under way when it gets faster is not overtaken
    network.slow(5);
    caller.socket.write('last');
    const all = `before ${Array.from({ length: 50 }, (_, i) => `${i} `).join('')}last`;
    await until(() => caller.heard === all, 'all came in order');
    expect(performance.now() - began).toBeGreaterThan(5);
    network.mend();
    await talk(caller, ' after');
  });

  test('[CH4] slow: what was sent before a close arrives', async () => {
    const caller = call();
    await talk(caller, 'x');
    network.slow(30);
    served[0]!.end('the end');
    await until(() => caller.isClosed, 'it is closed');
    expect(caller.heard).toBe('xthe end');
  });

  test('[CH4] cut: connections break, and none comes about until it is mended', async () => {
    const caller = call();
    await talk(caller, 'x');
    network.cut();
    await until(() => caller.isClosed && served[0]!.destroyed, 'both ends are told');
    const late = call();
    await until(() => late.isClosed, 'no connection');
    network.mend();
    await talk(call(), 'again');
  });

  test('[CH4] half open: nothing gets through, nobody is told, and both are when it is mended', async () => {
    const [lost, fine] = [call(), call()];
    await talk(lost, 'a');
    await talk(fine, 'b');
    network.swallow(2);
    lost.socket.write('nobody hears this');
    await talk(fine, 'c');
    expect([lost.heard, lost.isClosed]).toEqual(['a', false]);
    expect(served.every(({ destroyed }) => !destroyed)).toBe(true);
    network.mend();
    await until(() => lost.isClosed && served[0]!.destroyed, 'both ends are told');
    await talk(fine, 'd');
    expect(lost.heard).toBe('a');
  });
});
