/** The server as a process of its own, to be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { DemoError } from './demo-error.ts';

export class ServerProcess {
  #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #isClosed = false;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  /** Resolves with the address of the server, which is ready there: the same each time. Throws DemoError. */
  async start(): Promise<string> {
    if (this.#isClosed) throw new DemoError('the drill is over: its server does not start again');
    this.#child = spawn(process.execPath, ['src/main.ts'], {
      cwd: dirname(import.meta.dirname),
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await readAddress(this.#child);
    if (url === null) throw new DemoError('the server of the drill did not start: it says why above');
    this.#env = { ...this.#env, PORT: new URL(url).port };
    return url;
  }

  /** kill -9: nothing is said or written any more. */
  async kill(): Promise<void> {
    if (!this.#child) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.kill('SIGKILL')) await exited;
  }

  /** Kills it for good: a start that comes later fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.kill();
  }
}

/** What a server says where it is ready; null where it ends without. Reads on, so that its pipe never fills. */
function readAddress({ stdout }: ChildProcess): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const lines = createInterface({ input: stdout! });
  lines.on('line', (line) => {
    const url = /ready at (\S+)/.exec(line)?.[1];
    if (url) resolve(url);
  });
  lines.once('close', () => resolve(null));
  return promise;
}
