/** Connections to Redis. A name says what one is for: in the server's list of clients, and in the log. */
import { Redis } from 'ioredis';

export interface RedisOptions {
  readonly url: string;
  readonly name: string;
  /** A command without an answer after this long has failed; absent: as long as it takes. */
  readonly timeoutMs?: number;
  /** Told of each failure; the connection tries again by itself, with growing pauses to a second. */
  readonly onError: (error: Error) => void;
}

/** Fails at once while there is no connection, and never sends a command twice: its caller knows better what to do. */
export function connectRedis({ url, name, timeoutMs, onError }: RedisOptions): Redis {
  const redis = new Redis(url, {
    connectionName: `gamekeeper-${name}`,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    ...(timeoutMs !== undefined && { commandTimeout: timeoutMs }),
  });
  redis.on('error', onError);
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
