/** The service: which matches ended how, for ever. Rules with ids in SPEC.md. */
import type { Principal } from '../auth/principal.ts';
import type { Database } from '../database/database.ts';
import type { EventStream, Published } from '../events/event-stream.ts';
import type { MatchSetup } from '../match/engine.ts';
import { isUuid } from '../match/uuid.ts';
import { CatchUp, type Fault, type Finished } from './catch-up.ts';
import { Match } from './entities.ts';
import { HistoryError } from './history-error.ts';
import { type LocalRows, logReader, rowsOfStream } from './logs.ts';
import { type MatchLog, readLog, setupOf } from './match-log.ts';
import { parseListQuery } from './query.ts';
import {
  type FoundMatch,
  type HistoryMatchInFull,
  momentOf,
  type Page,
  readMatch,
  readPage,
} from './reader.ts';
import { writeMatch } from './recorder.ts';
import { checkOwner, summarize } from './summarize.ts';

export interface History {
  /**
   * Makes sure that a match with a result is in history, from its log. True: it is there now, by this or another call;
   * false: it has no result. Throws where the database doesn't answer, and HistoryError `history/bad_log`.
   */
  record(matchId: string): Promise<boolean>;
  /** `record` for many. Throws where the database doesn't answer; what can never be recorded is told to `fault`. */
  recordAll(finished: readonly Finished[], fault: Fault): Promise<void>;
  /** A page of a tenant's matches. Throws HistoryError `history/bad_query`, `history/bad_cursor`. */
  list(tenantId: string, query: unknown): Promise<Page>;
  /** `list` for the room message `list_matches`. */
  listForRoom(principal: Principal, query: unknown): Promise<Page>;
  /** One match of a tenant. Throws HistoryError `history/not_found`. */
  get(tenantId: string, matchId: string): Promise<HistoryMatchInFull>;
  /** The log of a finished match of a tenant. Throws HistoryError `history/not_found`, `history/not_over`, `history/bad_log`. */
  log(tenantId: string, matchId: string): Promise<MatchLog>;
  /**
   * What a match of a tenant has published so far, with its secrets: for whoever keeps them. Null where there is none.
   * Throws HistoryError `history/bad_log`.
   */
  running(tenantId: string, matchId: string): Promise<RunningMatch | null>;
  /** Keeps what was found when a match was played again. True: it is news. */
  flag(matchId: string, finding: Finding): Promise<boolean>;
}

export interface RunningMatch {
  readonly setup: MatchSetup;
  readonly records: readonly Published[];
}

export interface Finding {
  readonly verified: boolean;
  /** What is wrong; null where nothing is. */
  readonly flaw: string | null;
}

export interface HistoryDeps {
  readonly database: Database;
  readonly stream: Pick<EventStream, 'read' | 'readMoments'>;
  /** The rows of the own database, where the stream is elsewhere or reads matches one by one. */
  readonly rows?: LocalRows;
}

/** Of many who find the same at the same time, from whatever process, one changes the row. */
const FLAG = `update matches set verified = $2, flaw = $3
  where id = $1 and (verified, flaw) is distinct from ($2::boolean, $3::text) returning id`;
/** So much of a flaw has room in its column. */
const flawLength = 200;

export function createHistory({ database, stream, rows = rowsOfStream(stream) }: HistoryDeps): History {
  const { sql } = database;
  const readLogs = logReader(rows, stream);
  const catchUp = new CatchUp(database, readLogs);

  async function read(matchId: string): Promise<readonly Published[]> {
    return isUuid(matchId) ? ((await readLogs([matchId])).get(matchId) ?? []) : [];
  }

  async function record(matchId: string): Promise<boolean> {
    // the other way has mostly been here: spares reading and packing a whole log
    if (await isRecorded(database, matchId)) return true;
    const summary = summarize(await read(matchId));
    if (summary) await writeMatch(database, summary);
    return summary !== null;
  }

  async function list(tenantId: string, query: unknown): Promise<Page> {
    return readPage(sql, tenantId, parseListQuery(query));
  }

  async function find(tenantId: string, matchId: string): Promise<FoundMatch | null> {
    return isUuid(matchId) ? readMatch(sql, tenantId, matchId) : null;
  }

  async function get(tenantId: string, matchId: string): Promise<HistoryMatchInFull> {
    const match = await find(tenantId, matchId);
    if (!match) throw notFound();
    const moments = await rows.readMoments([matchId]);
    return { ...match, moments: moments.filter((one) => one.tenantId === tenantId).map(momentOf) };
  }

  async function log(tenantId: string, matchId: string): Promise<MatchLog> {
    const match = await find(tenantId, matchId);
    if (match) return readLog(database, tenantId, match);
    throw (await running(tenantId, matchId)) ? notOver() : notFound();
  }

  async function running(tenantId: string, matchId: string): Promise<RunningMatch | null> {
    const records = await read(matchId);
    if (records[0]?.tenantId !== tenantId) return null;
    checkOwner(records);
    return { setup: setupOf(records[0].entries), records };
  }

  async function flag(matchId: string, { verified, flaw }: Finding): Promise<boolean> {
    // no column of text takes NUL
    const text = flaw?.replaceAll('\0', '').slice(0, flawLength) ?? null;
    return (await sql.query(FLAG, [matchId, verified, text])).length > 0;
  }

  return {
    record,
    recordAll: (finished, fault) => catchUp.record(finished, fault),
    list,
    listForRoom: ({ tenantId }, query) => list(tenantId, query),
    get,
    log,
    running,
    flag,
  };
}

async function isRecorded(database: Database, matchId: string): Promise<boolean> {
  // of all tenants: it is the match that is asked for, by its log
  return (await database.em().count(Match, { id: matchId }, { filters: { tenant: false } })) > 0;
}

function notFound(): HistoryError {
  return new HistoryError('history/not_found', 'no finished match has this id; GET /v1/matches lists them');
}

function notOver(): HistoryError {
  return new HistoryError(
    'history/not_over',
    'the replay is there when the match has its result; ask again then',
  );
}
