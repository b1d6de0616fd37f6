/** Those who ask for the same at once: one after the other, in this process and among several. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterTurns, localTurns } from '../../src/cluster/join-turns.ts';
import type { InTurn } from '../../src/http/matchmaking.ts';
import { openRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeEach(() => void (redis = openRedis()));
afterEach(() => redis.close());

/** Runs works of so many askers; the most that were at it at once, and how many ran. */
async function crowd(turns: readonly InTurn[], keys: readonly string[], each: number) {
  const busy = new Map<string, number>();
  let [most, ran, together] = [0, 0, 0];
  const work = (key: string) => async (): Promise<void> => {
    busy.set(key, (busy.get(key) ?? 0) + 1);
    most = Math.max(most, busy.get(key)!);
    together = Math.max(together, [...busy.values()].filter(Boolean).length);
    await sleep(1);
    busy.set(key, busy.get(key)! - 1);
    ran++;
  };
  const all = turns.flatMap((inTurn) =>
    keys.flatMap((key) => Array.from({ length: each }, () => inTurn(key, work(key)))),
  );
  await Promise.all(all);
  return { most, ran, together };
}

describe('turns', () => {
  test('[CU35] in one process: one at a time of a key, others meanwhile', async () => {
    expect(await crowd([localTurns()], ['a', 'b'], 20)).toEqual({ most: 1, ran: 40, together: 2 });
  });

  test('[CU35] among three processes: one at a time of a key, others meanwhile', async () => {
    const turns = [1, 2, 3].map(() => clusterTurns(redis.connect(), redis.prefix));
    expect(await crowd(turns, ['a', 'b'], 8)).toEqual({ most: 1, ran: 48, together: 2 });
  });

  test('[CU36] whoever fails or throws makes way, and hears of it', async () => {
    const inTurn = clusterTurns(redis.connect(), redis.prefix);
    const failing = inTurn('a', () => Promise.reject(new Error('mine')));
    const next = inTurn('a', async () => 'next');
    await expect(failing).rejects.toThrow('mine');
    expect(await next).toBe('next');
    expect(await clusterTurns(redis.connect(), redis.prefix)('a', async () => 'other')).toBe('other');
  });

  test('[CU36] the turn of a process that died ends by itself, and a late one takes no other its turn', async () => {
    const raw = redis.connect();
    const inTurn = clusterTurns(redis.connect(), redis.prefix);
    let lock = '';
    await inTurn('a', async () => {
      [lock = ''] = await raw.keys(`*${redis.prefix}*turn*`);
      const life = await raw.pttl(lock);
      expect(life > 0 && life <= 5_000).toBe(true);
      // this one took too long: another has its turn
      await raw.set(lock, 'another');
    });
    const next = inTurn('a', () => raw.get(lock));
    await sleep(50);
    expect(await raw.get(lock)).toBe('another');
    await raw.del(lock);
    expect(await next).toMatch(/^[0-9a-f-]{36}$/);
  });
});
