/** The server as a process of its own, as `npm start` runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { leash } from '../../scripts/cluster/leash.ts';
import { type Environment, until } from '../support/server.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** `script`: a server that is not quite the usual one. */
export function spawnServer(env: Environment, longestMs = 60_000, script = main): ServerProcess {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [script], {
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  leash(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => void (output.stdout += text));
  child.stderr.on('data', (text) => void (output.stderr += text));
  // Whatever becomes of the test, nothing is left running.
  const overdue = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const ended = once(child, 'close').then(([code, signal]) => {
    clearTimeout(overdue);
    return code ?? signal;
  });
  return { child, output, ended };
}

/** Starts it, and resolves when it says that it is ready. */
export async function startProcess(
  env: Environment,
  longestMs?: number,
  script?: string,
): Promise<ServerProcess> {
  const server = spawnServer(env, longestMs, script);
  const isReady = (): boolean => server.output.stdout.includes('is ready');
  await until(() => isReady() || server.child.exitCode !== null, 'the server is ready', 30_000);
  if (!isReady()) throw new Error(`it ended with ${server.child.exitCode}: ${server.output.stderr}`);
  return server;
}
