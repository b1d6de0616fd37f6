import type { Sql } from '../database/sql.ts';
import { Alarm } from './alarm.ts';
import type { Subscription } from './event-stream.ts';
import { ReaderLease } from './lease.ts';
import { persist } from './persist.ts';
import { RECORD_COLUMNS, type RecordRow } from './record.ts';

/** Records that are delivered together at most. */
const BATCH = 500;
/** So many are looked at in one query where only some are wanted. */
const LOOK = 5_000;
const BUSY_PAUSE_MS = 50;
const IDLE_PAUSE_MS = 1_000;

/**
 * Positions are given before transactions commit, so a lower one can appear after a higher one was read. Rows are read
 * only once all transactions as old as theirs are over: nothing can appear before them any more. One row comes back
 * in any case: it tells how far was looked, and whether there may be more.
 */
const NEXT = `
  with seen as materialized (
    select position, ${RECORD_COLUMNS} from match_entry
    where position > $1 and xid < pg_snapshot_xmin(pg_current_snapshot())
    order by position limit $3
  ), wanted as materialized (
    select * from seen where $2::text[] is null or events like any ($2::text[]) order by position limit ${BATCH}
  ), looked as (
    select case when w.count = ${BATCH} then w.last else s.last end as last,
      w.count = ${BATCH} or s.count = $3 as is_full
    from (select max(position) as last, count(*) from seen) as s, (select max(position) as last, count(*) from wanted) as w
  )
  select looked.last, looked.is_full, wanted.* from looked left join wanted on true order by wanted.position`;

const LAG = `
  select count(*)::int as lag from match_entry
  where position > coalesce((select position from event_cursor where durable = $1), 0)`;

/** A wanted record, or nothing but how far was looked: then its columns are null. */
interface Look extends Omit<RecordRow, 'match_id'> {
  readonly match_id: string | null;
  /** Null where nothing is new. */
  readonly last: string | null;
  readonly is_full: boolean;
}

/** As a StreamHandler, of rows as they stand. */
export type RowsHandler = (rows: readonly RecordRow[], isTakeover: boolean) => Promise<void>;

export interface SubscriptionOptions {
  readonly sql: Sql;
  readonly durable: string;
  /** Only records with an event of one of these types; all where it is absent. */
  readonly events: readonly string[] | undefined;
  readonly handler: RowsHandler;
  /** Silence of a reader after which another process goes on in its place; see ReaderLease. */
  readonly leaseMs?: number | undefined;
  /** Told of each failure, of the handler or the database, before it's tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads on from the stored cursor until it's stopped, while no other process reads for the same name; no transaction is
 * open while the handler runs.
 */
export class PostgresSubscription implements Subscription {
  readonly #options: SubscriptionOptions;
  readonly #lease: ReaderLease;
  readonly #nudges = new Alarm();
  readonly #stop = new Alarm();
  readonly #ended: Promise<void>;
  #stopped = false;
  /** Whether nothing was handled yet since the lease was taken. */
  #isTakeover = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#lease = new ReaderLease(options);
    this.#ended = this.#run();
  }

  /** Says that there may be something to read. Cheap: a thousand of them make one query. */
  nudge(): void {
    this.#nudges.ring();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stop.ring();
    this.#nudges.ring();
    await this.#ended;
  }

  async lag(): Promise<number> {
    const [row] = await this.#options.sql.query<{ lag: number }>(LAG, [this.#options.durable]);
    return row?.lag ?? 0;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const position = await this.#persist(() => this.#lease.take());
      this.#isTakeover = true;
      if (typeof position === 'string') await this.#read(position);
      else await this.#stop.wait(IDLE_PAUSE_MS);
    }
    await this.#lease.release();
  }

  /** Reads on until it's stopped, or another has taken over. */
  async #read(from: string): Promise<void> {
    let position = from;
    let pause = BUSY_PAUSE_MS;
    while (!this.#stopped) {
      this.#nudges.reset();
      const looks = (await this.#persist(() => this.#next(position))) ?? [];
      const { last = null, is_full: isFull = false } = looks[0] ?? {};
      if (last !== null) {
        if (!(await this.#deliver(looks.filter(isRecord), last))) return;
        position = last;
      }
      if (!this.#lease.isHeld) return;
      if (isFull) continue;
      const nudged = await this.#rest(pause);
      pause = last || nudged ? BUSY_PAUSE_MS : Math.min(pause * 2, IDLE_PAUSE_MS);
    }
  }

  /** False where it was stopped, or another has taken over: then the cursor stands where it was. */
  async #deliver(rows: readonly RecordRow[], last: string): Promise<boolean> {
    const handle = async (): Promise<boolean> => {
      if (!this.#lease.isHeld) return false;
      if (rows.length > 0) await this.#handle(rows);
      return true;
    };
    if (!(await this.#persist(handle))) return false;
    return (await this.#persist(() => this.#lease.advance(last))) ?? false;
  }

  async #handle(rows: readonly RecordRow[]): Promise<void> {
    await this.#options.handler(rows, this.#isTakeover);
    this.#isTakeover = false;
  }

  /** Nudges count only after the busy pause, so that a thousand commits a second aren't a thousand queries. */
  async #rest(pause: number): Promise<boolean> {
    await this.#stop.wait(BUSY_PAUSE_MS);
    return this.#nudges.wait(pause - BUSY_PAUSE_MS);
  }

  #persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    return persist(work, { onError: this.#options.onError, stop: this.#stop });
  }

  #next(position: string): Promise<Look[]> {
    const { sql, events } = this.#options;
    // types stand in the text of the events as JSON strings; that others may hold the same text does no harm
    const patterns = events?.map((type) => `%${JSON.stringify(type)}%`) ?? null;
    return sql.query(NEXT, [position, patterns, events ? LOOK : BATCH], 'next-records');
  }
}

const isRecord = (look: Look): look is Look & RecordRow => look.match_id !== null;
