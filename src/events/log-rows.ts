/** The logs of many matches in one query: for readers that catch up. */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Sql } from '../database/sql.ts';
import { type Published, StreamMalformed } from './event-stream.ts';
import { type EntryTuple, type EventTuple, entriesOf, eventsOf } from './record.ts';

/** Entries that are read at a stretch: a millisecond or so. */
const PIECE = 1_000;

/**
 * Entries and events are JSON already: glued together, a piece of a log is one text, which is parsed at once. Match by
 * match along the index: so nothing is sorted.
 */
const READ = `
  select piece.* from unnest($1::uuid[]) as wanted (id) cross join lateral (
    select match_id, tenant_id, game, min(n) as first, string_agg(concat(
      '[', n, ',', epoch, ',', (date_part('epoch', recorded_at) * 1000)::bigint, ',', entries, ',', coalesce(events, '[]'), ']'
    ), ',') as records
    from (select * from match_entry where match_id = wanted.id order by n) as log
    group by match_id, tenant_id, game, n / ${PIECE}
  ) as piece order by match_id, first`;

type RecordTuple = [n: number, epoch: number, at: number, entries: EntryTuple[], events: EventTuple[]];

interface Piece {
  readonly match_id: string;
  readonly tenant_id: string;
  readonly game: string;
  /** RecordTuples as JSON, between commas. */
  readonly records: string;
}

/** Of some matches, each in order; those without any record are left out. Throws StreamMalformed where one is damaged. */
export async function readLogs(sql: Sql, matchIds: readonly string[]): Promise<Map<string, Published[]>> {
  const pieces = await sql.query<Piece>(READ, [matchIds], 'read-logs');
  const logs = new Map<string, Published[]>();
  for (const piece of pieces) {
    const log = logs.get(piece.match_id) ?? [];
    logs.set(piece.match_id, log);
    for (const record of decode(piece)) log.push(record);
    await letOthersRun();
  }
  return logs;
}

function decode({ match_id: matchId, tenant_id: tenantId, game, records }: Piece): Published[] {
  try {
    return (JSON.parse(`[${records}]`) as RecordTuple[]).map(([n, epoch, at, entries, events]) => ({
      matchId,
      tenantId,
      game,
      epoch,
      n,
      at,
      entries: entriesOf(n, entries),
      events: eventsOf(n, events),
    }));
  } catch {
    throw new StreamMalformed(`match ${matchId}: a record of its log`);
  }
}
