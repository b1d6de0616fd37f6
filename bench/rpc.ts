/** Calls between a bench and its child processes over Node's IPC channel: one object of functions, called by name. */
import { fork, type ChildProcess } from 'node:child_process';

type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

interface Asked {
  readonly id: number;
  readonly name: string;
  readonly args: unknown[];
}

interface Answered {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** In the child: answers calls until the parent goes away. */
export function serve(calls: Calls): void {
  process.on('message', async ({ id, name, args }: Asked) => {
    try {
      const value = await calls[name]!(...(args as never[]));
      process.send!({ id, value } satisfies Answered);
    } catch (error) {
      process.send!({ id, error: (error as Error).stack ?? String(error) } satisfies Answered);
    }
  });
  process.on('disconnect', () => process.exit(1));
}

/** In the parent: a child whose module calls `serve`, on one core where `core` is given (needs taskset). */
export class Child<C extends Calls> {
  static readonly #living = new Set<Child<Calls>>();
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly exited: Promise<void>;
  #lastId = 0;

  constructor(module: string, args: readonly string[], env: NodeJS.ProcessEnv, core: number | null) {
    const flags = [...process.execArgv, '--expose-gc'];
    const pinned = { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, ...flags] };
    const how = core === null ? { execArgv: flags } : pinned;
    // a server that logs what happens does so for nobody
    const isTalking = env['LOG_LEVEL'] === 'info';
    const stdio = [
      'ignore' as const,
      isTalking ? ('ignore' as const) : ('inherit' as const),
      'inherit' as const,
      'ipc' as const,
    ];
    this.#process = fork(module, args, { ...how, env, stdio, serialization: 'advanced' });
    this.#process.on('message', (answered: Answered) => this.#settle(answered));
    this.exited = new Promise((resolve) => this.#process.once('exit', () => resolve()));
    void this.exited.then(() => this.#end(module));
    Child.#living.add(this as unknown as Child<Calls>);
  }

  /** Ends every child: whoever waits for one gets an error, and clears up. */
  static killAll(): void {
    for (const child of Child.#living) void child.kill();
  }

  /** Rejects with the child's error, or when the child ends first. */
  ask<N extends keyof C & string>(name: N, ...args: Parameters<C[N]>): Promise<Awaited<ReturnType<C[N]>>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // one that has ended takes no message
      const sent = (error: Error | null): void => void (error && this.#settle({ id, error: error.message }));
      this.#process.send({ id, name, args } satisfies Asked, sent);
    });
  }

  /** Ends it without a word, as a crash would. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
  }

  #settle({ id, value, error }: Answered): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value as never);
    else waiting?.reject(new Error(error));
  }

  #end(module: string): void {
    Child.#living.delete(this as unknown as Child<Calls>);
    for (const { reject } of this.#waiting.values()) reject(new Error(`${module} has ended`));
    this.#waiting.clear();
  }
}
