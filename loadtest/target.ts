/** The server under load: one that runs already, or one of our own. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DemoError } from '../demo/demo-error.ts';
import { openStorage } from '../bench/storage.ts';
import { freePort } from '../scripts/cluster/ports.ts';
import { ServerProcess } from '../scripts/cluster/server-process.ts';
import { unlimited } from '../scripts/unlimited.ts';
import type { Address } from './guest.ts';

const run = promisify(execFile);

export interface Target extends Address {
  readonly url: string;
  /** AUTH_KEYS of the server; null: it is asked for tokens. */
  readonly keys: string | null;
  close(): Promise<void>;
}

/** What to do about HTTP 429. */
export const limitHint = `The server limits this load (HTTP 429). Start it with ${Object.entries(unlimited)
  .map((variable) => variable.join('='))
  .join(' ')}`;

/** A server that runs already. Throws DemoError for an address that is none, or of another machine unless it is owned. */
export function targetAt(text: string, keys: string | null, isOwned: boolean): Target {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.username !== '' || url.search !== '')
    throw new DemoError('--url must be the address of a server, such as http://127.0.0.1:2567');
  const { hostname, port } = url;
  if (!isLoopback(hostname) && !isOwned)
    throw new DemoError(
      `${hostname} is not this machine: load it only if it is yours, with --i-own-this-server`,
    );
  return { url: url.origin, host: hostname, port: Number(port || 80), keys, close: async () => {} };
}

/** Of a server of our own: what stands in the environment of a person is not meant for it. */
const ownEnvironment = {
  ...unlimited,
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  DATABASE_URL: '',
  NATS_URL: '',
  REDIS_URL: '',
  PUBLIC_ADDRESS: '',
  LOG_LEVEL: 'warn',
  TURN_SECONDS: '600',
};

const isLoopback = (host: string): boolean => host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * A server of our own, with its data: on the PostgreSQL at `database`, else embedded; its main thread on a core, if one is
 * given. `say` is told what it logs. Throws ClusterError where it does not start.
 */
export async function startTarget(
  database: string | null,
  core: number | null,
  say: (line: string) => void,
): Promise<Target> {
  const keys = `load:${randomBytes(32).toString('hex')}`;
  const storage = await openStorage(database === null ? 'PGlite' : 'PostgreSQL', database ?? '');
  const port = await freePort();
  const env = { ...ownEnvironment, ...storage.env, AUTH_KEYS: keys };
  let lines: string[] = [];
  const line = (text: string): void => {
    lines = [...lines.slice(-20), text];
    if (text.startsWith('{')) say(text);
  };
  const died = (how: string): void => say(`the server has ended by itself (${how})`);
  const server = new ServerProcess({ name: 'the server', port, env, line, died });
  const close = async (): Promise<void> => {
    await server.end('SIGTERM');
    await server.close();
    await storage.drop();
  };
  try {
    await server.start();
    if (core !== null) await run('taskset', ['-cp', String(core), String(server.pid)]);
  } catch (error) {
    lines.forEach(say);
    await close();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port, keys, close };
}
