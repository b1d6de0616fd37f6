/** Ports of the loopback address. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Below those that a system gives to outgoing connections: one of these would take the port of a server that is gone for
 * a moment.
 */
const [least, most] = [15_000, 32_000];
const tries = 100;
const answerMs = 1_000;

/** One that nobody uses now. */
export async function freePort(): Promise<number> {
  for (let i = 0; i < tries; i++) {
    const port = randomInt(least, most);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${least} to ${most} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
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
