/**
 * One at a time: those who ask for the same at once would each find no room, and make one each. In this process they wait
 * in line; processes take turns by a key in Redis.
 */
import { hash, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InTurn } from '../http/matchmaking.ts';
import { callScript, defineScripts } from '../redis/scripts.ts';

/** Who died with the key loses it after this long; nobody works that long. */
const lifeMs = 5_000;
const LEAVE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end`;

/** Turns in this process alone. */
export function localTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}

/** Turns among all processes. Without Redis work goes on: the worst is a room too many. */
export function clusterTurns(redis: Redis, prefix: string): InTurn {
  const here = localTurns();
  defineScripts(redis, { turnLeave: LEAVE });
  return (key, work) =>
    here(key, async () => {
      const lock = `{${prefix}}:turn:${hash('sha1', key)}`;
      const token = randomUUID();
      await take(redis, lock, token).catch(() => {});
      try {
        return await work();
      } finally {
        void callScript(redis, 'turnLeave', [lock], [token]).catch(() => {});
      }
    });
}

async function take(redis: Redis, lock: string, token: string): Promise<void> {
  const end = performance.now() + lifeMs;
  for (let pause = 1; performance.now() < end; pause = Math.min(pause * 2, 16)) {
    if ((await redis.set(lock, token, 'PX', lifeMs, 'NX')) === 'OK') return;
    await sleep(pause);
  }
}
