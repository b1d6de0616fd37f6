/**
 * The MatchStore on Redis, with PostgreSQL behind it: a commit is one script call for all matches that wait, and is
 * flushed some seconds later. PostgreSQL issues the epochs, so it decides who holds a match whatever Redis remembers.
 * Redis may forget: a process keeps what is not flushed of the matches that it holds, and commits it to PostgreSQL then.
 */
import type { Redis } from 'ioredis';
import { decodeEntries } from '../events/record.ts';
import { isUuid } from '../match/uuid.ts';
import { Batcher, type Task } from './batcher.ts';
import { checkCommit } from './check-commit.ts';
import { Flusher } from './flusher.ts';
import { type HotAnswer, type HotCommit, HotMatches } from './hot-matches.ts';
import { type HeldMatch, type HotRecord, lastOf, recordOf, recordsAfter } from './hot-records.ts';
import type { Claim, Commit, CommitStatus, MatchStore, NewMatch } from './match-store.ts';
import { type MatchStoreOptions, openMatchStore, type PostgresMatchStore } from './postgres-match-store.ts';
import { StoreError } from './store-error.ts';

const MAX_BATCH = 256;
const DEFAULT_FLUSH_MS = 2_000;
/** A match that is not flushed for so many rounds has a holder that is dead: whoever looks may flush it. */
const ORPHAN_ROUNDS = 2;
const ORPHANS_AT_ONCE = 256;

export interface RedisMatchStoreOptions extends MatchStoreOptions {
  /** Answers or fails within a second, and queues nothing while there is no connection. */
  readonly redis: Redis;
  /** Stands before all keys. */
  readonly prefix: string;
  /** How far PostgreSQL may be behind, in milliseconds; 2,000 by default, so that readers of the stream follow closely. */
  readonly flushMs?: number;
  /** Told of what failed in the background, and is tried again. */
  readonly onError?: (error: unknown) => void;
}

type CommitTask = Task<Commit, CommitStatus>;

export async function openRedisMatchStore(options: RedisMatchStoreOptions): Promise<RedisMatchStore> {
  return new RedisMatchStore(options, await openMatchStore(options));
}

export class RedisMatchStore implements MatchStore {
  readonly #options: RedisMatchStoreOptions;
  readonly #cold: PostgresMatchStore;
  readonly #hot: HotMatches;
  readonly #flusher: Flusher;
  readonly #held = new Map<string, HeldMatch>();
  readonly #timer: NodeJS.Timeout;
  #closed = false;
  readonly #commits = new Batcher<Commit, CommitStatus>({
    key: ({ matchId }) => matchId,
    maxBatch: MAX_BATCH,
    run: (tasks) => this.#commitAll(tasks),
  });

  constructor(options: RedisMatchStoreOptions, cold: PostgresMatchStore) {
    this.#options = options;
    this.#cold = cold;
    this.#hot = new HotMatches(options.redis, options.prefix, options.now);
    this.#flusher = new Flusher(options);
    this.#timer = setInterval(() => void this.#flushAll().catch(this.#failed), this.#flushMs).unref();
  }

  async create(match: NewMatch): Promise<Claim> {
    this.#mustBeOpen();
    const claim = await this.#cold.create(match);
    this.#hold(claim, 0);
    await this.#hot.seed(claim.matchId, claim.epoch, 0, null).catch(this.#failed);
    return claim;
  }

  /** What Redis has beyond PostgreSQL comes first: under the old epoch, then under the new what came meanwhile. */
  async claim(matchId: string): Promise<Claim | null> {
    this.#mustBeOpen();
    await this.#flushOrphan(matchId);
    const claim = await this.#cold.claim(matchId);
    if (!claim) return null;
    const n = claim.entries.at(-1)?.n ?? claim.checkpointN;
    const hot = await this.#hot.take(matchId, claim.epoch);
    if (hot === 'fenced') return claim;
    const held = this.#hold(claim, n);
    held.wakeAt = hot ? hot.wakeAt : 'unknown';
    held.records = recordsAfter(n, hot?.records ?? []);
    held.n = held.records.length > 0 ? lastOf(held.records.at(-1)!) : n;
    if (hot?.n !== held.n) await this.#flushAndSeed(held);
    const entries = held.records.flatMap((record) => decodeEntries(record.n, record.entries));
    return { ...claim, entries: [...claim.entries, ...entries] };
  }

  look(matchId: string): ReturnType<MatchStore['look']> {
    return this.#cold.look(matchId);
  }

  async commit(commit: Commit): Promise<CommitStatus> {
    this.#mustBeOpen();
    checkCommit(commit);
    const status = await this.#commits.add(commit);
    if (status === 'ok' && commit.isUrgent) await this.flush(commit.matchId);
    return status;
  }

  async checkpoint(matchId: string, epoch: number, n: number, state: Uint8Array): Promise<CommitStatus> {
    const status = await this.flush(matchId);
    return status === 'unknown' ? status : this.#cold.checkpoint(matchId, epoch, n, state);
  }

  /** Brings PostgreSQL up to date with a match that this process holds. */
  async flush(matchId: string): Promise<CommitStatus> {
    const held = this.#held.get(matchId);
    return held ? this.#flushHeld(held) : 'ok';
  }

  release(matchId: string, epoch: number): Promise<CommitStatus> {
    return this.#end(matchId, epoch, () => this.#cold.release(matchId, epoch));
  }

  remove(matchId: string, epoch: number): Promise<CommitStatus> {
    return this.#end(matchId, epoch, () => this.#cold.remove(matchId, epoch));
  }

  async due(now: number, limit: number): Promise<string[]> {
    await this.#flushOrphans();
    return this.#cold.due(now, limit);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#commits.idle();
    await this.#flushAll();
    await this.#cold.close();
  }

  #mustBeOpen(): void {
    if (this.#closed)
      throw new StoreError('store/closed', 'this store was closed: the process is about to end');
  }

  #hold({ matchId, epoch }: Claim, n: number): HeldMatch {
    const at = this.#options.now();
    const held: HeldMatch = {
      matchId,
      epoch,
      n,
      flushed: n,
      wakeAt: null,
      at,
      isWakeNew: false,
      records: [],
    };
    const before = this.#held.get(matchId);
    if (!before || before.epoch < epoch) this.#held.set(matchId, held);
    return held;
  }

  async #commitAll(tasks: readonly CommitTask[]): Promise<void> {
    const mine = tasks.filter((task) => this.#isMine(task));
    const commits = mine.map(({ item }) => this.#hotCommit(item));
    const answers = await this.#hot.commit(commits);
    await Promise.all(mine.map((task, i) => this.#settle(task, commits[i]!.record, answers[i]!)));
  }

  /** Only who holds a match may ask; a commit that does not follow its log is a fault of the caller. */
  #isMine({ item: { matchId, epoch, base, entries }, resolve, reject }: CommitTask): boolean {
    const held = this.#held.get(matchId);
    if (held?.epoch !== epoch) resolve('fenced');
    else if (held.n !== base && held.n !== base + entries.length) reject(gap(matchId, base, held.n));
    else return true;
    return false;
  }

  #hotCommit(commit: Commit): HotCommit {
    const { matchId, base, wakeAt } = commit;
    return { matchId, base, wakeAt, record: recordOf(commit, this.#options.now()) };
  }

  async #settle({ item, resolve, reject }: CommitTask, record: HotRecord, answer: HotAnswer): Promise<void> {
    if (answer === 'fenced') {
      this.#held.delete(item.matchId);
      return resolve('fenced');
    }
    const held = this.#held.get(item.matchId);
    if (held?.epoch !== item.epoch) return resolve('fenced');
    note(held, item, record);
    if (answer === 'ok') return resolve('ok');
    // Redis does not have it, or not surely: PostgreSQL does then, and Redis learns it anew
    await this.#flushAndSeed(held).then(resolve, reject);
  }

  /** All of a match to PostgreSQL, and from there to Redis. */
  async #flushAndSeed(held: HeldMatch): Promise<CommitStatus> {
    const status = await this.#flushHeld(held);
    if (status === 'ok')
      await this.#hot.seed(held.matchId, held.epoch, held.n, held.wakeAt).catch(this.#failed);
    return status;
  }

  async #end(matchId: string, epoch: number, end: () => Promise<CommitStatus>): Promise<CommitStatus> {
    const flushed = await this.flush(matchId);
    if (flushed === 'unknown') return flushed;
    const status = await end();
    if (status !== 'ok') return status;
    if (this.#held.get(matchId)?.epoch === epoch) this.#held.delete(matchId);
    await this.#hot.forget(matchId, epoch).catch(this.#failed);
    return status;
  }

  async #flushAll(): Promise<void> {
    const dirty = [...this.#held.values()].filter(
      ({ records, isWakeNew }) => records.length > 0 || isWakeNew,
    );
    await Promise.all(dirty.map((held) => this.#flushHeld(held)));
  }

  /** What PostgreSQL has not yet of a match that this process holds; the rest of it stays for the next time. */
  async #flushHeld(held: HeldMatch): Promise<CommitStatus> {
    const { matchId, epoch, flushed, wakeAt, at } = held;
    // as they are now: more may come while they are written
    const records = held.records.slice();
    if (records.length === 0 && !held.isWakeNew) return 'ok';
    const status = await this.#flusher.flush({ matchId, epoch, base: flushed, records, wakeAt, at });
    if (status === 'fenced') this.#lose(held);
    if (status !== 'ok') return status;
    const n = records.length > 0 ? lastOf(records.at(-1)!) : flushed;
    held.flushed = Math.max(held.flushed, n);
    held.records = held.records.filter((record) => lastOf(record) > held.flushed);
    if (held.wakeAt === wakeAt) held.isWakeNew = false;
    await this.#hot.clean([{ matchId, epoch, n }]).catch(this.#failed);
    return 'ok';
  }

  #lose({ matchId, epoch }: HeldMatch): void {
    if (this.#held.get(matchId)?.epoch === epoch) this.#held.delete(matchId);
  }

  /** What a process left in Redis when it died, for PostgreSQL. Any process may: the epoch is that of the dead. */
  async #flushOrphans(): Promise<void> {
    const before = this.#options.now() - ORPHAN_ROUNDS * this.#flushMs;
    const orphans = await this.#hot.unflushed(before, ORPHANS_AT_ONCE);
    await Promise.all(orphans.map((matchId) => this.#flushOrphan(matchId)));
  }

  async #flushOrphan(matchId: string): Promise<void> {
    if (!isUuid(matchId)) return;
    const hot = await this.#hot.read(matchId);
    if (!hot) return;
    const { epoch, wakeAt, records } = hot;
    const base = (records[0]?.n ?? hot.n + 1) - 1;
    const at = records.at(-1)?.at ?? 0;
    const status = await this.#flusher.flush({ matchId, epoch, base, records, wakeAt, at });
    if (status === 'ok') await this.#hot.clean([{ matchId, epoch, n: hot.n }]);
  }

  get #flushMs(): number {
    return this.#options.flushMs ?? DEFAULT_FLUSH_MS;
  }

  readonly #failed = (error: unknown): void => this.#options.onError?.(error);
}

/** The holder's memory after a commit. */
function note(held: HeldMatch, { base, wakeAt }: Commit, record: HotRecord): void {
  held.at = record.at;
  if (held.wakeAt !== wakeAt) held.isWakeNew = true;
  held.wakeAt = wakeAt;
  if (held.n !== base || record.count === 0) return;
  held.n = lastOf(record);
  held.records.push(record);
}

function gap(matchId: string, base: number, n: number): StoreError {
  return new StoreError(
    'store/gap',
    `match ${matchId}: a commit after entry ${base}, but the log stands at ${n}`,
  );
}
