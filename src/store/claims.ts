import { isRefusedData } from '../database/errors.ts';
import type { Sql } from '../database/sql.ts';
import { decodeEntries } from '../events/record.ts';
import type { Entry } from '../match/engine.ts';
import { isUuid } from '../match/uuid.ts';
import { Batcher, type Task } from './batcher.ts';
import type { Claim, NewMatch } from './match-store.ts';
import { StoreError } from './store-error.ts';

/** Bounds what one statement answers with: a match brings its checkpoint and the entries after it. */
const MAX_BATCH = 256;

const CREATE = `
  insert into live_match (match_id, tenant_id, game, version, origin, epoch, n, owner, updated_at)
  select match_id, tenant_id, game, version, origin, 1, 0, $6, $7
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[]) as i (match_id, tenant_id, game, version, origin)
  where not exists (select from match_entry e where e.match_id = i.match_id)
  on conflict do nothing
  returning match_id`;

/**
 * A match that its last holder never gave back stood still since that holder was last known to live. A sign of life is
 * its lease, or what it wrote since: so match time never falls behind an entry.
 */
const CLAIM = `
  update live_match m set
    epoch = epoch + 1,
    owner = $2,
    updated_at = $3,
    origin = case when owner is null or owner = $2 then origin else origin + greatest(0,
      $3 - greatest(updated_at, (select seen_at from process_lease where id = m.owner))) end
  where match_id = any($1::uuid[])
  returning match_id, tenant_id, game, version, origin, epoch`;

const CHECKPOINTS = 'select match_id, n, state from live_checkpoint where match_id = any($1::uuid[])';

/** The records of each match from the last one that begins at entry $2 + 1 or before it. */
const ENTRIES = `
  select e.match_id, e.n, e.entries
  from unnest($1::uuid[], $2::int[]) as i (match_id, after),
    lateral (select max(n) as n from match_entry p where p.match_id = i.match_id and p.n <= i.after + 1) as first,
    match_entry e
  where e.match_id = i.match_id and e.n >= first.n
  order by e.match_id, e.n`;

interface ClaimRow {
  readonly match_id: string;
  readonly tenant_id: string;
  readonly game: string;
  readonly version: string;
  readonly origin: string;
  readonly epoch: number;
}

interface CheckpointRow {
  readonly match_id: string;
  readonly n: number;
  readonly state: Uint8Array;
}

interface EntriesRow {
  readonly match_id: string;
  readonly n: number;
  readonly entries: string;
}

export interface ClaimsOptions {
  readonly sql: Sql;
  readonly processId: string;
  readonly now: () => number;
}

/** Makes and claims matches, as many at once as ask for it. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #creates = new Batcher<NewMatch, Claim>({
    key: ({ matchId }) => matchId,
    maxBatch: MAX_BATCH,
    run: (tasks) => this.#create(tasks),
  });
  readonly #claims = new Batcher<string, Claim | null>({
    key: (matchId) => matchId,
    maxBatch: MAX_BATCH,
    run: (tasks) => this.#claim(tasks),
  });

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  async create(match: NewMatch): Promise<Claim> {
    if (!isUuid(match.matchId))
      throw new StoreError('store/invalid', `${match.matchId} is no id for a match`);
    return this.#creates.add(match);
  }

  async claim(matchId: string): Promise<Claim | null> {
    return isUuid(matchId) ? this.#claims.add(matchId) : null;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await Promise.all([this.#creates.idle(), this.#claims.idle()]);
  }

  async #create(tasks: readonly Task<NewMatch, Claim>[]): Promise<void> {
    try {
      await this.#insert(tasks);
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      if (tasks.length === 1)
        throw new StoreError('store/invalid', `the match can't be made: ${String(error)}`, error);
      // one spoils the statement for all: each alone
      for (const task of tasks) await this.#create([task]).catch((reason: unknown) => task.reject(reason));
    }
  }

  async #insert(tasks: readonly Task<NewMatch, Claim>[]): Promise<void> {
    const { sql, processId, now } = this.#options;
    const column = (key: keyof NewMatch) => tasks.map(({ item }) => item[key]);
    const columns = [
      column('matchId'),
      column('tenantId'),
      column('game'),
      column('version'),
      column('origin'),
    ];
    const rows = await sql.query<{ match_id: string }>(CREATE, [...columns, processId, now()], 'create');
    const made = new Set(rows.map((row) => row.match_id));
    for (const { item, resolve, reject } of tasks) {
      if (made.has(item.matchId))
        resolve({ ...item, epoch: 1, checkpointN: 0, checkpoint: null, entries: [] });
      else reject(new StoreError('store/exists', `there is, or was, a match ${item.matchId} already`));
    }
  }

  /**
   * The log is read in statements of their own, after the claims stand: one that wrote and read at once could miss the
   * last commit of the former holder, which its claim had waited for.
   */
  async #claim(tasks: readonly Task<string, Claim | null>[]): Promise<void> {
    const { sql, processId, now } = this.#options;
    const wanted = tasks.map(({ item }) => item);
    const matches = byMatch(await sql.query<ClaimRow>(CLAIM, [wanted, processId, now()], 'claim'));
    const ids = [...matches.keys()];
    const checkpoints = byMatch(await sql.query<CheckpointRow>(CHECKPOINTS, [ids], 'checkpoints'));
    const after = ids.map((id) => checkpoints.get(id)?.n ?? 0);
    const entries = Map.groupBy(
      await sql.query<EntriesRow>(ENTRIES, [ids, after], 'entries'),
      ({ match_id }) => match_id,
    );
    for (const { item, resolve } of tasks) {
      const row = matches.get(item);
      resolve(row ? toClaim(row, checkpoints.get(item), entries.get(item) ?? []) : null);
    }
  }
}

function byMatch<Row extends { readonly match_id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.match_id, row]));
}

function toClaim(
  row: ClaimRow,
  checkpoint: CheckpointRow | undefined,
  records: readonly EntriesRow[],
): Claim {
  const checkpointN = checkpoint?.n ?? 0;
  return {
    matchId: row.match_id,
    tenantId: row.tenant_id,
    game: row.game,
    version: row.version,
    origin: Number(row.origin),
    epoch: row.epoch,
    checkpointN,
    checkpoint: checkpoint?.state ?? null,
    entries: entriesAfter(checkpointN, records),
  };
}

function entriesAfter(n: number, records: readonly EntriesRow[]): Entry[] {
  return records.flatMap((record) => decodeEntries(record.n, record.entries)).filter((entry) => entry.n > n);
}
