/** The logs of many matches in one query: for readers that catch up. */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Sql } from '../database/sql.ts';
import type { Published } from './event-stream.ts';
import { RECORD_COLUMNS, type RecordRow, decodeRecord } from './record.ts';

const READ = `
  select ${RECORD_COLUMNS} from match_entry where match_id = any($1::uuid[]) order by match_id, n`;

/** Rows decoded at a stretch: a millisecond or two. */
const sliceRows = 200;

/** Of some matches, each in order; those without any record are left out. */
export async function readLogs(sql: Sql, matchIds: readonly string[]): Promise<Map<string, Published[]>> {
  const rows = await sql.query<RecordRow>(READ, [matchIds], 'read-logs');
  const logs = new Map<string, Published[]>();
  for (const [i, row] of rows.entries()) {
    const log = logs.get(row.match_id) ?? [];
    log.push(decodeRecord(row));
    logs.set(row.match_id, log);
    if (i % sliceRows === sliceRows - 1) await letOthersRun();
  }
  return logs;
}
