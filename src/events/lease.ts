import { randomUUID } from 'node:crypto';
import type { Sql } from '../database/sql.ts';

const DEFAULT_LEASE_MS = 4_000;

// looks before it writes: readers that wait ask each second. A lost answer is made up for by asking again as the same owner
const TAKE = `
  insert into event_cursor as c (durable, position, owner, owned_until)
  select $1::varchar, 0, $2::uuid, clock_timestamp() + $3 * interval '1 ms'
  where not exists (
    select from event_cursor where durable = $1::varchar and owner <> $2::uuid and owned_until > clock_timestamp())
  on conflict (durable) do update set owner = excluded.owner, owned_until = excluded.owned_until
  where c.owner is null or c.owner = excluded.owner or c.owned_until <= clock_timestamp()
  returning position`;

const ADVANCE = `
  update event_cursor
  set position = greatest(position, $4), owned_until = clock_timestamp() + $3 * interval '1 ms'
  where durable = $1 and owner = $2::uuid
  returning position`;

const RELEASE =
  'update event_cursor set owner = null, owned_until = null where durable = $1 and owner = $2::uuid';

export interface ReaderLeaseOptions {
  readonly sql: Sql;
  readonly durable: string;
  /** Silence after which another may read, in milliseconds; 4,000 by default. */
  readonly leaseMs?: number | undefined;
  /** Milliseconds of a clock that never goes back, and goes on while the process is stopped. */
  readonly now?: () => number;
}

/**
 * The right to read for a durable name, and its cursor: one reader at a time, in whatever process. It is renewed by
 * each `advance`, and by itself where none comes, so a handler may take its time. The database's clock decides; the
 * reader's own only makes it stop early when it could not renew (it was stopped, or cut off).
 */
export class ReaderLease {
  readonly #options: ReaderLeaseOptions;
  readonly #leaseMs: number;
  readonly #now: () => number;
  /** Another one after each loss: what an earlier term still has under way counts no more. */
  #owner = randomUUID();
  #heldUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReaderLeaseOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether nobody else can be reading. To be asked right before each call of a handler. */
  get isHeld(): boolean {
    return this.#now() < this.#heldUntil;
  }

  /** The cursor to go on from (0: nothing was read yet), or null where another reads. Its holder may ask again. */
  async take(): Promise<string | null> {
    const position = await this.#own(TAKE, [], 'take-reader-lease');
    if (position !== null) this.#renewBetween();
    return position;
  }

  /** Moves the cursor on to `position`, never back. False: another has taken over, and nothing was moved. */
  async advance(position: string): Promise<boolean> {
    return (await this.#own(ADVANCE, [position], 'advance-cursor')) !== null;
  }

  /** Gives it back, so that another need not wait. Where the database doesn't answer, it expires. */
  async release(): Promise<void> {
    const { sql, durable } = this.#options;
    const owner = this.#owner;
    if (!this.#timer) return;
    this.#lose();
    await sql.query(RELEASE, [durable, owner]).catch(() => undefined);
  }

  /** Runs what answers with the cursor for the owner alone, and gives it the lease anew. */
  async #own(text: string, more: readonly string[], name: string): Promise<string | null> {
    const { sql, durable } = this.#options;
    const owner = this.#owner;
    const sentAt = this.#now();
    const params = [durable, owner, this.#leaseMs, ...more];
    const [row] = await sql.query<{ position: string }>(text, params, name);
    if (owner !== this.#owner) return null;
    if (row) this.#heldUntil = Math.max(this.#heldUntil, sentAt + this.#leaseMs);
    else this.#lose();
    return row?.position ?? null;
  }

  #renewBetween(): void {
    clearInterval(this.#timer);
    const renew = async (): Promise<void> => {
      const left = this.#heldUntil - this.#now();
      if (left < (this.#leaseMs * 2) / 3) await this.advance('0');
    };
    // one that fails is made up for by the next
    this.#timer = setInterval(() => void renew().catch(() => undefined), this.#leaseMs / 4).unref();
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#owner = randomUUID();
    this.#heldUntil = Number.NEGATIVE_INFINITY;
  }
}
