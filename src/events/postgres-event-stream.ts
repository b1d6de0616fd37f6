import type { Sql } from '../database/sql.ts';
import {
  type EventStream,
  type Moment,
  type Published,
  type StreamHandler,
  StreamGap,
  type Subscription,
} from './event-stream.ts';
import { readMoments, writeMoments } from './moment-rows.ts';
import {
  RECORD_COLUMNS,
  type RecordRow,
  cutBefore,
  decodeRecord,
  encodeEntries,
  encodeEvents,
} from './record.ts';
import { PostgresSubscription, type RowsHandler } from './subscription.ts';

// The transaction's id is taken before the first position: a subscriber relies on it (SPEC.md, ES12).
const APPEND = `
  with self as materialized (select pg_current_xact_id() as xid)
  insert into match_entry (match_id, n, epoch, count, tenant_id, game, entries, events, recorded_at, xid)
  select i.match_id, i.n, i.epoch, i.count, i.tenant_id, i.game, i.entries, i.events, to_timestamp(i.at / 1000), self.xid
  from self, unnest(
    $1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[]
  ) as i (match_id, n, epoch, count, tenant_id, game, entries, events, at)
  on conflict do nothing`;

/** Of the given starts of records those that no stored record ends right before. */
const GAPS = `
  select i.match_id, i.n from unnest($1::uuid[], $2::int[]) as i (match_id, n)
  where i.n is distinct from (
    select e.n + e.count from match_entry e where e.match_id = i.match_id and e.n < i.n order by e.n desc limit 1)`;

const READ = `
  select ${RECORD_COLUMNS} from match_entry
  where match_id = $1 and n + count > $2
    and n >= coalesce((select max(n) from match_entry where match_id = $1 and n <= $2), 0)
  order by n`;

export interface EventStreamOptions {
  readonly sql: Sql;
  /** Told of each failure of a subscription, before it's tried again, and of each record that is passed over. */
  readonly onError?: (durable: string, error: unknown) => void;
  /** Silence of a subscription's reader after which another process goes on in its place, in milliseconds. */
  readonly leaseMs?: number;
}

export function openEventStream(options: EventStreamOptions): PostgresEventStream {
  return new PostgresEventStream(options);
}

/** The EventStream over the rows that commits of the store write: see SPEC.md. */
export class PostgresEventStream implements EventStream {
  readonly #options: EventStreamOptions;
  readonly #subscriptions = new Set<PostgresSubscription>();

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  async append(records: readonly Published[]): Promise<void> {
    await this.#refuseGaps(records);
    const columns = [
      records.map((r) => r.matchId),
      records.map((r) => r.n),
      records.map((r) => r.epoch),
      records.map((r) => r.entries.length),
      records.map((r) => r.tenantId),
      records.map((r) => r.game),
      records.map((r) => encodeEntries(r.entries)),
      records.map((r) => encodeEvents(r.n, r.events)),
      records.map((r) => r.at),
    ];
    await this.#options.sql.query(APPEND, columns);
    this.nudge();
  }

  async read(matchId: string, from = 1): Promise<readonly Published[]> {
    const rows = await this.readRows(matchId, from);
    return rows.map((row) => cutBefore(from, decodeRecord(row)));
  }

  /** As `read`, but whole, and as they stand: for who only passes them on. */
  readRows(matchId: string, from: number): Promise<RecordRow[]> {
    return this.#options.sql.query(READ, [matchId, from]);
  }

  async appendMoments(moments: readonly Moment[]): Promise<void> {
    await writeMoments(this.#options.sql, moments);
  }

  readMoments(matchId: string): Promise<readonly Moment[]> {
    return readMoments(this.#options.sql, [matchId]);
  }

  subscribe(durable: string, handler: StreamHandler, events?: readonly string[]): Subscription {
    return this.subscribeRows(
      durable,
      (rows, isTakeover) => handler(this.#readable(durable, rows), isTakeover),
      events,
    );
  }

  /** As `subscribe`, to the rows as they stand. */
  subscribeRows(durable: string, handler: RowsHandler, events?: readonly string[]): Subscription {
    const { sql, onError, leaseMs } = this.#options;
    const subscription = new PostgresSubscription({
      sql,
      durable,
      events,
      handler,
      leaseMs,
      onError: (error) => onError?.(durable, error),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Says that something was committed, so that subscribers don't wait for their next look. */
  nudge(): void {
    for (const subscription of this.#subscriptions) subscription.nudge();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
  }

  /** What is damaged is told and passed over: it would hold up all other matches. */
  #readable(durable: string, rows: readonly RecordRow[]): Published[] {
    return rows.flatMap((row) => {
      try {
        return [decodeRecord(row)];
      } catch (error) {
        this.#options.onError?.(durable, error);
        return [];
      }
    });
  }

  async #refuseGaps(records: readonly Published[]): Promise<void> {
    const ends = new Set<string>();
    const starts = records.filter(({ matchId, n, entries }) => {
      const follows = n === 1 || ends.has(`${matchId} ${n}`);
      ends.add(`${matchId} ${n + entries.length}`);
      return !follows;
    });
    if (starts.length === 0) return;
    const columns = [starts.map(({ matchId }) => matchId), starts.map(({ n }) => n)];
    const [gap] = await this.#options.sql.query<{ match_id: string; n: number }>(GAPS, columns);
    if (gap) throw new StreamGap(gap.match_id, gap.n);
  }
}
