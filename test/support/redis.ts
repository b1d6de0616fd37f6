/** A connection to the test server's Redis with a prefix of its own, whose keys are gone afterwards. */
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';

export const testRedisUrl = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** Whether tests on it are run: demanded by CI, else where it answers. */
export const hasRedis = process.env['CI'] === 'true' || (await answers(testRedisUrl));

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

export interface TestRedis {
  readonly prefix: string;
  connect(): Redis;
  /** Those who are connected lose their connections for good. */
  cut(): void;
  close(): Promise<void>;
}

export function openRedis(url = testRedisUrl, prefix = `test-${randomUUID()}`): TestRedis {
  const connections: Redis[] = [];
  const connect = (): Redis => {
    const redis = new Redis(url, {
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: 1_000,
    });
    redis.on('error', () => {});
    connections.push(redis);
    return redis;
  };
  return {
    prefix,
    connect,
    cut() {
      for (const connection of connections) connection.disconnect();
    },
    async close() {
      const redis = connect();
      const keys = await redis.keys(`*${prefix}*`);
      if (keys.length > 0) await redis.del(keys);
      for (const connection of connections) connection.disconnect();
    },
  };
}
