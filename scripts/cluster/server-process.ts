/** One of the processes of the house: src/main.ts with its variables, to be killed, stopped and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { unlimited } from '../unlimited.ts';
import { ClusterError } from './cluster-error.ts';
import { leash } from './leash.ts';

const root = join(import.meta.dirname, '../..');

export interface ServerOptions {
  readonly name: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Told of each line that it writes. */
  readonly line: (line: string) => void;
  /** It has ended though nobody asked it to. */
  readonly died: (how: string) => void;
}

export class ServerProcess {
  readonly #options: ServerOptions;
  readonly #endWithUs = (): void => void this.#child?.kill('SIGKILL');
  #child: ChildProcess | null = null;
  /** Whoever ends it says so first. */
  #isReady = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    process.once('exit', this.#endWithUs);
  }

  get port(): number {
    return this.#options.port;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** It has said so, and nobody has asked it to end. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when it is ready. Throws ClusterError where it ends before: its lines say why. */
  async start(): Promise<void> {
    const { name, port, env } = this.#options;
    if (this.isRunning) throw new ClusterError(`${name} runs already`);
    // a group of its own: Ctrl-C in a terminal is for us alone, so that all ends in order
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: root,
      env: { ...unlimited, ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    leash(child);
    this.#child = child;
    const ended = once(child, 'exit').then(([code, signal]) => this.#ended(child, `${code ?? signal}`));
    if (!(await this.#read(child))) {
      await ended;
      throw new ClusterError(`${name} did not start (${child.exitCode ?? child.signalCode}): see its output`);
    }
    this.#isReady = this.isRunning;
  }

  /** Stops it (SIGSTOP) or lets it go on (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Resolves with its exit code or the signal when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string> {
    this.#isReady = false;
    const child = this.#child;
    if (!child) return 0;
    if (this.isRunning) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode ?? child.signalCode!;
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    process.off('exit', this.#endWithUs);
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#isReady && child === this.#child) this.#options.died(how);
  }

  /** Whether it said that it is ready before it ended. Reads on, so that its pipes never fill. */
  #read({ stdout, stderr }: ChildProcess): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const lines = createInterface({ input: stdout! });
    lines.on('line', (line) => {
      this.#options.line(line);
      if (line.includes('Gamekeeper is ready at')) resolve(true);
    });
    createInterface({ input: stderr! }).on('line', (line) => this.#options.line(line));
    lines.once('close', () => resolve(false));
    return promise;
  }
}
