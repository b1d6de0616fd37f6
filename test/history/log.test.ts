import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { Moment } from '../../src/events/event-stream.ts';
import { openEventStream, type PostgresEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { encodeReplay } from '../../src/history/replay-record.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { playWhist } from './games.ts';
import { finishedLog, newId, T0 } from './support.ts';

const momentOf = (matchId: string, number: number, fields: Partial<Moment> = {}): Moment => ({
  matchId,
  tenantId: 'acme',
  game: 'whist',
  number,
  n: 10 * number,
  t: 1_000 * number,
  at: T0 + number,
  type: 'grand_slam',
  seat: 2,
  data: { tricks: 7 },
  ...fields,
});

describe.each(databases)('logs on %s', (_kind, open) => {
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

  /** A match in history of which the stream has forgotten all. */
  async function recorded() {
    const played = playWhist(1);
    await stream.append(played.records);
    await history.record(played.matchId);
    await database.sql.query('delete from match_entry where match_id = $1', [played.matchId]);
    return played;
  }

  const setLog = (matchId: string, log: Uint8Array) =>
    database.sql.query('update match_replay set log = $2 where match_id = $1', [matchId, log]);

  test('[H25] the log of a finished match: header, entries, and the hashes that were told', async () => {
    const { matchId, entries, hashes, result } = await recorded();
    const { header, ...log } = await history.log('acme', matchId);
    const { moments: _, ...match } = await history.get('acme', matchId);
    expect(header).toEqual({
      id: matchId,
      ...(entries[0]!.data as object),
      mode: 'ranked',
      startedAt: match.startedAt,
      endedAt: match.endedAt,
      players: match.players,
      verified: null,
      flaw: null,
    });
    expect(header.players.map(({ placement }) => placement)).toEqual(
      result.players.map(({ placement }) => placement),
    );
    expect(log).toEqual({ entries: entries.map(({ id: _id, ...entry }) => entry), hashes });
    expect(hashes.length).toBeGreaterThan(1);
    expect(hashes.at(-1)!.n).toBe(entries.length);
  });

  test('[H25] a record that is not there, damaged, cut short, or of another game is told as such', async () => {
    const { matchId, entries } = await recorded();
    const rest = entries.slice(1);
    const otherGame = { ...entries[0]!, data: { ...(entries[0]!.data as object), game: 'tetris' } };
    const badSetup = { ...entries[0]!, data: { game: 'whist' } };
    for (const wrong of [
      Buffer.from('damage'),
      await encodeReplay({ entries: entries.slice(0, -1), hashes: [] }),
      await encodeReplay({ entries: [otherGame, ...rest], hashes: [] }),
      await encodeReplay({ entries: [badSetup, ...rest], hashes: [] }),
      await encodeReplay({ entries: [{ ...entries[0]!, type: 'start' }, ...rest], hashes: [] }),
    ]) {
      await setLog(matchId, wrong);
      await expect(history.log('acme', matchId)).rejects.toMatchObject({ code: 'history/bad_log' });
    }
    await setLog(matchId, await encodeReplay({ entries, hashes: [] }));
    expect((await history.log('acme', matchId)).entries).toHaveLength(entries.length);
    await database.sql.query('delete from match_replay where match_id = $1', [matchId]);
    await expect(history.log('acme', matchId)).rejects.toMatchObject({ code: 'history/bad_log' });
  });

  test('[H26] what was found when it was played again is kept, and shown', async () => {
    const { matchId } = await recorded();
    const seen = async () => {
      const { verified, flaw } = await history.get('acme', matchId);
      const { items } = await history.list('acme', {});
      expect(items.find(({ id }) => id === matchId)!.verified).toBe(verified);
      const { header } = await history.log('acme', matchId);
      expect([header.verified, header.flaw]).toEqual([verified, flaw]);
      return [verified, flaw];
    };
    expect(await seen()).toEqual([null, null]);
    const finding = { verified: false, flaw: `entry 7: \0${'x'.repeat(300)}` };
    const news = await Promise.all([1, 2, 3].map(() => history.flag(matchId, finding)));
    expect(news.filter(Boolean)).toHaveLength(1);
    expect(await seen()).toEqual([false, `entry 7: ${'x'.repeat(191)}`]);
    for (const isNews of [true, false])
      expect(await history.flag(matchId, { verified: true, flaw: null })).toBe(isNews);
    expect(await seen()).toEqual([true, null]);
    // recording again changes nothing of it
    expect(await history.record(matchId)).toBe(true);
    expect(await seen()).toEqual([true, null]);
  });

  test('[H27] a match has its moments in order, and none that another tenant put under its id', async () => {
    const { matchId } = await recorded();
    expect((await history.get('acme', matchId)).moments).toEqual([]);
    const theirs = momentOf(matchId, 3, { tenantId: 'rival', data: 'a secret' });
    await stream.appendMoments([
      momentOf(matchId, 1),
      momentOf(matchId, 2, { seat: null, data: null }),
      theirs,
    ]);
    await stream.appendMoments([momentOf(newId(), 1)]);
    expect((await history.get('acme', matchId)).moments).toEqual([
      { number: 1, type: 'grand_slam', seat: 2, n: 10, t: 1_000, at: T0 + 1, data: { tricks: 7 } },
      { number: 2, type: 'grand_slam', seat: null, n: 20, t: 2_000, at: T0 + 2, data: null },
    ]);
  });

  test('[H28] a running match is given to its tenant, as far as it is published', async () => {
    const records = finishedLog().slice(0, 3);
    const { matchId } = records[0]!;
    await stream.append(records);
    expect(await history.running('acme', matchId)).toEqual({
      setup: records[0]!.entries[0]!.data,
      records,
    });
    await expect(history.log('acme', matchId)).rejects.toMatchObject({ code: 'history/not_over' });
  });

  test('[H28] anyone else gets nothing, and neither does who asks for a match that is none', async () => {
    const [first] = finishedLog();
    await stream.append([first!]);
    expect(await history.running('rival', first!.matchId)).toBeNull();
    for (const id of [newId(), 'x', '', '\0']) expect(await history.running('acme', id)).toBeNull();
  });

  test('[H28] where records of another tenant stand under its id, nobody gets them', async () => {
    const [first, second] = finishedLog();
    await stream.append([first!, { ...second!, tenantId: 'rival' }]);
    await expect(history.running('acme', first!.matchId)).rejects.toMatchObject({ code: 'history/bad_log' });
    expect(await history.running('rival', first!.matchId)).toBeNull();
  });
});
