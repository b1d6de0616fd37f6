/** Matches as lines of JSON for analysis: a match, its players, its events, its moments. SPEC.md has their form. */
import type { Database } from '../database/database.ts';
import type { Moment, Published } from '../events/event-stream.ts';
import type { MatchEvent } from '../match/engine.ts';
import type { Fault } from './catch-up.ts';
import { HistoryError } from './history-error.ts';
import type { LocalRows } from './logs.ts';
import { type MatchLog, readLog } from './match-log.ts';
import { momentOf } from './reader.ts';
import { type Scan, type ScannedMatch, scanMatches } from './scan.ts';

/** `recorded`: as they were told; `derived`: from the log, played again; `none`: nobody can tell them any more. */
export interface ToldEvents {
  readonly kind: 'recorded' | 'derived' | 'none';
  readonly events: readonly MatchEvent[];
}

export interface ExportDeps {
  readonly database: Database;
  readonly rows: LocalRows;
  /** The events of a match; `records` is what is left of what it published. Rejects where it can't be played again. */
  readonly eventsOf: (log: MatchLog, records: readonly Published[]) => Promise<ToldEvents>;
  /** Told of a match whose events can't be had; its other lines are there. */
  readonly fault: Fault;
}

/** The lines of one match after the other, each match in one text. Throws HistoryError `history/bad_query`. */
export async function* exportMatches(deps: ExportDeps, scan: Scan): AsyncGenerator<string> {
  const { database, rows } = deps;
  for await (const page of scanMatches(database.sql, scan)) {
    const moments = await rows.readMoments(page.map(({ match }) => match.id));
    for (const one of page) yield linesOf(one, moments, await told(deps, one));
  }
}

interface Told extends ToldEvents {
  readonly version: string | null;
}

async function told(
  { database, rows, eventsOf, fault }: ExportDeps,
  { tenantId, match }: ScannedMatch,
): Promise<Told> {
  const log = await readLog(database, tenantId, { ...match, flaw: null }).catch((error: unknown) => {
    if (!(error instanceof HistoryError)) throw error;
    fault(match.id, error);
    return null;
  });
  if (!log) return { version: null, ...nothing };
  const { version } = log.header;
  const records = (await rows.readLogs([match.id])).get(match.id) ?? [];
  return eventsOf(log, records).then(
    (events) => ({ version, ...events }),
    (error: unknown) => {
      fault(match.id, error);
      return { version, ...nothing };
    },
  );
}

const nothing: ToldEvents = { kind: 'none', events: [] };

function linesOf(
  { tenantId, match: { id, game, players, moments: _, ...match } }: ScannedMatch,
  moments: readonly Moment[],
  { version, kind, events }: Told,
): string {
  const own = moments.filter((moment) => moment.matchId === id && moment.tenantId === tenantId);
  return [
    line('match', { id, tenantId, game, version, ...match, events: kind }),
    ...players.map((player) => line('player', { matchId: id, ...player })),
    ...events.map((event) => line('event', { matchId: id, ...event })),
    ...own.map((moment) => line('moment', { matchId: id, ...momentOf(moment) })),
  ].join('');
}

const line = (kind: string, data: object): string => `${JSON.stringify({ kind, ...data })}\n`;
