import { isRefusedData, isTransient } from '../database/errors.ts';
import type { Sql } from '../database/sql.ts';
import { encodeEntries, encodeEvents } from '../events/record.ts';
import { Batcher, type Task } from './batcher.ts';
import { checkCommit } from './check-commit.ts';
import type { Commit, CommitStatus } from './match-store.ts';
import { StoreError } from './store-error.ts';

const MAX_BATCH = 256;

// The update takes the transaction's id before the insert takes positions: the stream relies on it (src/events/SPEC.md).
const COMMIT = `
  with input as (
    select * from unnest(
      $1::uuid[], $2::int[], $3::int[], $4::int[], $5::bigint[], string_to_array($6, E'\\n'), string_to_array($7, E'\\n', '')
    ) as input (match_id, epoch, base, count, wake_at, entries, events)
  ),
  moved as (
    update live_match m set n = i.base + i.count, wake_at = i.wake_at, updated_at = $8
    from input i
    where m.match_id = i.match_id and m.epoch = i.epoch and m.n = i.base
    returning m.match_id, i.base + 1 as n, m.epoch, i.count, m.tenant_id, m.game, i.entries, i.events
  ),
  written as (
    insert into match_entry (match_id, n, epoch, count, tenant_id, game, entries, events)
    select * from moved where count > 0
  )
  select count(*)::int as moved from moved`;

const STANDING = 'select match_id, epoch, n from live_match where match_id = any($1::uuid[])';

interface Standing {
  readonly match_id: string;
  readonly epoch: number;
  readonly n: number;
}

/** A commit with its rows as text: JSON has no line feeds, so all of a batch are joined by them into one parameter. */
interface Encoded {
  readonly commit: Commit;
  readonly entries: string;
  readonly events: string;
}

type CommitTask = Task<Encoded, CommitStatus>;

export interface CommitterOptions {
  readonly sql: Sql;
  readonly now: () => number;
  /** Called after each statement that wrote something. */
  readonly onCommit?: () => void;
}

/** Writes the commits of all matches of a process: one statement in flight, one commit of a match in it at most. */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #batcher = new Batcher<Encoded, CommitStatus>({
    key: ({ commit }) => commit.matchId,
    maxBatch: MAX_BATCH,
    run: (tasks) => this.#run(tasks),
  });

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  async commit(commit: Commit): Promise<CommitStatus> {
    checkCommit(commit);
    return this.#batcher.add({
      commit,
      entries: encodeEntries(commit.entries),
      events: encodeEvents(commit.base + 1, commit.events) ?? '',
    });
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    return this.#batcher.idle();
  }

  async #run(tasks: readonly CommitTask[]): Promise<void> {
    try {
      await this.#write(tasks);
    } catch (error) {
      if (isTransient(error)) for (const task of tasks) task.resolve('unknown');
      else if (!isRefusedData(error)) throw error;
      else if (tasks.length === 1) tasks[0]?.reject(invalid(tasks[0].item.commit, error));
      // one spoils the statement for all: each alone
      else for (const task of tasks) await this.#run([task]);
    }
  }

  async #write(tasks: readonly CommitTask[]): Promise<void> {
    const { sql, now, onCommit } = this.#options;
    const rows = await sql.query<{ moved: number }>(COMMIT, [...columns(tasks), now()], 'commit');
    const moved = rows[0]?.moved ?? 0;
    if (moved > 0) onCommit?.();
    if (moved === tasks.length) for (const task of tasks) task.resolve('ok');
    else await this.#settleEach(tasks);
  }

  /** Where not all rows moved, each match's row says why: it stands where its commit leads to, or it doesn't. */
  async #settleEach(tasks: readonly CommitTask[]): Promise<void> {
    const ids = array(tasks.map(({ item }) => item.commit.matchId));
    const rows = await this.#options.sql.query<Standing>(STANDING, [ids]);
    const standings = new Map(rows.map((row) => [row.match_id, row]));
    for (const task of tasks) settle(task, standings.get(task.item.commit.matchId));
  }
}

function settle(task: CommitTask, standing: Standing | undefined): void {
  const { epoch, base, entries } = task.item.commit;
  if (standing?.epoch !== epoch) task.resolve('fenced');
  else if (standing.n === base + entries.length) task.resolve('ok');
  else task.reject(gap(task.item.commit, standing.n));
}

function columns(tasks: readonly CommitTask[]): string[] {
  const commits = tasks.map(({ item }) => item.commit);
  return [
    array(commits.map(({ matchId }) => matchId)),
    array(commits.map(({ epoch }) => epoch)),
    array(commits.map(({ base }) => base)),
    array(commits.map(({ entries }) => entries.length)),
    array(commits.map(({ wakeAt }) => wakeAt)),
    tasks.map(({ item }) => item.entries).join('\n'),
    tasks.map(({ item }) => item.events).join('\n'),
  ];
}

/** An array of ids or numbers as PostgreSQL writes it: cheaper than what the drivers make of an array. */
function array(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join()}}`;
}

function invalid({ matchId, base }: Commit, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    'store/invalid',
    `match ${matchId}: the commit after entry ${base} can't be written: ${reason}`,
    cause,
  );
}

function gap({ matchId, base }: Commit, n: number): StoreError {
  return new StoreError(
    'store/gap',
    `match ${matchId}: a commit after entry ${base}, but the log stands at ${n}`,
  );
}
