import type { Sql } from '../database/sql.ts';

/** A lease that no match refers to and that is a day old says nothing any more. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

const BEAT = `
  insert into process_lease (id, seen_at) values ($1, $2)
  on conflict (id) do update set seen_at = excluded.seen_at`;

const FORGET = `
  delete from process_lease l
  where seen_at < $1 and not exists (select from live_match m where m.owner = l.id)`;

const END = `
  with released as (update live_match set owner = null, updated_at = $2 where owner = $1)
  delete from process_lease where id = $1`;

export interface LeaseOptions {
  readonly sql: Sql;
  readonly processId: string;
  readonly now: () => number;
  /** A process is taken for dead when its lease is older than this, in milliseconds. */
  readonly leaseMs: number;
}

/** This process's sign of life, renewed five times in the life of a lease. */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #timer: NodeJS.Timeout;

  private constructor(options: LeaseOptions) {
    this.#options = options;
    // a beat that fails is made up for by the next; when all fail, others are right to take this process for dead
    this.#timer = setInterval(() => void this.beat().catch(() => undefined), options.leaseMs / 5).unref();
  }

  /** Resolves when the lease stands, so that it's there before the first match of this process. */
  static async start(options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(options);
    await lease.beat();
    await options.sql.query(FORGET, [options.now() - FORGET_AFTER_MS]);
    return lease;
  }

  async beat(): Promise<void> {
    const { sql, processId, now } = this.#options;
    await sql.query(BEAT, [processId, now()], 'beat');
  }

  /** Stops renewing, without a word to the database: as if the process had died. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Releases all that the process still holds, and its lease. */
  async end(): Promise<void> {
    this.stop();
    const { sql, processId, now } = this.#options;
    await sql.query(END, [processId, now()]);
  }
}
