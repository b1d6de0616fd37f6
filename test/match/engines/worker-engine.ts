/** An asynchronous engine: its state lives in a worker thread, which dies on the command `die`. A sandbox is one like it. */
import { Worker } from 'node:worker_threads';
import type { Engine, Entry, Followed, Handled, Input, Standing } from '../../../src/match/engine.ts';

export class WorkerEngine implements Engine {
  readonly version = '1';
  readonly #worker = new Worker(new URL('./worker-engine.worker.ts', import.meta.url));
  readonly #calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #id = 0;
  #dead: Error | null = null;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', ({ id, value, error }: { id: number; value: never; error?: string }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    this.#worker.on('exit', () => {
      this.#dead = new Error('the worker has died');
      for (const { reject } of this.#calls.values()) reject(this.#dead);
    });
  }

  open(checkpoint: Uint8Array | null, entries: readonly Entry[]): Promise<Standing> {
    return this.#call('open', checkpoint && Buffer.from(checkpoint).toString(), entries);
  }

  handle(batch: readonly Input[]): Promise<Handled> {
    return this.#call('handle', batch);
  }

  async follow(entries: readonly Entry[]): Promise<Followed> {
    return { events: [], ...(await this.open(null, entries)) };
  }

  view(): Promise<unknown> {
    return this.#call('view');
  }

  async checkpoint(): Promise<Uint8Array> {
    return Buffer.from(await this.#call<string>('checkpoint'));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #call<T>(name: string, ...args: unknown[]): Promise<T> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      this.#calls.set(++this.#id, { resolve: resolve as (value: never) => void, reject });
      this.#worker.postMessage({ id: this.#id, name, args });
    });
  }
}
