/** A house's connections to Redis: each has a guard of its own, and all have one outage. */
import type { Redis } from 'ioredis';
import type { Log } from '../ops/logger.ts';
import { Outage } from '../ops/outages.ts';
import { connectRedis } from '../redis/connect.ts';
import { isRedisAway } from '../redis/errors.ts';
import type { Guarding } from '../redis/guarded-redis.ts';

export interface ConnectionsOptions {
  readonly redisUrl: string;
  readonly now: () => number;
  readonly log: Log;
  /** Of a connection, by its name; `probe` resolves when Redis answers there. Without it commands go straight there. */
  readonly guard?: (connection: string, probe: () => Promise<unknown>) => Guarding;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #outage: Outage;
  readonly #all: Redis[] = [];
  /** For what comes of Redis alone: in an outage it has two lines. */
  readonly log: Log;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    const { log, now } = options;
    this.#outage = new Outage({ what: 'Redis', log, now, explains: isRedisAway });
    this.log = this.#outage.quiet(log);
  }

  /** `timeoutMs`: of a command; absent: as long as it takes. */
  connect(name: string, timeoutMs?: number): Redis {
    const redis = connectRedis({
      url: this.#options.redisUrl,
      name,
      onError: (error) => this.log.warn({ name, error }, 'Redis does not answer'),
      guard: (probe) => this.#guardingOf(name, probe),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    this.#all.push(redis);
    return redis;
  }

  close(): void {
    for (const redis of this.#all) redis.disconnect();
  }

  #guardingOf(name: string, probe: () => Promise<unknown>): Guarding {
    const guard = this.#options.guard?.(name, probe);
    return { run: (work) => this.#outage.watch(() => (guard ? guard.run(work) : work())) };
  }
}
