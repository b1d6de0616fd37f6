/** The server as a process of its own, to be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { DemoError } from './demo-error.ts';

export class ServerProcess {
  readonly #signal: AbortSignal;
  #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;

  /** `signal` ends the server, and so does the end of this process. */
  constructor(env: Readonly<Record<string, string>>, signal: AbortSignal) {
    this.#env = env;
    this.#signal = signal;
    const kill = (): void => void this.#child?.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    process.once('exit', kill);
  }

  /** Resolves with the address of the server, which is ready there: the same each time. Throws DemoError. */
  async start(): Promise<string> {
    this.#signal.throwIfAborted();
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
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const exited = once(this.#child!, 'exit');
    if (this.#child!.kill(signal)) await exited;
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
