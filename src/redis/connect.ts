/** Connections to Redis. A name says what one is for: in the server's list of clients, and in the log. */
import { Redis, type RedisOptions as ClientOptions } from 'ioredis';
import { GuardedRedis, type Guarding } from './guarded-redis.ts';

export interface RedisOptions {
  readonly url: string;
  readonly name: string;
  /** A command without an answer after this long has failed; absent: as long as it takes. */
  readonly timeoutMs?: number;
  /** Told of each failure; the connection tries again by itself, with growing pauses to a second. */
  readonly onError: (error: Error) => void;
  /** What commands pass through; it asks by `probe` whether Redis is there. */
  readonly guard?: ((probe: () => Promise<unknown>) => Guarding) | undefined;
}

/** Fails at once while there is no connection, and never sends a command twice: its caller knows better what to do. */
export function connectRedis({ url, name, timeoutMs, onError, guard }: RedisOptions): Redis {
  const options: ClientOptions = {
    connectionName: `gamekeeper-${name}`,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    ...(timeoutMs !== undefined && { commandTimeout: timeoutMs }),
  };
  const redis = guard ? guarded(url, options, guard) : new Redis(url, options);
  redis.on('error', onError);
  return redis;
}

function guarded(
  url: string,
  options: ClientOptions,
  guard: (probe: () => Promise<unknown>) => Guarding,
): Redis {
  const redis: GuardedRedis = new GuardedRedis(
    url,
    options,
    guard(() => redis.probe()),
  );
  return redis;
}

/** Resolves when it answers. Throws RedisError, for whoever started the server. */
export async function mustAnswer(redis: Redis): Promise<void> {
  try {
    await redis.ping();
  } catch (error) {
    throw new RedisError(`Redis does not answer (${(error as Error).message}): look at REDIS_URL`, error);
  }
}

export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly code = 'redis/unreachable';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}
