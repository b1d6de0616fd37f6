/**
 * From the log of a match to its rows in history: pure, so the projector and a room's disposal hook, which both start
 * from the log, make the very same rows.
 */
import { z } from 'zod';
import type { Published } from '../events/event-stream.ts';
import type { Entry, MatchEvent } from '../match/engine.ts';
import { HistoryError } from './history-error.ts';
import type { FinishedLog, StateHash } from './replay-record.ts';

/** The event of the entry that ends a match. */
export const resultEvent = 'match_result';
/** The event that tells what the state is. */
const hashEvent = 'state_hash';

/** A row of `matches`. */
export interface MatchRow {
  readonly id: string;
  readonly tenantId: string;
  readonly gameType: string;
  /** The room of a match has the match's id. */
  readonly roomId: string;
  readonly mode: string;
  readonly playerCount: number;
  readonly tournamentId: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** A row of `match_players`. */
export interface PlayerRow {
  readonly seat: number;
  readonly accountId: string | null;
  readonly placement: number;
  readonly score: number;
  readonly linesCleared: number | null;
  readonly garbageSent: number | null;
  readonly garbageReceived: number | null;
  readonly piecesPlaced: number | null;
  /** Match time, which stands still while no process holds the match. */
  readonly durationMs: number;
  readonly stats: Readonly<Record<string, number>>;
}

export interface Summary {
  readonly match: MatchRow;
  readonly players: readonly PlayerRow[];
  readonly log: FinishedLog;
}

const smallint = z.int().min(0).max(32_767);
const startSchema = z.object({
  mode: z.string().min(1).max(64),
  tournamentId: z.guid().nullable().default(null),
});
const hashSchema = z.object({ hash: z.string().max(64) });
const resultSchema = z.object({
  players: z
    .array(
      z.object({
        seat: smallint,
        account: z.string().max(64).nullable(),
        placement: smallint,
        score: z.int(),
        stats: z.record(z.string(), z.number()),
      }),
    )
    .max(32_767)
    .refine(
      (players) => new Set(players.map(({ seat }) => seat)).size === players.length,
      'two have one seat',
    ),
});
type Player = z.infer<typeof resultSchema>['players'][number];

interface Found {
  readonly event: MatchEvent;
  /** Wall time in milliseconds at which its record was stored. */
  readonly at: number;
}

/**
 * The rows of a match from its whole log, or null where it has no result (it goes on, or was abandoned).
 * Throws HistoryError `history/bad_log` where there is a result but not the whole log before it, or no valid one.
 */
export function summarize(records: readonly Published[]): Summary | null {
  const end = find(records, resultEvent);
  const [first] = records;
  if (!end || !first) return null;
  checkOwner(records);
  const { players } = parse(resultSchema, end.event, first.matchId);
  if (players.length === 0) return null;
  const entries = entriesUpTo(records, end.event.n);
  const start = find(records, 'match_start');
  if (!start || !entries)
    throw new HistoryError('history/bad_log', `match ${first.matchId}: its log has gaps`);
  const { mode, tournamentId } = parse(startSchema, start.event, first.matchId);
  const durationMs = end.event.t - start.event.t;
  return {
    match: {
      id: first.matchId,
      tenantId: first.tenantId,
      gameType: first.game,
      roomId: first.matchId,
      mode,
      playerCount: players.length,
      tournamentId,
      startedAt: new Date(start.at),
      endedAt: new Date(end.at),
    },
    players: players.map((player) => playerRow(player, durationMs)),
    log: { entries, hashes: hashesUpTo(records, end.event.n) },
  };
}

/** Throws HistoryError `history/bad_log` where records of a match are of different tenants or games: nobody may see them all. */
export function checkOwner(records: readonly Published[]): void {
  const [first] = records;
  if (records.every(({ tenantId, game }) => tenantId === first!.tenantId && game === first!.game)) return;
  throw new HistoryError(
    'history/bad_log',
    `match ${first!.matchId}: its log is of several tenants or games`,
  );
}

/** Whether a record holds the result of its match. */
export function hasResult(record: Published): boolean {
  return find([record], resultEvent) !== null;
}

function find(records: readonly Published[], type: string): Found | null {
  for (const { events, at } of records) {
    const event = events.find((one) => one.type === type);
    if (event) return { event, at };
  }
  return null;
}

function parse<T>(schema: z.ZodType<T>, { type, data }: MatchEvent, matchId: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = [type, ...(issue?.path ?? [])].join('.');
  throw new HistoryError('history/bad_log', `match ${matchId}: ${where}: ${issue?.message}`);
}

/** The entries 1 to `last`; null where one is missing. */
function entriesUpTo(records: readonly Published[], last: number): Entry[] | null {
  const log = records.flatMap(({ entries }) => entries).filter(({ n }) => n <= last);
  return log.length === last && log.every(({ n }, i) => n === i + 1) ? log : null;
}

function hashesUpTo(records: readonly Published[], last: number): StateHash[] {
  const events = records
    .flatMap(({ events }) => events)
    .filter(({ type, n }) => type === hashEvent && n <= last);
  return events.map((event) => ({
    n: event.n,
    hash: parse(hashSchema, event, records[0]!.matchId).hash,
  }));
}

/** Figures with a column of their own stand there, and all others in `stats`. */
function playerRow({ seat, account, placement, score, stats }: Player, durationMs: number): PlayerRow {
  const rest = { ...stats };
  const column = (name: string): number | null => {
    const value = rest[name];
    if (value === undefined || !isInt4(value)) return null;
    delete rest[name];
    return value;
  };
  return {
    seat,
    accountId: account,
    placement,
    score,
    linesCleared: column('lines_cleared'),
    garbageSent: column('garbage_sent'),
    garbageReceived: column('garbage_received'),
    piecesPlaced: column('pieces_placed'),
    // who is eliminated has played for less long than the match
    durationMs: column('duration_ms') ?? Math.min(durationMs, maxInt4),
    stats: rest,
  };
}

const maxInt4 = 2 ** 31 - 1;
const isInt4 = (value: number): boolean => value === (value | 0);
