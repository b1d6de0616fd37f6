/**
 * How entries and events stand in a row of `match_entry`: JSON tuples, since names repeated a million times cost. Places
 * in the log are relative to the row's `n`. The store writes such rows, the stream reads them.
 */
import type { Entry, MatchEvent } from '../match/engine.ts';
import { type Published, StreamMalformed } from './event-stream.ts';

export type EntryTuple = [t: number, type: string, seat: number | null, id: string | null, data: unknown];
export type EventTuple = [offset: number, t: number, type: string, seat: number | null, data: unknown];

export interface RecordRow {
  readonly match_id: string;
  readonly n: number;
  readonly entry_count: number;
  readonly epoch: number;
  readonly tenant_id: string;
  readonly game: string;
  /** Milliseconds; text, as int8 is. */
  readonly at: string;
  readonly entries: string;
  readonly events: string | null;
}

/** Columns of a RecordRow. */
export const RECORD_COLUMNS = `
  match_id, n, count as entry_count, epoch, tenant_id, game, entries, events, (extract(epoch from recorded_at) * 1000)::bigint as at`;

export function encodeEntries(entries: readonly Entry[]): string {
  return JSON.stringify(
    entries.map(({ t, type, seat, id, data }): EntryTuple => [t, type, seat, id ?? null, data]),
  );
}

/** Events of a record whose first entry is `n`; null for none. */
export function encodeEvents(n: number, events: readonly MatchEvent[]): string | null {
  if (events.length === 0) return null;
  return JSON.stringify(events.map((e): EventTuple => [e.n - n, e.t, e.type, e.seat, e.data]));
}

/** The entries of a record whose first entry is `n`. */
export function decodeEntries(n: number, text: string): Entry[] {
  return entriesOf(n, tuplesOf(`the record at ${n}`, text));
}

export function entriesOf(n: number, tuples: readonly EntryTuple[]): Entry[] {
  return tuples.map(([t, type, seat, id, data], i) => ({
    n: n + i,
    t,
    type,
    seat,
    ...(id !== null && { id }),
    data,
  }));
}

export function eventsOf(n: number, tuples: readonly EventTuple[]): MatchEvent[] {
  return tuples.map(([offset, t, type, seat, data]) => ({ n: n + offset, t, type, seat, data }));
}

/** Throws StreamMalformed. */
export function decodeRecord(row: RecordRow): Published {
  const { match_id: matchId, n, entries, events } = row;
  const what = `match ${matchId}: the record at ${n}`;
  return {
    matchId,
    tenantId: row.tenant_id,
    game: row.game,
    epoch: row.epoch,
    n,
    at: Number(row.at),
    entries: entriesOf(n, tuplesOf(what, entries)),
    events: events === null ? [] : eventsOf(n, tuplesOf(what, events)),
  };
}

function tuplesOf<T extends EntryTuple | EventTuple>(what: string, text: string): T[] {
  try {
    const tuples: unknown = JSON.parse(text);
    if (Array.isArray(tuples) && tuples.every(Array.isArray)) return tuples as T[];
  } catch {
    // the parser's own message quotes the text
  }
  throw new StreamMalformed(what);
}

/** A reader that has the entries before `from` has their events too. */
export function cutBefore(from: number, record: Published): Published {
  if (record.n >= from) return record;
  return {
    ...record,
    n: from,
    entries: record.entries.filter(({ n }) => n >= from),
    events: record.events.filter(({ n }) => n >= from),
  };
}
