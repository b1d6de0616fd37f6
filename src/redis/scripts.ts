/** Lua scripts of Redis: made known to a connection once, and called by name. */
import type { Redis } from 'ioredis';

const commandOf = (name: string): string => `gamekeeper_${name}`;

export function defineScripts(redis: Redis, scripts: Readonly<Record<string, string>>): void {
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(commandOf(name), { lua });
}

export function callScript(
  redis: Redis,
  name: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const commands = redis as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>;
  return commands[commandOf(name)]!.call(redis, keys.length, ...keys, ...args);
}
