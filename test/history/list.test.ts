import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { Sql } from '../../src/database/sql.ts';
import { writeMoments } from '../../src/events/moment-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { formatCursor } from '../../src/history/cursor.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { parseListQuery } from '../../src/history/query.ts';
import { type HistoryMatch, readPage } from '../../src/history/reader.ts';
import { writeMatch } from '../../src/history/recorder.ts';
import { summarize } from '../../src/history/summarize.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { finishedLog, type LogOptions, newId, newTenant, player, T0 } from './support.ts';

const day = 86_400_000;
const someId = '01a1f7f8-3000-7000-8000-000000000000';
const tournaments = [newId(), newId()];
// few values of each, so that matches often share them
const anyMatch = fc.record({
  startedAt: fc.constantFrom(T0 - day, T0, T0 + 1, T0 + day),
  game: fc.constantFrom('whist', 'tetris'),
  mode: fc.constantFrom('casual', 'ranked'),
  account: fc.constantFrom('ada', 'bob', null),
  tournamentId: fc.constantFrom(...tournaments, null),
  moments: fc.subarray(['tetris', 'comeback']),
  verified: fc.constantFrom(true, false, null),
});
type AnyMatch = typeof anyMatch extends fc.Arbitrary<infer T> ? T : never;

const anyFilter = fc.record(
  {
    game: fc.constantFrom('whist', 'tetris'),
    mode: fc.constantFrom('casual', 'ranked'),
    player: fc.constantFrom('ada', 'bob'),
    from: fc.constantFrom('2026-11-20', '2026-11-20T08:00:00.001Z'),
    to: fc.constantFrom('2026-11-21', '2026-11-20T09:00:00.001+01:00'),
    tournament: fc.constantFrom(...tournaments),
    moment: fc.constantFrom('tetris', 'comeback'),
    verified: fc.constantFrom(true, false, 'true', 'false'),
  },
  { requiredKeys: [] },
);
type AnyFilter = typeof anyFilter extends fc.Arbitrary<infer T> ? T : never;

const newestFirst = (a: Listed, b: Listed): number =>
  b.startedAt - a.startedAt || (b.matchId < a.matchId ? -1 : 1);
type Listed = AnyMatch & { readonly matchId: string };

const matches = (filter: AnyFilter) => (match: AnyMatch) =>
  (filter.game ?? match.game) === match.game &&
  (filter.mode ?? match.mode) === match.mode &&
  (filter.player ?? match.account) === match.account &&
  (filter.tournament ?? match.tournamentId) === match.tournamentId &&
  (filter.moment === undefined || match.moments.includes(filter.moment)) &&
  (filter.verified === undefined || String(filter.verified) === String(match.verified)) &&
  Date.parse(filter.from ?? '1970-01-01') <= match.startedAt &&
  match.startedAt < Date.parse(filter.to ?? '2100-01-01');

describe.each(databases)('the list on %s', (kind, open) => {
  let opened: TestDatabase;
  let database: Database;
  let history: History;
  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    history = createHistory({ database, stream: openEventStream({ sql: database.sql }) });
  });
  afterAll(() => opened.close());

  async function write(tenantId: string, options: LogOptions): Promise<void> {
    await writeMatch(database, summarize(finishedLog({ ...options, tenantId }))!);
  }

  async function writeAny(tenantId: string, { account, moments, verified, ...match }: Listed): Promise<void> {
    await write(tenantId, { ...match, players: [player({ account })] });
    const { matchId, game } = match;
    await writeMoments(
      database.sql,
      moments.map((type, i) => {
        const place = { number: i + 1, n: 4, t: 1, at: T0 };
        return { matchId, tenantId, game, type, ...place, seat: 0, data: null };
      }),
    );
    if (verified !== null) await history.flag(matchId, { verified, flaw: null });
  }

  /** Follows the cursor to the end; `between` runs after each page. */
  async function allPages(
    tenantId: string,
    query: object,
    between = async () => {},
  ): Promise<HistoryMatch[]> {
    const items: HistoryMatch[] = [];
    for (let cursor: string | null | undefined; cursor !== null; await between()) {
      const page = await history.list(tenantId, { ...query, ...(cursor && { cursor }) });
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  test('[H11] [H12] [H27] [H30] pages of any size hold each match that fits any filter once, in order', async () => {
    const given = [fc.array(anyMatch, { maxLength: 12 }), anyFilter, fc.integer({ min: 1, max: 5 })] as const;
    const property = fc.asyncProperty(...given, async (some, filter, limit) => {
      const tenantId = newTenant();
      const all = some.map((match) => ({ ...match, matchId: newId() }));
      for (const match of all) await writeAny(tenantId, match);
      const expected = all.filter(matches(filter)).toSorted(newestFirst);
      const listed = await allPages(tenantId, { ...filter, limit });
      expect(listed.map(({ id }) => id)).toEqual(expected.map(({ matchId }) => matchId));
      expect(listed.map(({ moments }) => moments)).toEqual(
        expected.map(({ moments }) => moments.map((type) => ({ type, seat: 0 }))),
      );
    });
    await fc.assert(property, { numRuns: 40 });
  });

  test('[H11] matches recorded between two pages neither repeat nor hide one', async () => {
    const tenantId = newTenant();
    const before = Array.from({ length: 9 }, (_, i) => ({ matchId: newId(), startedAt: T0 + (i % 3) }));
    for (const match of before) await write(tenantId, match);
    const listed = await allPages(tenantId, { limit: 2 }, () => write(tenantId, { startedAt: T0 + 1 }));
    const ids = listed.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(before.map(({ matchId }) => matchId)));
  });

  test('[H11] a page has 20 matches where no limit is given, and no cursor where it is the last', async () => {
    const tenantId = newTenant();
    for (let i = 0; i < 21; i++) await write(tenantId, { startedAt: T0 + i });
    const first = await history.list(tenantId, {});
    expect(first.items).toHaveLength(20);
    const rest = await history.list(tenantId, { cursor: first.nextCursor });
    expect(rest).toEqual({
      items: [expect.objectContaining({ startedAt: '2026-11-20T08:00:00.000Z' })],
      nextCursor: null,
    });
    expect((await history.list(tenantId, { limit: '21' })).nextCursor).toBeNull();
  });

  test('[H14] a cursor of another tenant opens nothing of theirs', async () => {
    const [theirs, own] = [newTenant(), newTenant()];
    for (let i = 0; i < 3; i++) await write(theirs, { startedAt: T0 + i });
    await write(own, { startedAt: T0 - 1 });
    const { nextCursor } = await history.list(theirs, { limit: 1 });
    const { items } = await history.list(own, { cursor: nextCursor });
    expect(items.map(({ startedAt }) => Date.parse(startedAt))).toEqual([T0 - 1]);
  });

  test('[H15] a page of a large tenant comes from the index of its order', async () => {
    const tenantId = newTenant();
    await fill(tenantId, 5_000);
    const planOf = async (query: object): Promise<string> => {
      const plan: string[] = [];
      const explain: Sql = {
        query: async (text, params) => {
          const rows = await database.sql.query<Record<string, string>>(`explain ${text}`, params);
          plan.push(...rows.map((row) => row['QUERY PLAN']!));
          return [];
        },
      };
      await readPage(explain, tenantId, parseListQuery(query));
      return plan.join('\n');
    };
    const cursor = formatCursor({ startedAt: T0 + 60_000, id: newId() });
    for (const query of [{}, { cursor }, { from: '2026-11-20', to: '2026-11-21' }, { mode: 'casual' }])
      expect(await planOf(query)).toMatch(/^Limit[^\n]*\n +-> +Index Scan using matches_tenant_started /);
    expect(await planOf({ game: 'whist', cursor })).toContain(
      'Index Scan using matches_tenant_game_started ',
    );
    expect(await planOf({ player: 'account-7' })).toContain('using match_players_account ');
    expect(await planOf({ tournament: tournaments[0], cursor })).toMatch(
      /^Limit[^\n]*\n +-> +Index Scan using matches_tournament /,
    );
    expect(await planOf({ moment: 'comeback' })).toContain('using match_moment_type ');
    expect(await planOf({ verified: false })).toContain('Index Scan using matches_flagged ');
  });

  test('[H30] a moment that another tenant put under the id of a match is none of it', async () => {
    const [own, theirs] = [newTenant(), newTenant()];
    const matchId = newId();
    await write(own, { matchId });
    const moment = { matchId, tenantId: theirs, game: 'whist', number: 1, n: 1, t: 1, at: T0 };
    await writeMoments(database.sql, [{ ...moment, type: 'comeback', seat: 0, data: null }]);
    for (const tenantId of [own, theirs])
      expect((await history.list(tenantId, { moment: 'comeback' })).items).toEqual([]);
    expect((await history.list(own, {})).items[0]!.moments).toEqual([]);
  });

  /** Matches a second apart, with a player each of a hundred accounts. */
  async function fill(tenantId: string, count: number): Promise<void> {
    const ids = Array.from({ length: count }, newId);
    await database.sql.query(
      `insert into matches (id, tenant_id, game_type, room_id, mode, player_count, started_at, ended_at)
       select id, $1, case when n % 2 = 0 then 'whist' else 'tetris' end, id, 'casual', 1, start, start
       from unnest($2::uuid[]) with ordinality as i (id, n),
         lateral (select to_timestamp($3::float8) + n * interval '1 second') as s (start)`,
      [tenantId, `{${ids.join()}}`, T0 / 1_000],
    );
    await database.sql.query(
      `insert into match_players (match_id, seat, tenant_id, account_id, placement, score, duration_ms)
       select id, 0, tenant_id, 'account-' || extract(epoch from started_at)::bigint % 100, 1, 1, 1
       from matches where tenant_id = $1`,
      [tenantId],
    );
    await database.sql.query(
      `insert into match_moment (match_id, number, n, t, at, tenant_id, game, type, seat, data)
       select id, 1, 1, 1, started_at, tenant_id, game_type,
         case when extract(epoch from started_at)::bigint % 100 = 7 then 'comeback' else 'tetris' end, 0, 'null'
       from matches where tenant_id = $1`,
      [tenantId],
    );
    await database.sql.query(
      `update matches set tournament_id = $2
       where tenant_id = $1 and extract(epoch from started_at)::bigint % 4 = 0`,
      [tenantId, tournaments[0]],
    );
    await database.sql.query('vacuum analyze match_moment');
    await database.sql.query('vacuum analyze matches');
    await database.sql.query('vacuum analyze match_players');
  }

  test.each([
    [{ unknown: 1 }],
    [{ limit: 0 }],
    [{ limit: 101 }],
    [{ limit: 1.5 }],
    [{ limit: -1 }],
    [{ limit: 2 ** 53 }],
    [{ limit: Number.NaN }],
    [{ limit: '1e1' }],
    [{ limit: '' }],
    [{ limit: true }],
    [{ verified: 'null' }],
    [{ verified: 1 }],
    [{ limit: ['1', '2'] }],
    [{ game: '' }],
    [{ game: 'whist\0' }],
    [{ game: "whist' or true --" }],
    [{ game: ['whist', 'tetris'] }],
    [{ mode: 'x'.repeat(65) }],
    [{ mode: null }],
    [{ player: '\ud800' }],
    [{ player: {} }],
    [{ tournament: 'x' }],
    [{ tournament: `${newId()}'` }],
    [{ tournament: newId().toUpperCase() }],
    [{ moment: '' }],
    [{ moment: "x' or true --" }],
    [{ moment: ['tetris', 'comeback'] }],
    [{ tenant: 'rival' }],
    [{ from: 'yesterday' }],
    [{ from: '2026-02-30' }],
    [{ from: '0000-01-01' }],
    [{ from: '2026-11-20T08:00:00' }],
    [{ from: 1_795_161_600_000 }],
    [{ to: '9999-12-31T23:59:59-23:59' }],
    [{ to: '' }],
    [{ cursor: 7 }],
    [{ cursor: 'x'.repeat(129) }],
    [[]],
    ['limit=1'],
    [null],
  ])('[H13] %j is a bad query', async (query) => {
    await expect(history.list(newTenant(), query)).rejects.toMatchObject({ code: 'history/bad_query' });
  });

  test.each([
    [''],
    ['garbage'],
    ['\0'],
    [Buffer.from('1 2').toString('base64url')],
    [Buffer.from(`1e3 ${someId}`).toString('base64url')],
    [Buffer.from(`-1 ${someId}`).toString('base64url')],
    [Buffer.from(`99999999999999 ${someId}`).toString('base64url')],
    [Buffer.from(`01 ${someId}`).toString('base64url')],
    [Buffer.from(`1 ${someId} or true`).toString('base64url')],
    [`${formatCursor({ startedAt: T0, id: someId })}=`],
  ])('[H13] %j is a bad cursor', async (cursor) => {
    await expect(history.list(newTenant(), { cursor })).rejects.toMatchObject({ code: 'history/bad_cursor' });
  });

  test('[H13] whatever is sent, the list answers or refuses with a code of its own', async () => {
    const tenantId = newTenant();
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.date().map((date) => date.toJSON()),
    );
    const anyValue = fc.oneof(anyText, fc.jsonValue(), fc.double());
    const keys = ['game', 'mode', 'player', 'from', 'to', 'cursor', 'limit'];
    const anyQuery = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), anyValue, { maxKeys: 3 });
    const property = fc.asyncProperty(anyQuery, async (query) => {
      const answer = await history.list(tenantId, query).catch((error: { code: string }) => error.code);
      expect([{ items: [], nextCursor: null }, 'history/bad_query', 'history/bad_cursor']).toContainEqual(
        answer,
      );
    });
    await fc.assert(property, { numRuns: kind === 'pglite' ? 200 : 500 });
  });
});
