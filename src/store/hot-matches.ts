/** The hot side: Redis by one script call for all that waits, with answers that say what to do next. */
import type { Redis } from 'ioredis';
import { type HotScript, hotScripts } from './hot-scripts.ts';
import { callScript, defineScripts } from '../redis/scripts.ts';
import {
  formatRecord,
  type HotRecord,
  parseRecord,
  formatWake,
  parseWake,
  type WakeAt,
} from './hot-records.ts';

/** ok, fenced as for the store; lost: Redis knows another past of the match, or none; away: it gave no answer. */
export type HotAnswer = 'ok' | 'fenced' | 'lost' | 'away';

export interface HotCommit {
  readonly matchId: string;
  readonly base: number;
  readonly wakeAt: number | null;
  readonly record: HotRecord;
}

/** A match as it stands in Redis. */
export interface HotMatch {
  readonly epoch: number;
  readonly n: number;
  readonly wakeAt: WakeAt;
  readonly records: readonly HotRecord[];
}

export interface Flushed {
  readonly matchId: string;
  readonly epoch: number;
  readonly n: number;
}

/** What is flushed may be forgotten after this long; a commit makes it stay. */
const flushedMs = 60 * 60_000;
/** After no answer Redis is left alone for so long, and PostgreSQL takes the commits. */
const awayMs = 1_000;

export class HotMatches {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #now: () => number;
  #awayUntil = 0;

  constructor(redis: Redis, prefix: string, now: () => number) {
    this.#redis = redis;
    this.#prefix = `{${prefix}}`;
    this.#now = now;
    defineScripts(redis, hotScripts);
  }

  async commit(commits: readonly HotCommit[]): Promise<HotAnswer[]> {
    if (this.#isAway) return commits.map(() => 'away');
    const keys = [this.#dirty, ...commits.flatMap(({ matchId }) => this.#keys(matchId))];
    const args = commits.flatMap(({ matchId, base, wakeAt, record }) => [
      matchId,
      record.epoch,
      base,
      record.count,
      wakeAt ?? '',
      formatRecord(record),
    ]);
    try {
      const answers = (await this.#run('COMMIT', keys, [this.#now(), ...args])) as (HotAnswer | 'gap')[];
      return answers.map((answer) => (answer === 'gap' ? 'lost' : answer));
    } catch {
      this.#awayUntil = performance.now() + awayMs;
      return commits.map(() => 'away');
    }
  }

  /** Fences all epochs before this one. Null where Redis knows nothing of the match. */
  async take(matchId: string, epoch: number): Promise<HotMatch | 'fenced' | null> {
    const answer = (await this.#run('TAKE', this.#keys(matchId), [epoch])) as [] | ['fenced'] | HotAnswerRow;
    if (answer.length === 0) return null;
    if (answer[0] === 'fenced') return 'fenced';
    const [n, wakeAt, records] = answer as HotAnswerRow;
    return hotMatch(epoch, n, wakeAt, records);
  }

  async read(matchId: string): Promise<HotMatch | null> {
    const [hash, records] = this.#keys(matchId);
    const [[, known], [, texts]] = (await this.#redis
      .multi()
      .hmget(hash, 'e', 'n', 'w')
      .zrange(records, 0, -1)
      .exec()) as [[null, [string | null, string, string]], [null, string[]]];
    const [epoch, n, wakeAt] = known;
    return epoch === null ? null : hotMatch(Number(epoch), n, wakeAt, texts);
  }

  /** Makes Redis know the match as its holder does, all of it flushed. False: a later epoch has it, or Redis is away. */
  async seed(matchId: string, epoch: number, n: number, wakeAt: WakeAt): Promise<boolean> {
    if (this.#isAway) return false;
    return (await this.#run('SEED', this.#keys(matchId), [epoch, n, formatWake(wakeAt)])) === 1;
  }

  /** PostgreSQL has these now. Redis learns it with the next flush where it is away. */
  async clean(flushed: readonly Flushed[]): Promise<void> {
    if (this.#isAway) return;
    const keys = [this.#dirty, ...flushed.flatMap(({ matchId }) => this.#keys(matchId))];
    await this.#run('CLEAN', keys, [
      flushedMs,
      ...flushed.flatMap(({ matchId, epoch, n }) => [matchId, epoch, n]),
    ]);
  }

  async forget(matchId: string, epoch: number): Promise<void> {
    await this.#run('FORGET', [...this.#keys(matchId), this.#dirty], [matchId, epoch]);
  }

  /** Matches of which something has not been flushed since `before`, the oldest first. */
  unflushed(before: number, limit: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.#dirty, '-inf', before, 'LIMIT', 0, limit);
  }

  /** It gave no answer a moment ago: nobody waits for it again so soon. */
  get #isAway(): boolean {
    return performance.now() < this.#awayUntil;
  }

  get #dirty(): string {
    return `${this.#prefix}:dirty`;
  }

  #keys(matchId: string): [hash: string, records: string] {
    return [`${this.#prefix}:match:${matchId}`, `${this.#prefix}:records:${matchId}`];
  }

  #run(name: HotScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return callScript(this.#redis, name, keys, args);
  }
}

type HotAnswerRow = [n: string, wakeAt: string, records: string[]];

function hotMatch(epoch: number, n: string, wakeAt: string, records: readonly string[]): HotMatch {
  return {
    epoch,
    n: Number(n),
    wakeAt: parseWake(wakeAt),
    records: records.map(parseRecord),
  };
}
