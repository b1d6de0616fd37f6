/**
 * Redis, PostgreSQL and NATS of one's own from the programs of this machine: on free ports of the loopback address, with
 * their data in temporary folders. Nothing of them stays when this process ends, whichever way.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { freePort, greets } from './ports.ts';
import { ClusterError } from './cluster-error.ts';
import { Service } from './service.ts';

const loopback = '127.0.0.1';

/** Writes down each command, so that a killed one knows all when it starts again; `keeps` false: it knows nothing then. */
export async function makeRedis({ keeps = true } = {}): Promise<Service> {
  mustRun('redis-server', 'Redis', 'REDIS_URL');
  const port = await freePort();
  const options = ['--save', '', '--appendonly', keeps ? 'yes' : 'no', '--appendfsync', 'everysec'];
  return new Service({
    name: 'redis',
    url: `redis://${loopback}:${port}`,
    command: (folder) => [
      'redis-server',
      ['--port', `${port}`, '--bind', loopback, '--dir', folder, ...options],
    ],
    answers: () => greets(port, 'PING\r\n', /^\+PONG/),
  });
}

export async function makeNats(): Promise<Service> {
  mustRun('nats-server', 'NATS', 'NATS_URL');
  const port = await freePort();
  return new Service({
    name: 'nats',
    url: `nats://${loopback}:${port}`,
    command: (folder) => ['nats-server', ['-a', loopback, '-p', `${port}`, '-js', '-sd', folder]],
    answers: () => greets(port, '', /^INFO .*"jetstream":true/),
  });
}

/** Killed as a crash would: connections break, and what was not committed is gone. */
export async function makePostgres(): Promise<Service> {
  const binaries = findPostgres();
  if (binaries === null) throw missing('PostgreSQL', 'initdb', 'DATABASE_URL');
  const port = await freePort();
  const url = `postgres://postgres@${loopback}:${port}/postgres`;
  // it refuses to run as root
  const user = process.getuid?.() === 0 ? idsOf('postgres') : null;
  const settings = [
    `port=${port}`,
    `listen_addresses=${loopback}`,
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=200',
  ];
  return new Service({
    name: 'postgres',
    url,
    command: (folder) => [
      join(binaries, 'postgres'),
      ['-D', join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])],
    ],
    answers: () => answersSql(url),
    killedBy: 'SIGQUIT',
    user,
    prepare(folder) {
      if (user) chownSync(folder, user.uid, user.gid);
      const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'];
      execFileSync(join(binaries, 'initdb'), ['-D', join(folder, 'data'), ...options], {
        ...user,
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    },
  });
}

/** Where they are; null where there are none. */
export function findPostgres(): string | null {
  const found = globSync('/usr/{lib/postgresql/*/bin,local/bin,bin,local/pgsql/bin}/initdb').toSorted();
  return found.length > 0 ? join(found.at(-1)!, '..') : null;
}

function mustRun(program: string, name: string, variable: string): void {
  if (spawnSync(program, ['--version']).status !== 0) throw missing(name, program, variable);
}

function missing(name: string, program: string, variable: string): ClusterError {
  return new ClusterError(
    `${name} is not installed here (no program ${program}): install it, or set ${variable} to one that runs`,
  );
}

async function answersSql(url: string): Promise<boolean> {
  const database = await openDatabase({ url, entities: [] }).catch(() => null);
  await database?.close();
  return database !== null;
}

function idsOf(name: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
