import type { CommitStatus } from '../store/match-store.ts';
import type { Entry, Handled, MatchEvent } from './engine.ts';

export interface CommitBehindOptions {
  /** Commits what was played since the last time. Throws where the store can't take it. */
  commit(entries: readonly Entry[], events: readonly MatchEvent[]): Promise<CommitStatus>;
  /** All entries up to `n` are in the log. */
  committed(n: number): void;
  lost(reason: string): void;
  fault(error: unknown): void;
}

/** For tick-based matches: they play on, and what was played is committed behind them. */
export class CommitBehind {
  readonly #options: CommitBehindOptions;
  #entries: Entry[] = [];
  #events: MatchEvent[] = [];
  #committing: Promise<void> | null = null;

  constructor(options: CommitBehindOptions) {
    this.#options = options;
  }

  add({ entries, events }: Pick<Handled, 'entries' | 'events'>): void {
    this.#entries.push(...entries);
    this.#events.push(...events);
  }

  /** Commits what there is; what comes meanwhile is left for the next time. */
  flush(): Promise<void> {
    this.#committing ??= this.#flush().finally(() => (this.#committing = null));
    return this.#committing;
  }

  /** Commits all there is. */
  async flushAll(): Promise<void> {
    await this.#committing;
    await this.flush();
  }

  async #flush(): Promise<void> {
    const entries = this.#entries;
    const last = entries.at(-1);
    if (!last) return;
    // what follows from an entry to come is played again, should the process die before that
    const events = this.#events.filter(({ n }) => n <= last.n);
    this.#events = this.#events.filter(({ n }) => n > last.n);
    this.#entries = [];
    try {
      const status = await this.#options.commit(entries, events);
      if (status === 'ok') this.#options.committed(last.n);
      else this.#options.lost(status);
    } catch (error) {
      this.#options.fault(error);
      this.#options.lost('fault');
    }
  }
}
