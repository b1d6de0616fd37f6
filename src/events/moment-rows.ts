/** Moments as rows of `match_moment`: the stream's where there is no other, and history's for ever. */
import type { Sql } from '../database/sql.ts';
import type { Moment } from './event-stream.ts';

const APPEND = `
  insert into match_moment (match_id, number, n, t, at, tenant_id, game, type, seat, data)
  select match_id, number, n, t, to_timestamp(at / 1000), tenant_id, game, type, seat, data::jsonb
  from unnest(
    $1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::float8[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[]
  ) as i (match_id, number, n, t, at, tenant_id, game, type, seat, data)
  on conflict do nothing
  returning match_id, number`;

const READ = `
  select match_id, number, n, t, (extract(epoch from at) * 1000)::bigint as at, tenant_id, game, type, seat, data
  from match_moment where match_id = any($1::uuid[]) order by match_id, number`;

interface MomentRow {
  readonly match_id: string;
  readonly number: number;
  readonly n: number;
  readonly t: string;
  readonly at: string;
  readonly tenant_id: string;
  readonly game: string;
  readonly type: string;
  readonly seat: number | null;
  readonly data: unknown;
}

/** Adds those that are not there yet, and gives them back. */
export async function writeMoments(sql: Sql, moments: readonly Moment[]): Promise<Moment[]> {
  if (moments.length === 0) return [];
  const column = (name: keyof Moment) => moments.map((moment) => moment[name]);
  const added = await sql.query<Pick<MomentRow, 'match_id' | 'number'>>(APPEND, [
    column('matchId'),
    column('number'),
    column('n'),
    column('t'),
    column('at'),
    column('tenantId'),
    column('game'),
    column('type'),
    column('seat'),
    moments.map(({ data }) => JSON.stringify(data ?? null)),
  ]);
  const keys = new Set(added.map(({ match_id, number }) => `${match_id} ${number}`));
  return moments.filter(({ matchId, number }) => keys.delete(`${matchId} ${number}`));
}

/** Of some matches, each in order. */
export async function readMoments(sql: Sql, matchIds: readonly string[]): Promise<Moment[]> {
  const rows = await sql.query<MomentRow>(READ, [matchIds]);
  return rows.map(({ match_id, tenant_id, t, at, ...rest }) => ({
    ...rest,
    matchId: match_id,
    tenantId: tenant_id,
    t: Number(t),
    at: Number(at),
  }));
}
