import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Em } from './database.ts';
import { isTransient, ofDatabase } from './errors.ts';

const ATTEMPTS = 5;
const PAUSE_MS = 10;

/**
 * Runs `work` in one transaction, and again where it failed for a reason that passes (conflict, deadlock, lost
 * connection), five times at most: `work` may run more than once, so its effects belong in the transaction. Each attempt
 * has a fresh fork, since after an error the entities of a fork say nothing. Only the given `Em` may be used within.
 */
export async function transaction<T>(
  database: Pick<Database, 'em'>,
  work: (em: Em) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.em().transactional((em) => work(em as Em));
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw ofDatabase(error);
      await sleep(Math.random() * PAUSE_MS * 2 ** attempt);
    }
  }
}
