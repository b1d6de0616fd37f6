/** Writes matches into history, all of each or nothing, once whoever asks for it however often at the same time. */
import type { Database } from '../database/database.ts';
import type { Sql } from '../database/sql.ts';
import { transaction } from '../database/transaction.ts';
import { encodeReplay } from './replay-record.ts';
import type { MatchRow, PlayerRow, Summary } from './summarize.ts';

/**
 * One statement, so all or nothing. The row of a match decides: where it is there already, nothing else of it is written,
 * and a second writer waits for the first one's transaction. In the order of ids, so that no two writers wait for each other.
 */
const WRITE = `
  with added as (
    insert into matches (
      id, tenant_id, game_type, room_id, mode, player_count, tournament_id, started_at, ended_at)
    select id, "tenantId", "gameType", "roomId", mode, "playerCount", "tournamentId", "startedAt", "endedAt"
    from jsonb_to_recordset(?::text::jsonb) as given (
      id uuid, "tenantId" text, "gameType" text, "roomId" uuid, mode text, "playerCount" int, "tournamentId" uuid,
      "startedAt" timestamptz, "endedAt" timestamptz)
    order by id
    on conflict do nothing
    returning id, tenant_id
  ), seated as (
    insert into match_players (
      match_id, seat, tenant_id, account_id, placement, score, lines_cleared, garbage_sent, garbage_received,
      pieces_placed, duration_ms, stats)
    select added.id, seat, added.tenant_id, "accountId", placement, score, "linesCleared", "garbageSent",
      "garbageReceived", "piecesPlaced", "durationMs", stats
    from added join jsonb_to_recordset(?::text::jsonb) as given (
      "matchId" uuid, seat int, "accountId" text, placement int, score bigint, "linesCleared" int, "garbageSent" int,
      "garbageReceived" int, "piecesPlaced" int, "durationMs" int, stats jsonb) on given."matchId" = added.id
  )
  insert into match_replay (match_id, tenant_id, entries, log)
  select added.id, added.tenant_id, entries, decode(log, 'base64')
  from added join jsonb_to_recordset(?::text::jsonb) as given ("matchId" uuid, entries int, log text)
    on given."matchId" = added.id`;

let position = 0;
const WRITE_NUMBERED = WRITE.replaceAll('?', () => `$${++position}`);

/** The rows of a match, ready to be written. */
export interface PackedMatch {
  readonly match: MatchRow;
  readonly players: readonly PlayerRow[];
  readonly entries: number;
  /** The replay record. */
  readonly log: Buffer;
}

/** Throws HistoryError `history/bad_log` where the log is too long for a record. */
export async function packMatch({ match, players, log }: Summary): Promise<PackedMatch> {
  return { match, players, entries: log.entries.length, log: await encodeReplay(log) };
}

/** Many at once; where one is refused by the database, none is written. */
export async function writeMatches(sql: Sql, packed: readonly PackedMatch[]): Promise<void> {
  if (packed.length > 0) await sql.query(WRITE_NUMBERED, parametersOf(packed), 'write-matches');
}

/** One, in a transaction: again where it fails for a reason that passes. */
export async function writeMatch(database: Pick<Database, 'em'>, summary: Summary): Promise<void> {
  await writePacked(database, await packMatch(summary));
}

export async function writePacked(database: Pick<Database, 'em'>, packed: PackedMatch): Promise<void> {
  await transaction(database, (em) => em.execute(WRITE, parametersOf([packed])));
}

function parametersOf(packed: readonly PackedMatch[]): string[] {
  const idOf = ({ match }: PackedMatch): { matchId: string } => ({ matchId: match.id });
  const matches = packed.map(({ match }) => match);
  const players = packed.flatMap((one) => one.players.map((player) => ({ ...idOf(one), ...player })));
  const logs = packed.map((one) => ({ ...idOf(one), entries: one.entries, log: one.log.toString('base64') }));
  return [matches, players, logs].map((rows) => JSON.stringify(rows));
}
