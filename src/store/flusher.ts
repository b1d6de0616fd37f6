import { isTransient } from '../database/errors.ts';
import type { Sql } from '../database/sql.ts';
import { Batcher, type Task } from './batcher.ts';
import { type HotRecord, lastOf, type WakeAt } from './hot-records.ts';
import type { CommitStatus } from './match-store.ts';

const MAX_BATCH = 256;

// As with a commit, the update takes the transaction's id before the insert takes positions (src/events/SPEC.md).
const FLUSH = `
  with input as (
    select * from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $14::boolean[])
      as input (match_id, epoch, base, last, wake_at, at, knows_wake)
  ),
  moved as (
    update live_match m set n = i.last, wake_at = case when i.knows_wake then i.wake_at else m.wake_at end,
      updated_at = greatest(m.updated_at, i.at)
    from input i
    where m.match_id = i.match_id and m.epoch = i.epoch and m.n between i.base and i.last
    returning m.match_id, m.tenant_id, m.game
  ),
  written as (
    insert into match_entry (match_id, n, epoch, count, tenant_id, game, entries, events, recorded_at)
    select r.match_id, r.n, r.epoch, r.count, moved.tenant_id, moved.game, r.entries, r.events, to_timestamp(r.at / 1000.0)
    from unnest(
      $7::uuid[], $8::int[], $9::int[], $10::int[], $11::bigint[],
      string_to_array($12, E'\\n'), string_to_array($13, E'\\n', '')
    ) as r (match_id, n, epoch, count, at, entries, events) join moved using (match_id)
    order by r.at, r.n
    on conflict do nothing
  )
  select match_id from moved`;

/** What of a match goes to PostgreSQL. */
export interface Flush {
  readonly matchId: string;
  /** Of the holder: it must hold the match in PostgreSQL too. */
  readonly epoch: number;
  /** Log position that PostgreSQL has for sure. */
  readonly base: number;
  /** After `base`, without gaps; may be none, where only the time to wake is new. */
  readonly records: readonly HotRecord[];
  readonly wakeAt: WakeAt;
  /** Wall time in milliseconds of the last commit: its holder lived then. */
  readonly at: number;
}

export interface FlusherOptions {
  readonly sql: Sql;
  /** Called after each statement that wrote something. */
  readonly onCommit?: () => void;
}

type FlushTask = Task<Flush, CommitStatus>;

/** Writes what stood in Redis alone: one statement for all matches that wait. */
export class Flusher {
  readonly #options: FlusherOptions;
  readonly #batcher = new Batcher<Flush, CommitStatus>({
    key: ({ matchId }) => matchId,
    maxBatch: MAX_BATCH,
    run: (tasks) => this.#run(tasks),
  });

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** ok, fenced, or unknown: then the same may be flushed again. Throws what repeating does not help. */
  flush(flush: Flush): Promise<CommitStatus> {
    return this.#batcher.add(flush);
  }

  idle(): Promise<void> {
    return this.#batcher.idle();
  }

  async #run(tasks: readonly FlushTask[]): Promise<void> {
    try {
      const moved = await this.#write(tasks.map(({ item }) => item));
      for (const { item, resolve } of tasks) resolve(moved.has(item.matchId) ? 'ok' : 'fenced');
    } catch (error) {
      if (isTransient(error)) for (const { resolve } of tasks) resolve('unknown');
      else if (tasks.length === 1) throw error;
      // one spoils the statement for all: each alone
      else for (const task of tasks) await this.#run([task]).catch((reason: unknown) => task.reject(reason));
    }
  }

  async #write(flushes: readonly Flush[]): Promise<Set<string>> {
    const { sql, onCommit } = this.#options;
    const records = flushes.flatMap(({ matchId, records: all }) =>
      all.map((record) => ({ matchId, ...record })),
    );
    const rows = await sql.query<{ match_id: string }>(
      FLUSH,
      [
        flushes.map(({ matchId }) => matchId),
        flushes.map(({ epoch }) => epoch),
        flushes.map(({ base }) => base),
        flushes.map(({ base, records: all }) => lastN(base, all)),
        flushes.map(({ wakeAt }) => (wakeAt === 'unknown' ? null : wakeAt)),
        flushes.map(({ at }) => at),
        records.map(({ matchId }) => matchId),
        records.map(({ n }) => n),
        records.map(({ epoch }) => epoch),
        records.map(({ count }) => count),
        records.map(({ at }) => at),
        records.map(({ entries }) => entries).join('\n'),
        records.map(({ events }) => events).join('\n'),
        flushes.map(({ wakeAt }) => wakeAt !== 'unknown'),
      ],
      'flush',
    );
    if (rows.length > 0) onCommit?.();
    return new Set(rows.map((row) => row.match_id));
  }
}

function lastN(base: number, records: readonly HotRecord[]): number {
  const last = records.at(-1);
  return last ? lastOf(last) : base;
}
