/** A turn among processes: a key that one of them holds. It ends by itself, should its holder die. */
import type { Redis } from 'ioredis';
import { callScript, defineScripts } from './scripts.ts';

const LEAVE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end`;

export interface Turns {
  /** Whether the turn is `holder`'s now, for `lifeMs` at most; asked for once. */
  take(key: string, holder: string, lifeMs: number): Promise<boolean>;
  /** Who comes late takes no other its turn. Without Redis it ends by itself. */
  leave(key: string, holder: string): Promise<void>;
}

export function redisTurns(redis: Redis): Turns {
  defineScripts(redis, { turnLeave: LEAVE });
  return {
    take: async (key, holder, lifeMs) => (await redis.set(key, holder, 'PX', lifeMs, 'NX')) === 'OK',
    leave: (key, holder) =>
      callScript(redis, 'turnLeave', [key], [holder]).then(
        () => {},
        () => {},
      ),
  };
}
