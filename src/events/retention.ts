/** Old records go: those of matches that are over, oldest first, a few at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/sql.ts';
import type { Clock } from '../match/clock.ts';
import { ReaderLease } from './lease.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 60 * 60 * 1000;
/** Records that are looked at, and removed at most, by one statement: a commit may have to wait for it on PGlite. */
const CHUNK = 100;
const PAUSE_MS = 20;

/** Positions follow time but for the length of a transaction, so the old ones are the first. */
const LOOK = `
  select position, match_id, recorded_at < to_timestamp($2 / 1000.0::float8) as old from match_entry
  where position > $1 order by position limit ${CHUNK}`;

/**
 * Of some matches those whose records may go: no process lives in them; they are in history, or have no result that
 * could be brought there; and their last record is old, and was read by all durables or has waited for them long enough.
 */
const MAY_GO = `
  select i.match_id from unnest($1::uuid[]) as i (match_id)
    cross join lateral (
      select e.position, e.recorded_at from match_entry e where e.match_id = i.match_id order by e.n desc limit 1
    ) as last
  where last.recorded_at < to_timestamp($3 / 1000.0::float8)
    and (last.recorded_at < to_timestamp($4 / 1000.0::float8) or not exists (
      select from unnest($2::text[]) as d (durable) left join event_cursor c on c.durable = d.durable
      where coalesce(c.position, 0) < last.position))
    and not exists (select from live_match l where l.match_id = i.match_id)
    and case when exists (select from matches m where m.id = i.match_id) then true else not exists (
      select from match_entry e where e.match_id = i.match_id and e.events like '%"match_result"%') end`;

const REMOVE = `
  with removed as (
    delete from match_entry where position > $1 and position <= $2 and match_id = any($3::uuid[]) returning 1
  )
  select count(*)::int as count from removed`;

export interface RetentionOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  /** Names of the subscriptions that read these records: what one of them has not read yet waits for it. */
  readonly durables: readonly string[];
  /** Age in milliseconds at which records may go, 90 days by default. Where they are published to NATS, a day will do. */
  readonly keepMs?: number;
  /** How much longer they wait for a subscription that is behind, 90 days by default. */
  readonly holdMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** Removes old records each hour, one process at a time. Resolves, when stopped, as soon as nothing is under way. */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  const { sql, clock, onError } = options;
  const lease = new ReaderLease({ sql, durable: 'retention' });
  let isStopped = false;
  let running = Promise.resolve();
  const run = async (): Promise<void> => {
    try {
      if ((await lease.take()) !== null) await removeOld(options, () => lease.isHeld && !isStopped);
    } catch (error) {
      onError?.(error);
    }
    await lease.release();
    if (!isStopped) cancel = clock.after(EVERY_MS, next);
  };
  const next = (): void => void (running = run());
  let cancel = clock.after(FIRST_AFTER_MS, next);
  return async () => {
    isStopped = true;
    cancel();
    await running;
  };
}

/** Removes what may go now, as long as `goesOn`; the number of records that went. */
export async function removeOld(
  { sql, clock, durables, keepMs = 90 * DAY_MS, holdMs = 90 * DAY_MS }: RetentionOptions,
  goesOn: () => boolean = () => true,
): Promise<number> {
  const youngest = clock.now() - keepMs;
  const judge = [durables, youngest, youngest - holdMs];
  let removed = 0;
  for (let position = '0'; goesOn(); await sleep(PAUSE_MS)) {
    const looked = await sql.query<Looked>(LOOK, [position, youngest]);
    const old = new Set(looked.filter((row) => row.old).map((row) => row.match_id));
    if (old.size === 0) break;
    const last = looked.at(-1)!.position;
    const gone = await sql.query<{ match_id: string }>(MAY_GO, [[...old], ...judge]);
    const ids = gone.map((row) => row.match_id);
    if (ids.length > 0) removed += await countOf(sql.query<Counted>(REMOVE, [position, last, ids]));
    position = last;
  }
  return removed;
}

interface Looked {
  readonly position: string;
  readonly match_id: string;
  readonly old: boolean;
}

interface Counted {
  readonly count: number;
}

async function countOf(rows: Promise<readonly Counted[]>): Promise<number> {
  return (await rows)[0]!.count;
}
