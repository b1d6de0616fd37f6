/**
 * What processes say to each other for the matchmaker: Colyseus' presence over Redis. While Redis is away, calls that
 * Colyseus does not wait for must not reject: one would end the process. Whoever waits for an answer runs into its own
 * time limit; subscriptions are made up for when Redis is back. No command waits longer than the connection's time-out:
 * Colyseus waits for some when a room ends, and so does the end of the process.
 */
import { RedisPresence } from '@colyseus/redis-presence';
import type { Redis } from 'ioredis';
import { callScript, defineScripts } from '../redis/scripts.ts';

const COUNT = `local count = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return count`;

export class HousePresence extends RedisPresence {
  readonly #redis: Redis;
  readonly #onError: (error: unknown) => void;

  /** The connection is used, and a second one like it, and both are closed by `shutdown`. */
  constructor(redis: Redis, onError: (error: unknown) => void) {
    super(redis);
    this.#redis = redis;
    this.#onError = onError;
    defineScripts(redis, { presenceCount: COUNT });
    // its own listeners write a line for each attempt to connect
    for (const connection of [this.pub, this.sub])
      connection.removeAllListeners('error').on('error', onError);
  }

  override subscribe(...args: Parameters<RedisPresence['subscribe']>): Promise<this> {
    return this.#calm(super.subscribe(...args), this) as Promise<this>;
  }

  override unsubscribe(...args: Parameters<RedisPresence['unsubscribe']>): Promise<this> {
    return this.#calm(super.unsubscribe(...args), this) as Promise<this>;
  }

  override publish(topic: string, data: unknown): Promise<void> {
    return this.#calm(super.publish(topic, data), undefined);
  }

  override hset(key: string, field: string, value: string): Promise<boolean> {
    return this.#calm(super.hset(key, field, value), false);
  }

  override hdel(key: string, field: string): Promise<boolean> {
    return this.#calm(super.hdel(key, field), false);
  }

  /** Colyseus counts by it who asks for a room at the same time: nobody else, as far as can be told. */
  override hincrbyex(key: string, field: string, value: number, seconds: number): Promise<number> {
    const counted = callScript(this.#redis, 'presenceCount', [key], [field, value, seconds]);
    return this.#calm(counted as Promise<number>, value);
  }

  override shutdown(): void {
    this.pub.disconnect();
    this.sub.disconnect();
  }

  async #calm<T>(work: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#onError(error);
      return otherwise;
    }
  }
}
