/** Reads history in SQL, one statement a page: the tenant is bound in `conditions`, which every statement goes through. */
import type { Sql } from '../database/sql.ts';
import type { Moment } from '../events/event-stream.ts';
import { formatCursor } from './cursor.ts';
import type { ListQuery } from './query.ts';

export interface HistoryPlayer {
  readonly seat: number;
  /** Null for a bot. */
  readonly accountId: string | null;
  /** 1 is the best; joint winners share it. */
  readonly placement: number;
  readonly score: number;
  /** Match time, in milliseconds. */
  readonly durationMs: number;
  /** The game's own figures, by its own names. */
  readonly stats: Readonly<Record<string, number>>;
}

export interface HistoryMatch {
  readonly id: string;
  readonly game: string;
  readonly mode: string;
  readonly playerCount: number;
  readonly tournamentId: string | null;
  /** ISO dates in UTC, to the millisecond. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly players: readonly HistoryPlayer[];
  /** Whether playing it again gave the same; null where nobody has. */
  readonly verified: boolean | null;
  /** In order. */
  readonly moments: readonly Pick<Moment, 'type' | 'seat'>[];
}

export interface FoundMatch extends HistoryMatch {
  /** What was wrong when it was played again. */
  readonly flaw: string | null;
}

/** What one match has besides what the list shows of it. */
export interface HistoryMatchInFull extends FoundMatch {
  readonly moments: readonly HistoryMoment[];
}

export type HistoryMoment = Pick<Moment, 'number' | 'type' | 'seat' | 'n' | 't' | 'at' | 'data'>;

export function momentOf({ number, type, seat, n, t, at, data }: Moment): HistoryMoment {
  return { number, type, seat, n, t, at, data };
}

export interface Page {
  /** The latest start first. */
  readonly items: readonly HistoryMatch[];
  /** For the next page; null where this is the last. */
  readonly nextCursor: string | null;
}

interface Row extends Omit<HistoryMatch, 'startedAt' | 'endedAt'> {
  /** Milliseconds, as text: int8. */
  readonly started: string;
  readonly ended: string;
  readonly flaw: string | null;
}

type Filter = Partial<ListQuery> & { readonly id?: string };

const COLUMNS = `
  m.id, m.game_type as game, m.mode, m.player_count as "playerCount", m.tournament_id as "tournamentId",
  m.verified, m.flaw, (extract(epoch from m.started_at) * 1000)::bigint as started, (extract(epoch from m.ended_at) * 1000)::bigint as ended,
  (select json_agg(json_build_object(
      'seat', p.seat, 'accountId', p.account_id, 'placement', p.placement, 'score', p.score,
      'durationMs', p.duration_ms, 'stats', p.stats || jsonb_strip_nulls(jsonb_build_object(
        'lines_cleared', p.lines_cleared, 'garbage_sent', p.garbage_sent,
        'garbage_received', p.garbage_received, 'pieces_placed', p.pieces_placed))
    ) order by p.seat) from match_players p where p.match_id = m.id) as players,
  (select coalesce(json_agg(json_build_object('type', k.type, 'seat', k.seat) order by k.number), '[]')
    from match_moment k where k.match_id = m.id and k.tenant_id = $1) as moments`;

/** A page of a tenant's matches. */
export async function readPage(sql: Sql, tenantId: string, query: ListQuery): Promise<Page> {
  // one more than asked for tells whether there is a next page
  const rows = await select(sql, tenantId, query, query.limit + 1);
  const shown = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  const nextCursor = last ? formatCursor({ startedAt: Number(last.started), id: last.id }) : null;
  const items = shown.map(toMatch).map(({ flaw: _, ...match }) => match);
  return { items, nextCursor };
}

/** One match of a tenant, or null. `id` must be a UUID. */
export async function readMatch(sql: Sql, tenantId: string, id: string): Promise<FoundMatch | null> {
  const [row] = await select(sql, tenantId, { id }, 1);
  return row ? toMatch(row) : null;
}

function select(sql: Sql, tenantId: string, filter: Filter, limit: number): Promise<Row[]> {
  const { parts, params } = conditions(tenantId, filter);
  const where = parts.join(' and ');
  const most = `$${params.push(limit)}::int`;
  const text = `select ${COLUMNS} from matches m where ${where} order by m.started_at desc, m.id desc limit ${most}`;
  return sql.query<Row>(text, params, nameOf(parts.length, filter));
}

/** What is asked most often is planned once for each connection: planning costs ten times what finding does. */
function nameOf(conditions: number, { id }: Filter): string | undefined {
  if (conditions === 1) return 'history_page';
  return conditions === 2 && id !== undefined ? 'history_match' : undefined;
}

function conditions(tenantId: string, filter: Filter): { parts: readonly string[]; params: unknown[] } {
  const params: unknown[] = [tenantId];
  const parts = ['m.tenant_id = $1'];
  const bind = (value: unknown): string => `$${params.push(value)}`;
  const { id, game, mode, player, from, to, tournament, moment, verified, after } = filter;
  if (id !== undefined) parts.push(`m.id = ${bind(id)}`);
  if (game !== undefined) parts.push(`m.game_type = ${bind(game)}`);
  if (mode !== undefined) parts.push(`m.mode = ${bind(mode)}`);
  if (player !== undefined)
    parts.push(
      `m.id in (select match_id from match_players where tenant_id = $1 and account_id = ${bind(player)})`,
    );
  if (tournament !== undefined) parts.push(`m.tournament_id = ${bind(tournament)}`);
  if (moment !== undefined)
    parts.push(`m.id in (select match_id from match_moment where tenant_id = $1 and type = ${bind(moment)})`);
  // not bound: the index of those that were flagged is for this text alone
  if (verified !== undefined) parts.push(`m.verified is ${verified}`);
  if (from) parts.push(`m.started_at >= ${bind(from.toISOString())}`);
  if (to) parts.push(`m.started_at < ${bind(to.toISOString())}`);
  if (after)
    parts.push(
      `(m.started_at, m.id) < (${bind(new Date(after.startedAt).toISOString())}, ${bind(after.id)})`,
    );
  return { parts, params };
}

function toMatch({ started, ended, players, ...match }: Row): FoundMatch {
  return { ...match, startedAt: isoDate(started), endedAt: isoDate(ended), players };
}

const isoDate = (ms: string): string => new Date(Number(ms)).toISOString();
