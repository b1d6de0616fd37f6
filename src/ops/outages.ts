/** What everything stands on goes away and comes back: one warning and one line, however many felt it. */
import type { Log } from './logger.ts';

/** Back is what has answered for so long: connections that died meanwhile still fail for a moment. */
const calmMs = 1_000;

export interface OutageOptions {
  /** As it stands in a sentence: `the database`. */
  readonly what: string;
  readonly log: Log;
  /** Wall time in milliseconds. */
  readonly now: () => number;
  /** Whether an error comes of an outage of it, and of nothing else. */
  readonly explains: (error: unknown) => boolean;
  /** Its client knows when it goes and comes, and says so by `down` and `up`; else it is found out by `watch`. */
  readonly isTold?: true;
}

export class Outage {
  readonly #options: OutageOptions;
  #failures = 0;
  #began = 0;
  /** When the latest work began that failed. */
  #failedAt = Number.NEGATIVE_INFINITY;
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#failures > 0;
  }

  down(error: unknown): void {
    const { what, log, now } = this.#options;
    if (this.#failures++ > 0) return;
    this.#began = now();
    log.warn({ outage: what, error }, `${what} does not answer; what needs it waits, and tries again`);
  }

  up(): void {
    if (!this.isOn) return;
    const { what, log, now } = this.#options;
    this.#endedAt = now();
    const seconds = (this.#endedAt - this.#began) / 1000;
    log.info({ outage: what, seconds, failures: this.#failures }, `${what} answers again`);
    this.#failures = 0;
  }

  /** Does `work`, which needs it, and takes note of whether it was there. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    const began = this.#options.now();
    try {
      const result = await work();
      this.#worked(began);
      return result;
    } catch (error) {
      if (this.#options.explains(error)) this.#failed(began, error);
      throw error;
    }
  }

  /** The log without warnings and errors that come of an outage: they are counted, and told by its own two lines. */
  quiet(log: Log): Log {
    const line = (level: 'warn' | 'error') => (fields: unknown, message?: string) => {
      const { error } = Object(fields) as { error?: unknown };
      if (this.#options.explains(error)) this.#felt(error);
      else log[level](fields as object, message);
    };
    return {
      debug: log.debug.bind(log),
      info: log.info.bind(log),
      warn: line('warn') as Log['warn'],
      error: line('error') as Log['error'],
    };
  }

  /** A consequence, of which nobody needs to hear. */
  #felt(error: unknown): void {
    const { isTold, now } = this.#options;
    if (!isTold) this.#failed(now(), error);
    else if (this.isOn) this.#failures++;
  }

  #failed(began: number, error: unknown): void {
    // it was under way when the outage ended that it tells of
    if (!this.isOn && began <= this.#endedAt) return;
    this.#failedAt = Math.max(this.#failedAt, began);
    this.down(error);
  }

  #worked(began: number): void {
    if (began >= this.#failedAt + calmMs) this.up();
  }
}
