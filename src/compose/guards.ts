/** What is outside, and how each is guarded. */
import type { Database } from '../database/database.ts';
import { isUnreachable } from '../database/errors.ts';
import { isUnavailable } from '../events/nats-error.ts';
import { isRedisAway } from '../redis/errors.ts';
import type { Guard } from '../resilience/guard.ts';
import { GuardError } from '../resilience/guard-error.ts';
import type { Guards } from '../resilience/guards.ts';
import { isRead } from '../resilience/is-read.ts';

/** Players wait for these: so they are looked for often, by a question of the guard's own. */
const pauses = { firstPauseMs: 250, longestPauseMs: 250 };
const readRetries = 2;
/** More statements or commands than any burst of a living server has. */
const mostWaiting = 10_000;

/** Statements pass through a guard, and fail by an outage as it says; units of work of the object mapper do not begin while the database is away. */
export function guardDatabase(database: Database, guards: Guards, poolMax: number): Database {
  const guard = database.kind === 'postgres' ? ofServer(database, guards, poolMax) : ofThread(guards);
  const { sql } = database;
  return {
    ...database,
    em() {
      guard.check();
      return database.em();
    },
    sql: {
      query: async (text, ...asked) => {
        try {
          return await guard.run(() => sql.query(text, ...asked), { idempotent: isRead(text) });
        } catch (error) {
          throw database.kind === 'postgres' ? told(error, guard.name) : error;
        }
      },
    },
  };
}

/** An outage is told to a client in one way, be it felt before the breaker has opened. */
function told(error: unknown, name: string): unknown {
  if (error instanceof GuardError || !isUnreachable(error)) return error;
  return new GuardError('resilience/unavailable', name, 1, error);
}

/** Only what reads is done again: who writes knows how to find out whether it has been done. */
function ofServer({ sql }: Database, guards: Guards, poolMax: number): Guard {
  return guards.create({
    name: 'postgres',
    isFailure: isUnreachable,
    retries: readRetries,
    bulkhead: { atOnce: poolMax, waiting: mostWaiting },
    breaker: { ...pauses, probe: () => sql.query('select 1') },
  });
}

/** A thread of this process never comes back once it has ended, and fails at once then: a breaker could add nothing. */
function ofThread(guards: Guards): Guard {
  return guards.create({
    name: 'pglite',
    isFailure: isUnreachable,
    bulkhead: { atOnce: mostWaiting, waiting: 0 },
    breaker: null,
  });
}

/** Commands are pipelined: what waits, waits in the connection. None is done twice, since a script may write. */
export function guardRedis(guards: Guards, connection: string, probe: () => Promise<unknown>): Guard {
  return guards.create({
    name: `redis_${connection}`,
    isFailure: isRedisAway,
    bulkhead: { atOnce: mostWaiting, waiting: 0 },
    breaker: { ...pauses, probe },
  });
}

/** Its link is a breaker by itself: without a session it refuses at once, and it seeks one with growing pauses. */
export function guardNats(guards: Guards): Guard {
  return guards.create({
    name: 'nats',
    isFailure: isUnavailable,
    bulkhead: { atOnce: mostWaiting, waiting: 0 },
    breaker: null,
  });
}
