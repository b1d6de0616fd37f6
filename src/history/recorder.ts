/** Writes a match into history, all of it or nothing, once whoever asks for it however often at the same time. */
import type { Database, Em } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { Match, MatchPlayer, MatchReplay } from './entities.ts';
import { encodeReplay } from './replay-record.ts';
import type { Summary } from './summarize.ts';

export async function writeMatch(database: Database, { match, players, log }: Summary): Promise<void> {
  const { id, tenantId } = match;
  const replay = { match: id, tenantId, entries: log.length, log: await encodeReplay(log) };
  await transaction(database, async (em) => {
    if (!(await insertMatch(em, match))) return;
    for (const player of players) em.create(MatchPlayer, { match: id, tenantId, ...player });
    em.create(MatchReplay, replay);
  });
}

/** False where the match is there already. Its row decides: a second writer waits for the first one's transaction. */
async function insertMatch(em: Em, match: Summary['match']): Promise<boolean> {
  const { affectedRows } = await em
    .createQueryBuilder(Match)
    .insert(match)
    .onConflict()
    .ignore()
    .execute('run');
  return affectedRows === 1;
}
