import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { openRedisMatchStore, type RedisMatchStore } from '../../src/store/redis-match-store.ts';
import { databases } from '../support/databases.ts';
import { hasRedis, openRedis } from '../support/redis.ts';
import { LEASE_MS, matchStoreContract } from './contract.ts';

describe.skipIf(!hasRedis).each(databases)('Redis over %s', (_, open) => {
  matchStoreContract(async () => {
    const { database, close } = await open();
    const redis = openRedis();
    const stream = openEventStream(database);
    const stores: RedisMatchStore[] = [];
    const options = { sql: database.sql, leaseMs: LEASE_MS, prefix: redis.prefix };
    return {
      async openStore(now) {
        const store = await openRedisMatchStore({
          ...options,
          redis: redis.connect(),
          processId: randomUUID(),
          now,
        });
        stores.push(store);
        return store;
      },
      async readStream(matchId) {
        for (const store of stores) await store.flush(matchId);
        return stream.read(matchId);
      },
      async close() {
        await redis.close();
        await close();
      },
    };
  });
});
