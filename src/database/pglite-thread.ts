import { Worker } from 'node:worker_threads';
import type { PGliteOptions } from '@electric-sql/pglite';

export type Request =
  | {
      readonly op: 'query';
      readonly text: string;
      readonly params?: readonly unknown[];
      readonly tx?: number;
      readonly options?: object;
    }
  | {
      readonly op: 'prepared';
      readonly name: string;
      readonly text: string;
      readonly params: readonly unknown[];
    }
  | { readonly op: 'begin'; readonly tx: number }
  | { readonly op: 'end'; readonly tx: number; readonly commit: boolean }
  | { readonly op: 'dump' | 'close' };

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly stack?: string | undefined };
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

export interface PgliteResult {
  readonly rows: unknown[];
  readonly affectedRows?: number;
}

type Query = (text: string, params?: readonly unknown[], options?: object) => Promise<PgliteResult>;

/**
 * PGlite in a worker thread, as much of its interface as Kysely and MikroORM use. WASM PostgreSQL is synchronous inside:
 * on the main thread a burst of writes would stop every room. When the thread dies, all that waits and all that comes
 * later rejects with 57P01 (the server is shutting down).
 */
export class PgliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly waitReady: Promise<void>;
  ready = false;
  #ended: Error | undefined;
  #lastId = 0;

  constructor(options: PGliteOptions) {
    this.#worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
      workerData: options,
      execArgv: [],
    });
    this.waitReady = new Promise<void>((resolve, reject) => this.#waiting.set(0, { resolve, reject })).then(
      () => {
        this.ready = true;
      },
    );
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`exit code ${code}`)));
  }

  get closed(): boolean {
    return this.#ended !== undefined;
  }

  query: Query = (text, params, options) =>
    this.#ask({ op: 'query', text, ...(params && { params }), ...(options && { options }) });

  /** A statement that stays prepared under its name, outside of transactions. */
  queryPrepared(name: string, text: string, params: readonly unknown[] = []): Promise<PgliteResult> {
    return this.#ask({ op: 'prepared', name, text, params });
  }

  /** Runs `work` while everybody else's queries wait: those of `work` must go through what it is given. */
  transaction = async <T>(work: (tx: { query: Query }) => Promise<T>): Promise<T> => {
    const tx = ++this.#lastId;
    const query: Query = (text, params, options) =>
      this.#ask({ op: 'query', tx, text, ...(params && { params }), ...(options && { options }) });
    await this.#ask({ op: 'begin', tx });
    try {
      const value = await work({ query });
      await this.#ask({ op: 'end', tx, commit: true });
      return value;
    } catch (error) {
      await this.#ask({ op: 'end', tx, commit: false });
      throw error;
    }
  };

  /** The whole data folder as an uncompressed tar. */
  dump(): Promise<Blob> {
    return this.#ask({ op: 'dump' });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.#ask({ op: 'close' });
    await this.terminate();
  }

  /** Ends the thread at once, whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T>(request: Request): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request });
    });
  }

  #settle({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(Object.assign(new Error(error.message), error));
    else waiting?.resolve(value as never);
  }

  #end(reason: Error): void {
    this.#ended ??= Object.assign(
      new Error(`the database's thread has ended: ${reason.message}`, { cause: reason }),
      {
        code: '57P01',
      },
    );
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
