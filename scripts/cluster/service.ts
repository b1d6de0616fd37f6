/** A server program with its data in a temporary folder, to be killed and started again as one likes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.ts';
import { leash } from './leash.ts';

export interface ServiceOptions {
  readonly name: string;
  readonly url: string;
  readonly command: (folder: string) => readonly [program: string, args: readonly string[]];
  /** Whether it does what it is for. */
  readonly answers: () => Promise<boolean>;
  /** What ends it without a word; SIGKILL by default. */
  readonly killedBy?: NodeJS.Signals;
  readonly user?: { readonly uid: number; readonly gid: number } | null;
  /** Makes the folder ready for the first start. */
  readonly prepare?: (folder: string) => void;
}

const startMs = 30_000;

export class Service {
  readonly #options: ServiceOptions;
  readonly #folder: string;
  readonly #endWithUs = (): void => this.#endAtOnce();
  #child: ChildProcess | null = null;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), `gamekeeper-${options.name}-`));
    process.once('exit', this.#endWithUs);
    options.prepare?.(this.#folder);
  }

  get name(): string {
    return this.#options.name;
  }

  get url(): string {
    return this.#options.url;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  /** On the data that it left; resolves when it answers. Throws ClusterError. */
  async start(): Promise<void> {
    const { name, command, user, answers, killedBy } = this.#options;
    const [program, args] = command(this.#folder);
    // a group of its own: Ctrl-C in a terminal is for us alone, so that all ends in order
    const child = spawn(program, args, { ...user, cwd: this.#folder, stdio: 'ignore', detached: true });
    child.on('error', () => {});
    leash(child, killedBy, this.#folder);
    this.#child = child;
    for (const end = performance.now() + startMs; !(await answers()); await sleep(20)) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
        throw new ClusterError(`${name} ended with ${child.exitCode ?? child.signalCode ?? 'no process'}`);
      if (performance.now() > end) throw new ClusterError(`${name} does not answer after ${startMs} ms`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    child.kill('SIGCONT');
    child.kill(this.#options.killedBy ?? 'SIGKILL');
    await once(child, 'exit');
  }

  /** What a killed one would have known when it starts again is gone. */
  wipe(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder);
    this.#options.prepare?.(this.#folder);
  }

  async close(): Promise<void> {
    process.off('exit', this.#endWithUs);
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #endAtOnce(): void {
    this.#child?.kill(this.#options.killedBy ?? 'SIGKILL');
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch {
      // it may still be writing: the folder is one of temporary files
    }
  }
}
