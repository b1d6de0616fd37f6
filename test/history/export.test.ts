import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsOf } from '../../scripts/history/export.ts';
import { localRows } from '../../scripts/history/rows.ts';
import type { Database } from '../../src/database/database.ts';
import { openEventStream, type PostgresEventStream } from '../../src/events/postgres-event-stream.ts';
import { exportMatches } from '../../src/history/export.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { type PlayedMatch, playTetris, playWhist } from './games.ts';
import { finishedLog, newTenant, T0 } from './support.ts';

interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}

describe.each(databases)('exports on %s', (_kind, open) => {
  let opened: TestDatabase;
  let database: Database;
  let stream: PostgresEventStream;
  let history: History;
  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    stream = openEventStream({ sql: database.sql });
    history = createHistory({ database, stream });
  });
  afterAll(() => opened.close());

  async function add(played: Pick<PlayedMatch, 'records'>, tenantId: string): Promise<string> {
    const { matchId } = played.records[0]!;
    await stream.append(played.records.map((record) => ({ ...record, tenantId })));
    await history.record(matchId);
    return matchId;
  }

  async function exported(tenant: string | undefined, query = {}) {
    const faults: unknown[] = [];
    const fault = (matchId: string, error: unknown): void =>
      void faults.push([matchId, (error as { code?: string }).code]);
    const deps = { database, rows: localRows(database), eventsOf, fault };
    const texts: string[] = [];
    for await (const text of exportMatches(deps, { tenant, query })) texts.push(text);
    const lines = texts.flatMap((text) => text.trimEnd().split('\n'));
    return { lines: lines.map((line) => JSON.parse(line) as Line), texts, faults };
  }

  const plain = ({ n, type, seat, data }: Line) => ({ n, type, seat, data });
  const kinds = (lines: readonly Line[]) => [...new Set(lines.map(({ kind }) => kind))];

  test('[H31] a match, its players, its events, its moments, as they stand in history and stream', async () => {
    const tenantId = newTenant();
    const played = playWhist(1);
    const matchId = await add(played, tenantId);
    const moment = { matchId, tenantId, game: 'whist', number: 1, n: 60, t: 1, at: T0 };
    await stream.appendMoments([{ ...moment, type: 'grand_slam', seat: 1, data: { tricks: 13 } }]);
    await stream.appendMoments([
      { ...moment, tenantId: 'rival', number: 2, type: 'x', seat: 1, data: 'secret' },
    ]);
    const later = await add({ records: finishedLog() }, tenantId);
    await stream.appendMoments([{ ...moment, matchId: later, type: 'comeback', seat: 1, data: null }]);
    const { lines: both, faults } = await exported(tenantId);
    const lines = both.slice(
      0,
      both.findLastIndex(({ kind }) => kind === 'match'),
    );
    expect(both.filter(({ kind }) => kind === 'moment').map((one) => one['matchId'])).toEqual([
      matchId,
      later,
    ]);
    const { moments, flaw: _, players, ...match } = await history.get(tenantId, matchId);
    expect(lines[0]).toEqual({ kind: 'match', tenantId, version: '1', ...match, events: 'recorded' });
    expect(kinds(lines)).toEqual(['match', 'player', 'event', 'moment']);
    const of = (wanted: string) => lines.filter(({ kind }) => kind === wanted);
    expect(of('player')).toEqual(players.map((player) => ({ kind: 'player', matchId, ...player })));
    expect(of('event')).toEqual(played.events.map((event) => ({ kind: 'event', matchId, ...event })));
    expect(of('moment')).toEqual(moments.map((one) => ({ kind: 'moment', matchId, ...one })));
    expect(of('moment')).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  test.each([
    ['whist', () => playWhist(2)],
    ['Tetris', () => playTetris('keys', 5)],
  ])('[H31] of a match of %s that the stream has forgotten, events follow from its log', async (_, play) => {
    const tenantId = newTenant();
    const played = play();
    const matchId = await add(played, tenantId);
    // the last rows alone are of no use
    await database.sql.query('delete from match_entry where match_id = $1 and n < 20', [matchId]);
    const { lines, faults } = await exported(tenantId);
    expect(lines[0]).toMatchObject({ kind: 'match', id: matchId, events: 'derived' });
    const events = lines.filter(({ kind }) => kind === 'event');
    expect(events.map(plain)).toEqual(played.events.map((event) => plain({ kind: 'event', ...event })));
    expect(faults).toEqual([]);
  });

  test('[H31] [H32] pages of all tenants hold each match once; filters and a tenant leave some', async () => {
    const [one, other] = [newTenant(), newTenant()];
    const logs = Array.from({ length: 70 }, (_, i) =>
      finishedLog({
        startedAt: T0 + i,
        tenantId: i % 2 ? one : other,
        game: i % 3 ? 'whist' : 'tetris',
      }),
    );
    await stream.append(logs.flat());
    const idsOf = (some: typeof logs): string[] => some.map(([first]) => first!.matchId);
    await history.recordAll(
      idsOf(logs).map((matchId) => ({ matchId, entries: 4 })),
      (_id, error) => expect.unreachable(String(error)),
    );
    const exportedIds = async (tenant: string | undefined, query: object): Promise<unknown[]> => {
      const { lines } = await exported(tenant, query);
      return lines
        .filter(({ kind, id }) => kind === 'match' && idsOf(logs).includes(id as string))
        .map(({ id }) => id);
    };
    const of = (tenantId: string) => logs.filter(([first]) => first!.tenantId === tenantId).toReversed();
    expect(await exportedIds(undefined, {})).toEqual(
      [one, other].toSorted().flatMap((tenant) => idsOf(of(tenant))),
    );
    expect(await exportedIds(one, {})).toEqual(idsOf(of(one)));
    expect(await exportedIds(other, { game: 'tetris', to: new Date(T0 + 30).toISOString() })).toEqual(
      idsOf(of(other).filter((log) => log[0]!.game === 'tetris' && log[1]!.at < T0 + 30)),
    );
    await expect(exported(one, { from: 'soon' })).rejects.toMatchObject({ code: 'history/bad_query' });
    expect((await exported("x' or true --", {})).texts).toEqual([]);
  });

  test('[H31] no seed leaves', async () => {
    const tenantId = newTenant();
    await add(playWhist(1), tenantId);
    const { texts } = await exported(tenantId);
    expect(texts.join('')).not.toContain('0123456789abcdef');
  });

  test('[H32] a damaged record, and a version that is not here, cost their own match its events', async () => {
    const tenantId = newTenant();
    const ids = [];
    for (let i = 0; i < 3; i++)
      ids.push(await add({ records: finishedLog({ startedAt: T0 + i }) }, tenantId));
    const [damaged, , unplayable] = ids as [string, string, string];
    const { sql } = database;
    await sql.query('update match_replay set log = $2 where match_id = $1', [damaged, Buffer.from('x')]);
    // its entries are of no game: without its rows they would have to be played
    await sql.query('delete from match_entry where match_id = $1', [unplayable]);
    const { lines, faults } = await exported(tenantId);
    expect(lines.filter(({ kind }) => kind === 'match').map(({ id, events }) => [id, events])).toEqual([
      [unplayable, 'none'],
      [ids[1], 'recorded'],
      [damaged, 'none'],
    ]);
    expect(lines.filter(({ kind }) => kind === 'player')).toHaveLength(3);
    expect(faults).toEqual([
      [unplayable, 'match/illegal_entry'],
      [damaged, 'history/bad_log'],
    ]);
  });

  test('[H32] a database that goes away ends an export: no match is written without its events for that', async () => {
    const tenantId = newTenant();
    await add(playWhist(1), tenantId);
    const readLogs = () => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
    const deps = {
      database,
      rows: { ...localRows(database), readLogs },
      eventsOf,
      fault: expect.unreachable,
    };
    const texts = exportMatches(deps, { tenant: tenantId, query: {} });
    await expect(texts.next()).rejects.toMatchObject({ code: '57P01' });
  });
});
