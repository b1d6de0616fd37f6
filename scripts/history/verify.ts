import { games } from '../../rooms/index.ts';
import type { Database } from '../../src/database/database.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory } from '../../src/history/history.ts';
import { type Scan, scanMatches } from '../../src/history/scan.ts';
import { findEngine, unknownVersion } from '../../src/replays/engines.ts';
import { createVerification } from '../../src/replays/verification.ts';
import { verifyLog } from '../../src/replays/verify.ts';
import { Progress } from './progress.ts';
import { localRows } from './rows.ts';

/** The exit code: 1 where a match was tampered with. */
export async function verifyHistory(database: Database, scan: Scan): Promise<number> {
  const rows = localRows(database);
  const stream = openEventStream({ sql: database.sql });
  const history = createHistory({ database, stream, rows });
  const verification = createVerification({
    readLog: history.log,
    verify: (log) => {
      const engine = findEngine(games, log.header);
      if (!engine) throw unknownVersion(log.header);
      return verifyLog(engine, log);
    },
    flag: history.flag,
    logEvent: () => {},
  });
  const progress = new Progress('looked at');
  let flagged = 0;
  for await (const page of scanMatches(database.sql, scan)) {
    for (const { tenantId, match } of page) {
      const { flaw } = await verification.verify(tenantId, match.id).catch((error: unknown) => {
        progress.tell(`match ${match.id} could not be verified: ${(error as Error).message}`);
        return { flaw: undefined };
      });
      if (flaw !== undefined) console.log(`${match.id} ${match.game} ${match.startedAt}: ${flaw}`);
      if (flaw !== undefined) flagged++;
      progress.count();
    }
  }
  progress.end(`, ${flagged} of them tampered with`);
  return flagged > 0 ? 1 : 0;
}
