import type { Database } from '../../src/database/database.ts';
import { readLogs } from '../../src/events/log-rows.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import type { LocalRows } from '../../src/history/logs.ts';

export const localRows = ({ sql }: Database): LocalRows => ({
  readLogs: (matchIds) => readLogs(sql, matchIds),
  readMoments: (matchIds) => readMoments(sql, matchIds),
});
