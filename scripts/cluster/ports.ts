/** Ports of the loopback address. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

const answerMs = 1_000;

/** One that nobody uses now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Whether what listens there answers `hello` with a first line such as `expected`. */
export function greets(port: number, hello: string, expected: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: answerMs });
    const end = (isIt: boolean): void => {
      socket.destroy();
      resolve(isIt);
    };
    socket.once('connect', () => void (hello && socket.write(hello)));
    socket.once('data', (data) => end(expected.test(data.toString('latin1'))));
    socket
      .once('timeout', () => end(false))
      .once('error', () => end(false))
      .once('close', () => end(false));
  });
}
