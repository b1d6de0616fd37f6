import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/database.ts';
import type { Published } from '../../src/events/event-stream.ts';
import type { Entry, MatchEvent, PlayerResult } from '../../src/match/engine.ts';
import { uuidv7 } from '../../src/match/uuid.ts';

/** 2026-11-20T08:00:00.000Z */
export const T0 = 1_795_161_600_000;

export const newId = (): string => uuidv7(T0);
export const newTenant = (): string => `t-${randomUUID()}`;

export const player = (fields: Partial<PlayerResult> = {}): PlayerResult => ({
  seat: 0,
  account: 'ada',
  placement: 1,
  score: 10,
  stats: {},
  ...fields,
});

export interface LogOptions {
  readonly matchId?: string;
  readonly tenantId?: string;
  readonly game?: string;
  readonly mode?: string;
  readonly tournamentId?: string | null;
  /** Wall times in milliseconds. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Match time of the result; the match starts at 500. */
  readonly resultT?: number;
  readonly players?: readonly PlayerResult[];
}

/** The log of a finished match in four records: create, start, a move, and the move that ended it. */
export function finishedLog(options: LogOptions = {}): Published[] {
  const { startedAt = T0, mode = 'casual', game = 'whist', resultT = 90_500 } = options;
  const { endedAt = startedAt + 90_000, players = [player()] } = options;
  const base = {
    matchId: options.matchId ?? newId(),
    tenantId: options.tenantId ?? 'acme',
    game,
    epoch: 1,
  };
  const record = (
    n: number,
    t: number,
    at: number,
    type: string,
    data: unknown,
    events: MatchEvent[] = [],
  ) => {
    const entry: Entry = { n, t, type, seat: null, data };
    return { ...base, n, at, entries: [entry], events };
  };
  const { tournamentId } = options;
  const start = {
    mode,
    accounts: players.map(({ account }) => account),
    ...(tournamentId && { tournamentId }),
  };
  const setup = { game, version: '1', options: { mode, turnMs: 1, botDelayMs: 1 }, seed: 'f'.repeat(32) };
  return [
    record(1, 0, startedAt - 1_000, 'create', setup),
    record(2, 500, startedAt, 'start', null, [event(2, 500, 'match_start', start)]),
    record(3, 600, startedAt + 100, 'play', { card: 7 }),
    record(4, resultT, endedAt, 'play', { card: 8 }, [event(4, resultT, 'match_result', { players })]),
  ];
}

export function event(n: number, t: number, type: string, data: unknown): MatchEvent {
  return { n, t, type, seat: null, data };
}

/** All that history holds about these matches, as it stands in the tables. */
export async function rowsOf({ sql }: Database, ids: readonly string[]) {
  const of = (table: string, id: string) =>
    sql.query<Record<string, unknown>>(
      `select to_jsonb(x) as row from ${table} x where ${id} = any($1::uuid[]) order by to_jsonb(x)::text`,
      [`{${ids.join()}}`],
    );
  return {
    matches: (await of('matches', 'id')).map(({ row }) => row as Record<string, unknown>),
    players: (await of('match_players', 'match_id')).map(({ row }) => row as Record<string, unknown>),
    replays: (await of('match_replay', 'match_id')).map(({ row }) => row as Record<string, unknown>),
  };
}
