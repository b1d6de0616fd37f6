/** The service: which matches ended how, for ever. Rules with ids in SPEC.md. */
import type { Principal } from '../auth/principal.ts';
import type { Database } from '../database/database.ts';
import type { EventStream } from '../events/event-stream.ts';
import type { Entry, MatchSetup } from '../match/engine.ts';
import { isUuid } from '../match/uuid.ts';
import { Match, MatchReplay } from './entities.ts';
import { HistoryError } from './history-error.ts';
import { parseListQuery } from './query.ts';
import { type HistoryMatch, type HistoryPlayer, type Page, readMatch, readPage } from './reader.ts';
import { writeMatch } from './recorder.ts';
import { decodeReplay } from './replay-record.ts';
import { summarize } from './summarize.ts';

export interface History {
  /**
   * Makes sure that a match with a result is in history, from its log. True: it is there now, by this or another call;
   * false: it has no result. Throws where the database doesn't answer, and HistoryError `history/bad_log`.
   */
  record(matchId: string): Promise<boolean>;
  /** A page of a tenant's matches. Throws HistoryError `history/bad_query`, `history/bad_cursor`. */
  list(tenantId: string, query: unknown): Promise<Page>;
  /** `list` for the room message `list_matches`. */
  listForRoom(principal: Principal, query: unknown): Promise<Page>;
  /** One match of a tenant. Throws HistoryError `history/not_found`. */
  get(tenantId: string, matchId: string): Promise<HistoryMatch>;
  /** The log of a finished match of a tenant. Throws HistoryError `history/not_found`, `history/not_over`. */
  replay(tenantId: string, matchId: string): Promise<Replay>;
}

export interface Replay {
  readonly header: ReplayHeader;
  /** The whole log, from `create` to the entry that ended the match. */
  readonly entries: readonly Entry[];
}

export interface ReplayHeader extends MatchSetup {
  readonly id: string;
  readonly players: readonly HistoryPlayer[];
}

export interface HistoryDeps {
  readonly database: Database;
  readonly stream: EventStream;
}

export function createHistory({ database, stream }: HistoryDeps): History {
  const { sql } = database;

  async function record(matchId: string): Promise<boolean> {
    // the other way has mostly been here: spares reading and packing a whole log
    if (await isRecorded(database, matchId)) return true;
    const summary = summarize(await stream.read(matchId));
    if (summary) await writeMatch(database, summary);
    return summary !== null;
  }

  async function list(tenantId: string, query: unknown): Promise<Page> {
    return readPage(sql, tenantId, parseListQuery(query));
  }

  async function find(tenantId: string, matchId: string): Promise<HistoryMatch | null> {
    return isUuid(matchId) ? readMatch(sql, tenantId, matchId) : null;
  }

  async function get(tenantId: string, matchId: string): Promise<HistoryMatch> {
    const match = await find(tenantId, matchId);
    if (!match) throw notFound();
    return match;
  }

  async function replay(tenantId: string, matchId: string): Promise<Replay> {
    const match = await find(tenantId, matchId);
    if (!match) throw (await hasBegun(tenantId, matchId)) ? notOver() : notFound();
    const filters = { tenant: { tenantId } };
    const { log } = await database.em().findOneOrFail(MatchReplay, { match: matchId }, { filters });
    const entries = await decodeReplay(log);
    return { header: { id: matchId, ...setupOf(entries), players: match.players }, entries };
  }

  async function hasBegun(tenantId: string, matchId: string): Promise<boolean> {
    const [first] = isUuid(matchId) ? await stream.read(matchId) : [];
    return first?.tenantId === tenantId;
  }

  return { record, list, listForRoom: ({ tenantId }, query) => list(tenantId, query), get, replay };
}

async function isRecorded(database: Database, matchId: string): Promise<boolean> {
  // of all tenants: it is the match that is asked for, by its log
  return (await database.em().count(Match, { id: matchId }, { filters: { tenant: false } })) > 0;
}

/** The data of the first entry of every log. */
function setupOf([create]: readonly Entry[]): MatchSetup {
  if (create?.type === 'create') return create.data as MatchSetup;
  throw new HistoryError('history/bad_log', 'a replay does not begin with the entry create');
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
