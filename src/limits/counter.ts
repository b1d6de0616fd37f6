/** One limit: so many points a minute for each key, counted in this process, or in Redis for all of them. */
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { ProofOf } from './proofs.ts';

/** Seconds. */
export const windowSeconds = 60;
/** Keys that come new in a minute, until those that follow share counts. */
const mostNewcomers = 50_000;
/** Characters of a key that are left then: 12 bits, so 4,096 counts. */
const sharedLength = 2;

export interface CounterOptions {
  readonly name: string;
  /** More than 0. */
  readonly points: number;
  /** Null: counted in this process alone. */
  readonly redis: Redis | null;
  /** Stands before the keys in Redis. */
  readonly prefix: string;
  readonly proofOf: ProofOf;
}

export interface Taken {
  /** Within the limit. */
  readonly isAllowed: boolean;
  /** Nothing is left until the window ends. */
  readonly isSpent: boolean;
  /** Milliseconds until the window ends. */
  readonly msLeft: number;
}

export class Counter {
  readonly #options: CounterOptions;
  readonly #limiter: RateLimiterMemory | RateLimiterRedis;
  #newcomers = 0;
  #newSince = 0;

  constructor(options: CounterOptions) {
    this.#options = options;
    this.#limiter = limiterOf(options);
  }

  async take(who: string): Promise<Taken> {
    try {
      const { remainingPoints, msBeforeNext, isFirstInDuration } = await this.#limiter.consume(
        this.#keyOf(who),
      );
      if (isFirstInDuration) this.#newcomers++;
      return { isAllowed: true, isSpent: remainingPoints === 0, msLeft: msBeforeNext };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return { isAllowed: false, isSpent: true, msLeft: refused.msBeforeNext };
    }
  }

  /** Nothing is left to `who` for so long; who shares a count is spared, since others would be hit. */
  async block(who: string, ms: number): Promise<void> {
    if (this.#isCrowded) return;
    await this.#limiter.block(this.#keyOf(who), Math.ceil(ms / 1000));
  }

  /**
   * An address is personal data, an account may be: neither stands in Redis. A crowd of newcomers, as one who owns many
   * networks can send, costs bounded memory: its keys are cut, so that some share a count. Nobody can tell which.
   */
  #keyOf(who: string): string {
    const { redis, proofOf } = this.#options;
    if (this.#isCrowded) return proofOf(who).slice(0, sharedLength);
    return redis ? proofOf(who) : who;
  }

  get #isCrowded(): boolean {
    const now = performance.now();
    if (now - this.#newSince > windowSeconds * 1000) {
      this.#newSince = now;
      this.#newcomers = 0;
    }
    return this.#newcomers >= mostNewcomers;
  }
}

function limiterOf({ name, points, redis, prefix }: CounterOptions): RateLimiterMemory | RateLimiterRedis {
  const common = { points, duration: windowSeconds, keyPrefix: `${prefix}${name}` };
  const memory = new RateLimiterMemory(common);
  if (!redis) return memory;
  return new RateLimiterRedis({
    ...common,
    storeClient: redis,
    // who is over the limit is refused without asking Redis, until the window ends
    inMemoryBlockOnConsumed: points + 1,
    rejectIfRedisNotReady: true,
    // while Redis gives no answer each process counts by itself
    insuranceLimiter: memory,
  });
}
