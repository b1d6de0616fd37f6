/**
 * Natural batching: one run at a time, and whatever arrives meanwhile goes into the next. No timer: the busier the
 * database, the larger the batches; an idle one answers at once.
 */
export interface Task<In, Out> {
  readonly item: In;
  resolve(value: Out): void;
  reject(error: unknown): void;
}

export interface BatcherOptions<In, Out> {
  /** Items of one key never share a batch, and keep their order. */
  readonly key: (item: In) => string;
  readonly maxBatch: number;
  /** Settles all tasks; where it rejects, those left are rejected with its error. */
  readonly run: (tasks: readonly Task<In, Out>[]) => Promise<void>;
}

export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>;
  #waiting: Task<In, Out>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options;
  }

  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await endOfTurn();
      const batch = this.#take();
      try {
        await this.#options.run(batch);
      } catch (error) {
        for (const task of batch) task.reject(error);
      }
    }
    this.#running = undefined;
  }

  #take(): Task<In, Out>[] {
    const keys = new Set<string>();
    const batch: Task<In, Out>[] = [];
    const rest: Task<In, Out>[] = [];
    for (const task of this.#waiting) {
      const key = this.#options.key(task.item);
      // a key that was left behind stays behind: its order is kept
      if (batch.length < this.#options.maxBatch && !keys.has(key)) batch.push(task);
      else rest.push(task);
      keys.add(key);
    }
    this.#waiting = rest;
    return batch;
  }
}

/** All that this turn of the event loop still has to read from sockets may join the batch. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
