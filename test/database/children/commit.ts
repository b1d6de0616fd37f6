/** Commits to matches of its own in the folder of its argument, and prints `id n` for each entry that is acknowledged. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { openMatchStore } from '../../../src/store/postgres-match-store.ts';
import { commitOf, newMatch } from '../../store/support.ts';

const database = await openDatabase({ dataDir: process.argv[2]!, entities: [] });
await migrate(database);
const store = await openMatchStore({ sql: database.sql, processId: randomUUID(), now: Date.now });

async function play(): Promise<never> {
  const claim = await store.create(newMatch());
  for (let base = 0; ; base++) {
    const status = await store.commit(commitOf(claim, base));
    if (status !== 'ok') throw new Error(status);
    process.stdout.write(`${claim.matchId} ${base + 1}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, play));
