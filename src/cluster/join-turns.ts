/**
 * One at a time: those who ask for the same at once would each find no room, and make one each. In this process they wait
 * in line; processes take turns by a key in Redis.
 */
import { hash, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InTurn } from '../http/matchmaking.ts';
import { redisTurns, type Turns } from '../redis/turn.ts';

/** Who died with the key loses it after this long; nobody works that long. */
const lifeMs = 5_000;

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
  const turns = redisTurns(redis);
  return (key, work) =>
    here(key, async () => {
      const lock = `{${prefix}}:turn:${hash('sha1', key)}`;
      const token = randomUUID();
      await take(turns, lock, token).catch(() => {});
      try {
        return await work();
      } finally {
        void turns.leave(lock, token);
      }
    });
}

async function take(turns: Turns, lock: string, token: string): Promise<void> {
  const end = performance.now() + lifeMs;
  for (let pause = 1; performance.now() < end; pause = Math.min(pause * 2, 16)) {
    if (await turns.take(lock, token, lifeMs)) return;
    await sleep(pause);
  }
}
