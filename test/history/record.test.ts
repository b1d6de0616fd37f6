import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import type { EventStream } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { finishedLog, player, rowsOf, T0 } from './support.ts';

describe.each(databases)('record on %s', (_kind, open) => {
  let opened: TestDatabase;
  let database: Database;
  let stream: EventStream;
  let history: History;
  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    stream = openEventStream({ sql: database.sql });
    history = createHistory({ database, stream });
  });
  afterAll(() => opened.close());

  /** A second process on the same data; the embedded database has one, so there it is a second service. */
  async function withAnother(work: (other: History) => Promise<void>): Promise<void> {
    const { url } = opened;
    const other = url === undefined ? database : await openDatabase({ url, entities });
    await work(createHistory({ database: other, stream: openEventStream({ sql: other.sql }) }));
    if (other !== database) await other.close();
  }

  test('[H1] twenty callers in each of two processes at once write one match', async () => {
    const players = [player(), player({ seat: 1, account: null, placement: 2, score: -3 })];
    const log = finishedLog({ players });
    const { matchId } = log[0]!;
    await stream.append(log);
    await withAnother(async (other) => {
      const callers = Array.from({ length: 40 }, (_, i) => (i % 2 ? history : other).record(matchId));
      expect(await Promise.all(callers)).toEqual(callers.map(() => true));
    });
    const { matches, players: seats, replays } = await rowsOf(database, [matchId]);
    expect([matches.length, seats.length, replays.length]).toEqual([1, 2, 1]);
  });

  test('[H1] recording again changes no row', async () => {
    const log = finishedLog();
    const { matchId } = log[0]!;
    await stream.append(log);
    await history.record(matchId);
    const before = await rowsOf(database, [matchId]);
    expect(await history.record(matchId)).toBe(true);
    expect(await rowsOf(database, [matchId])).toEqual(before);
  });

  test('[H4] [H5] the rows are those of the log', async () => {
    const stats = { lines_cleared: 4, garbage_sent: 3, garbage_received: 2, pieces_placed: 1, tricks: 9.5 };
    const log = finishedLog({
      startedAt: T0 + 7,
      endedAt: T0 + 61_007,
      players: [player({ score: 2 ** 40, stats })],
    });
    const { matchId } = log[0]!;
    await stream.append(log);
    await history.record(matchId);
    const { matches, players, replays } = await rowsOf(database, [matchId]);
    expect(matches).toEqual([
      expect.objectContaining({
        tenant_id: 'acme',
        game_type: 'whist',
        room_id: matchId,
        mode: 'casual',
        player_count: 1,
        tournament_id: null,
        started_at: '2026-11-20T08:00:00.007+00:00',
        ended_at: '2026-11-20T08:01:01.007+00:00',
      }),
    ]);
    expect(players).toEqual([
      {
        match_id: matchId,
        seat: 0,
        tenant_id: 'acme',
        account_id: 'ada',
        placement: 1,
        score: 2 ** 40,
        lines_cleared: 4,
        garbage_sent: 3,
        garbage_received: 2,
        pieces_placed: 1,
        duration_ms: 90_000,
        stats: { tricks: 9.5 },
      },
    ]);
    expect(replays).toEqual([expect.objectContaining({ tenant_id: 'acme', entries: 4 })]);
    expect((await history.get('acme', matchId)).players[0]!.stats).toEqual(stats);
  });

  test('[H2] where a row is refused, none is written', async () => {
    // no column of jsonb takes this name
    const log = finishedLog({ players: [player(), player({ seat: 1, stats: { 'nul\0': 1 } })] });
    const { matchId } = log[0]!;
    await stream.append(log);
    await expect(history.record(matchId)).rejects.toMatchObject({ code: '22P05' });
    expect(await rowsOf(database, [matchId])).toEqual({ matches: [], players: [], replays: [] });
  });

  test('[H3] a match that goes on, and one that was never there, are not recorded', async () => {
    const log = finishedLog();
    const { matchId } = log[0]!;
    await stream.append(log.slice(0, 3));
    expect(await history.record(matchId)).toBe(false);
    expect(await history.record(finishedLog()[0]!.matchId)).toBe(false);
    await stream.append(log.slice(3));
    expect(await history.record(matchId)).toBe(true);
  });

  test('[H6] a log that is damaged is refused, and nothing of it is quoted', async () => {
    const log = finishedLog();
    const { matchId, tenantId } = log[0]!;
    await stream.append(log);
    await database.sql.query(`update match_entry set entries = '[["seed",' where match_id = $1 and n = 2`, [
      matchId,
    ]);
    const asked = [
      () => history.record(matchId),
      () => history.log(tenantId, matchId),
      () => history.running(tenantId, matchId),
    ];
    for (const ask of asked) {
      const error: unknown = await ask().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'history/bad_log' });
      expect(inspect(error)).not.toContain('seed');
    }
  });

  test('[H6] a log whose beginning is gone is refused and leaves no row', async () => {
    const log = finishedLog();
    const { matchId } = log[0]!;
    await stream.append(log);
    await database.sql.query('delete from match_entry where match_id = $1 and n = 1', [matchId]);
    await expect(history.record(matchId)).rejects.toMatchObject({ code: 'history/bad_log' });
    expect((await rowsOf(database, [matchId])).matches).toEqual([]);
  });
});
