/**
 * NATS for tests: names of their own on the server at TEST_NATS_URL (or the local one), and servers of their own that may
 * be killed. Tests are left out where nothing answers, unless CI=true; so are those that need the program `nats-server`.
 */
import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leash } from '../../scripts/cluster/leash.ts';
import { serversOf } from '../../src/events/nats-servers.ts';
import type { StreamNames } from '../../src/events/nats-stream.ts';

export const natsUrl = process.env['TEST_NATS_URL'] ?? 'nats://127.0.0.1:4222';

const demanded = process.env['CI'] === 'true';
/** Whether tests on the server are run. */
export const hasNats = demanded || (await answers(natsUrl));
/** Whether tests on servers of their own are run. */
export const hasNatsProgram = demanded || spawnSync('nats-server', ['--version']).status === 0;

/** Names that nobody else has; `drop` removes the stream. */
export function ownNames(url = natsUrl): { readonly names: StreamNames; drop(): Promise<void> } {
  const id = randomUUID().replaceAll('-', '');
  const names = { stream: `TEST_${id}`, prefix: `test_${id}` };
  return {
    names,
    drop: () => withManager(url, (jsm) => jsm.streams.delete(names.stream)).then(() => undefined),
  };
}

/** Something done with the streams of a server, beside what is tested. */
export async function withManager<T>(
  url: string,
  work: (jsm: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>,
): Promise<T> {
  const nc = await connectNats(serversOf(url));
  try {
    return await work(await jetstreamManager(nc));
  } finally {
    await nc.close();
  }
}

export interface NatsServer {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port and data. */
  start(): Promise<void>;
  /** Ends it, and removes its data. */
  close(): Promise<void>;
}

/** A server of one's own on a free port; `options` as on its command line. It runs once `start` was called. */
export async function makeNatsServer(
  options: readonly string[] = [],
  user?: { readonly name: string; readonly password: string },
): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-nats-'));
  const port = await freePort();
  const as = user ? `${user.name}:${encodeURIComponent(user.password)}@` : '';
  const url = `nats://${as}127.0.0.1:${port}`;
  const asked = user ? ['--user', user.name, '--pass', user.password] : [];
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (!child) return;
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  };
  return {
    url,
    kill,
    async start() {
      const where = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder];
      child = spawn('nats-server', [...where, ...asked, ...options], { stdio: 'ignore' });
      leash(child, 'SIGKILL', folder);
      while (!(await answers(url))) if (child.exitCode !== null) throw new Error('nats-server ended');
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

/** A way to a server that is slow, or cut. */
export interface Proxy {
  readonly url: string;
  /** Milliseconds that everything takes in each direction. */
  delayMs: number;
  /** How often someone has come. */
  readonly connections: number;
  /** How much has come from there. */
  readonly bytes: number;
  cut(): void;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let connections = 0;
  let bytes = 0;
  const server = createServer((near) => {
    connections++;
    near.on('data', (data) => (bytes += data.length));
    const far = connect({ host: hostname, port: Number(port) });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => void setTimeout(() => to.write(data), proxy.delayMs));
      from.on('error', () => to.destroy());
      from.on('close', () => (to.destroy(), sockets.delete(from)));
    }
  });
  const proxy: Proxy = {
    url: `nats://127.0.0.1:${await listen(server)}`,
    delayMs: 0,
    get connections() {
      return connections;
    },
    get bytes() {
      return bytes;
    },
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async close() {
      proxy.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function answers(url: string): Promise<boolean> {
  try {
    await withManager(url, (jsm) => jsm.getAccountInfo());
    return true;
  } catch {
    return false;
  }
}
