/** A PostgreSQL server of a test's own, from the local binaries: it can be stopped and started as the test likes. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { freePort } from './server.ts';

const run = promisify(execFile);
const [binaries] = globSync('/usr/{lib/postgresql/*/bin,local/bin,bin}/initdb').map((path) =>
  join(path, '..'),
);

/** Whether a server can be had; CI=true demands it. */
export const hasOwnPostgres = binaries !== undefined || process.env['CI'] === 'true';

export interface OwnPostgres {
  readonly port: number;
  /** Of an empty database; `port` of something in between, in place of its own. */
  url(port?: number): string;
  /** Ends it as a crash would: connections break, and what was not committed is gone. */
  kill(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-postgres-'));
  // it refuses to run as root
  const user = process.getuid?.() === 0 ? idsOf('postgres') : null;
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const initialize = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'];
  await run(join(binaries!, 'initdb'), initialize, { ...user, cwd: folder });
  const port = await freePort();
  const url = (at = port): string => `postgres://postgres@127.0.0.1:${at}/postgres`;
  let server: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGQUIT');
    await once(server, 'exit');
  };
  const start = async (): Promise<void> => {
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
    const parameters = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    server = spawn(join(binaries!, 'postgres'), parameters, { ...user, cwd: folder, stdio: 'ignore' });
    await answers(url(), server);
  };
  await start();
  return {
    port,
    url,
    kill,
    start,
    async remove() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const database = await openDatabase({ url, entities }).catch(() => null);
    if (database) return database.close();
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error(`postgres ended with ${server.exitCode}`);
}

function idsOf(name: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
