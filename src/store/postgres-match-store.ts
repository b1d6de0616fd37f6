import { isTransient } from '../database/errors.ts';
import type { Sql } from '../database/sql.ts';
import { isUuid } from '../match/uuid.ts';
import { Claims } from './claims.ts';
import { Committer } from './committer.ts';
import { Lease } from './lease.ts';
import type { Claim, Commit, CommitStatus, MatchStore, NewMatch } from './match-store.ts';
import { StoreError } from './store-error.ts';

const DEFAULT_LEASE_MS = 5_000;

const CHECKPOINT = `
  with mine as (select n from live_match where match_id = $1 and epoch = $2),
  saved as (
    insert into live_checkpoint as c (match_id, epoch, n, state)
    select $1, $2, $3, $4 from mine where n >= $3
    on conflict (match_id) do update set epoch = excluded.epoch, n = excluded.n, state = excluded.state
    where c.n <= excluded.n
  )
  select n from mine`;

const RELEASE = `
  update live_match set owner = null, updated_at = $3 where match_id = $1 and epoch = $2 returning n`;

// its checkpoint goes with it (cascade)
const REMOVE = 'delete from live_match where match_id = $1 and epoch = $2 returning n';

const DUE = `
  select m.match_id from live_match m left join process_lease l on l.id = m.owner
  where m.wake_at <= $1 and (l.id is null or l.seen_at < $2)
  order by m.wake_at, m.match_id limit $3`;

const LOOK = 'select tenant_id, game, version from live_match where match_id = $1';

interface LookRow {
  readonly tenant_id: string;
  readonly game: string;
  readonly version: string;
}

export interface MatchStoreOptions {
  readonly sql: Sql;
  /** UUID of this life of this process: another one after each start. */
  readonly processId: string;
  /** Wall time in milliseconds. */
  readonly now: () => number;
  /** How long a process that gives no sign of life still counts as living, in milliseconds; 5,000 by default. */
  readonly leaseMs?: number;
  /** Called after each statement that wrote entries: the stream's `nudge`. */
  readonly onCommit?: () => void;
}

/** The MatchStore on PostgreSQL and PGlite. Resolves when this process's lease stands. */
export async function openMatchStore(options: MatchStoreOptions): Promise<PostgresMatchStore> {
  const lease = await Lease.start({ ...options, leaseMs: options.leaseMs ?? DEFAULT_LEASE_MS });
  return new PostgresMatchStore(options, lease);
}

export class PostgresMatchStore implements MatchStore {
  readonly #options: MatchStoreOptions;
  readonly #lease: Lease;
  readonly #claims: Claims;
  readonly #committer: Committer;
  #closed = false;

  constructor(options: MatchStoreOptions, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    this.#claims = new Claims(options);
    this.#committer = new Committer(options);
  }

  async create(match: NewMatch): Promise<Claim> {
    this.#mustBeOpen();
    return this.#claims.create(match);
  }

  async claim(matchId: string): Promise<Claim | null> {
    this.#mustBeOpen();
    return this.#claims.claim(matchId);
  }

  async look(matchId: string): Promise<Pick<NewMatch, 'tenantId' | 'game' | 'version'> | null> {
    this.#mustBeOpen();
    if (!isUuid(matchId)) return null;
    const [row] = await this.#options.sql.query<LookRow>(LOOK, [matchId], 'look');
    return row ? { tenantId: row.tenant_id, game: row.game, version: row.version } : null;
  }

  async commit(commit: Commit): Promise<CommitStatus> {
    this.#mustBeOpen();
    return this.#committer.commit(commit);
  }

  async checkpoint(matchId: string, epoch: number, n: number, state: Uint8Array): Promise<CommitStatus> {
    const row = await this.#ofHolder(CHECKPOINT, matchId, [epoch, n, state], 'checkpoint');
    if (typeof row === 'string') return row;
    if (row.n >= n) return 'ok';
    throw new StoreError(
      'store/gap',
      `match ${matchId}: a checkpoint of entry ${n}, but the log stands at ${row.n}`,
    );
  }

  async release(matchId: string, epoch: number): Promise<CommitStatus> {
    const row = await this.#ofHolder(RELEASE, matchId, [epoch, this.#options.now()], 'release');
    return typeof row === 'string' ? row : 'ok';
  }

  async remove(matchId: string, epoch: number): Promise<CommitStatus> {
    const row = await this.#ofHolder(REMOVE, matchId, [epoch], 'remove');
    return typeof row === 'string' ? row : 'ok';
  }

  async due(now: number, limit: number): Promise<string[]> {
    const { sql, leaseMs = DEFAULT_LEASE_MS } = this.#options;
    const deadBefore = this.#options.now() - leaseMs;
    const rows = await sql.query<{ match_id: string }>(DUE, [now, deadBefore, limit], 'due');
    return rows.map((row) => row.match_id);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#claims.idle(), this.#committer.idle()]);
    await this.#lease.end();
  }

  /** Runs a statement whose row is there only for the epoch that holds the match. */
  async #ofHolder(
    text: string,
    matchId: string,
    params: unknown[],
    name: string,
  ): Promise<{ n: number } | CommitStatus> {
    this.#mustBeOpen();
    if (!isUuid(matchId)) return 'fenced';
    try {
      const [row] = await this.#options.sql.query<{ n: number }>(text, [matchId, ...params], name);
      return row ?? 'fenced';
    } catch (error) {
      if (isTransient(error)) return 'unknown';
      throw error;
    }
  }

  #mustBeOpen(): void {
    if (this.#closed)
      throw new StoreError('store/closed', 'this store was closed: the process is about to end');
  }
}
