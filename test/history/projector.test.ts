import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import type { Sql } from '../../src/database/sql.ts';
import {
  type EventStream,
  type Published,
  StreamGap,
  type Subscription,
} from '../../src/events/event-stream.ts';
import { readLogs } from '../../src/events/log-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import type { LocalRows } from '../../src/history/logs.ts';
import { type ProjectorDeps, startProjector } from '../../src/history/projector.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { event, finishedLog, newId, player, rowsOf } from './support.ts';

describe.each(databases)('projector on %s', (_kind, open) => {
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

  /** Runs the projector until it has handled all that is in the stream. */
  async function project(changes: Partial<ProjectorDeps> = {}): Promise<string[]> {
    const faults: string[] = [];
    const fault = (matchId: string) => void faults.push(matchId);
    const projector = startProjector({ stream, history, fault, ...changes });
    await vi.waitFor(async () => expect(await projector.lag()).toBe(0), { timeout: 20_000 });
    await projector.stop();
    return faults;
  }

  const logs = (count: number) => Array.from({ length: count }, () => finishedLog());
  const idsOf = (all: readonly Published[][]) => all.map(([first]) => first!.matchId);

  test('[H1] projector and disposal hook at the same time write each match once', async () => {
    const all = logs(20);
    const ids = idsOf(all);
    await stream.append(all.flat());
    await Promise.all([project(), ...ids.map((id) => history.record(id))]);
    const { matches, players, replays } = await rowsOf(database, ids);
    expect([matches.length, players.length, replays.length]).toEqual([20, 20, 20]);
  });

  test('[H3] matches that go on are left alone', async () => {
    const log = finishedLog();
    await stream.append(log.slice(0, 3));
    expect(await project()).toEqual([]);
    expect((await rowsOf(database, idsOf([log]))).matches).toEqual([]);
  });

  test('[H8] a cursor set back to the beginning changes no row', async () => {
    const all = logs(5);
    await stream.append(all.flat());
    await project();
    const before = await rowsOf(database, idsOf(all));
    expect(before.matches).toHaveLength(5);
    await database.sql.query('update event_cursor set position = 0 where durable = $1', ['history']);
    await project();
    expect(await rowsOf(database, idsOf(all))).toEqual(before);
  });

  test('[H8] duplicates in any order of delivery give the same rows', async () => {
    const anyDelivery = fc.asyncProperty(
      fc.array(fc.nat(11), { minLength: 4 }),
      fc.nat(5),
      async (order, size) => {
        const all = logs(3);
        await stream.append(all.flat());
        const delivered = order.map((i) => all.flat()[i]!);
        await deliver(delivered, size + 1);
        const ended = delivered.filter(({ n }) => n === 4).map(({ matchId }) => matchId);
        const { matches } = await rowsOf(database, idsOf(all));
        expect(matches.map(({ id }) => id).toSorted()).toEqual([...new Set(ended)].toSorted());
      },
    );
    await fc.assert(anyDelivery, { numRuns: 20 });
  });

  /** Hands records to the projector as a stream would that keeps no order. */
  async function deliver(records: readonly Published[], size: number): Promise<void> {
    let handler: (records: readonly Published[]) => Promise<void> = async () => {};
    const subscribe: EventStream['subscribe'] = (_durable, given) => {
      handler = given;
      return { stop: async () => {}, lag: async () => 0 } satisfies Subscription;
    };
    const fault = (_: string, error: unknown) => expect.unreachable(String(error));
    startProjector({ stream: { subscribe }, history, fault });
    for (let i = 0; i < records.length; i += size) await handler(records.slice(i, i + size));
  }

  test('[H9] a database that fails now and then loses no match', async () => {
    await project();
    const all = logs(6);
    await stream.append(all.flat());
    let calls = 0;
    const recordAll: History['recordAll'] = async (finished, fault) => {
      calls += 1;
      if (calls === 1) throw Object.assign(new Error('the server restarts'), { code: '57P01' });
      await history.recordAll(finished, fault);
      // behind the commit: the matches are there, and come again
      if (calls === 2) throw Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
    };
    expect(await project({ history: { recordAll } })).toEqual([]);
    expect(calls).toBeGreaterThanOrEqual(3);
    expect((await rowsOf(database, idsOf(all))).matches).toHaveLength(6);
  });

  test('[H10] matches that can never be recorded are reported, and all others are recorded', async () => {
    const badName = finishedLog({ players: [player({ stats: { 'nul\0': 1 } })] });
    const noScore = finishedLog({ players: [player({ score: Number.NaN })] });
    const good = logs(40);
    await stream.append([badName, noScore, ...good].flat());
    expect((await project()).toSorted()).toEqual(idsOf([badName, noScore]).toSorted());
    const { matches, players, replays } = await rowsOf(database, idsOf([badName, noScore, ...good]));
    expect([matches.length, players.length, replays.length]).toEqual([40, 40, 40]);
  });

  test('[H10] logs that are damaged, or have a gap, are reported, and all others are recorded', async () => {
    const { sql } = database;
    const [cut, holed, ...good] = logs(6) as [Published[], Published[], ...Published[][]];
    await stream.append([cut, holed, ...good].flat());
    const of = ([first]: readonly Published[], n: number) =>
      `where match_id = '${first!.matchId}' and n = ${n}`;
    await sql.query(`update match_entry set entries = '[["seed",' ${of(cut, 2)}`);
    const read: EventStream['read'] = async (matchId) => {
      if (matchId === holed[0]!.matchId) throw new StreamGap(matchId, 3);
      return stream.read(matchId);
    };
    // its beginning is not near at hand any more, and what is farther away has a gap
    await sql.query(`delete from match_entry ${of(holed, 1)}`);
    const rows = { readLogs: (ids: readonly string[]) => readLogs(sql, ids), readMoments: async () => [] };
    const near = createHistory({ database, stream: { ...stream, read, readMoments: async () => [] }, rows });
    expect((await project({ history: near })).toSorted()).toEqual(idsOf([cut, holed]).toSorted());
    const { matches } = await rowsOf(database, idsOf([cut, holed, ...good]));
    expect(matches).toHaveLength(4);
  });

  test('[H23] two processes that record the same matches in any order at once write each once', async () => {
    const all = logs(150);
    await stream.append(all.flat());
    const finished = idsOf(all).map((matchId) => ({ matchId, entries: 4 }));
    const { url } = opened;
    // the embedded database has one process: there it is a second service
    const other = url === undefined ? database : await openDatabase({ url, entities });
    const theirs = createHistory({ database: other, stream: openEventStream({ sql: other.sql }) });
    await Promise.all([
      history.recordAll(finished, unreachable),
      theirs.recordAll(finished.toReversed(), unreachable),
      ...idsOf(all.slice(40, 60)).map((id) => history.record(id)),
    ]);
    if (other !== database) await other.close();
    const { matches, players, replays } = await rowsOf(database, idsOf(all));
    expect([matches.length, players.length, replays.length]).toEqual([150, 150, 150]);
  });

  test('[H23] a batch is written in the order of ids, as every other: so none waits for another for ever', async () => {
    const all = logs(20).toSorted(([a], [b]) => (a!.matchId < b!.matchId ? 1 : -1));
    await stream.append(all.flat());
    const finished = idsOf(all).map((matchId) => ({ matchId, entries: 4 }));
    await history.recordAll(finished, unreachable);
    const rows = await database.sql.query<{ id: string }>(
      'select id from matches where id = any($1::uuid[]) order by ctid',
      [idsOf(all)],
    );
    expect(rows.map(({ id }) => id)).toEqual(idsOf(all).toReversed());
  });

  test('[H23] [H2] a batch and a single call write the very same rows', async () => {
    const stats = { lines_cleared: 4, tricks: 9.5, 'a "name" of \\ ? $1 \n': 1 };
    const players = [player({ stats, score: 2 ** 40 }), player({ seat: 1, account: null, placement: 2 })];
    const [one, other] = [finishedLog({ players }), finishedLog({ players })];
    await stream.append([...one, ...other]);
    await history.record(one[0]!.matchId);
    await history.recordAll([{ matchId: other[0]!.matchId, entries: 4 }], unreachable);
    const [alone, batched] = [await rowsOf(database, idsOf([one])), await rowsOf(database, idsOf([other]))];
    const ids = new Set([...idsOf([one]), ...idsOf([other])]);
    const plain = (rows: object) =>
      JSON.stringify(rows, (key, value) => (ids.has(value) || key === 'inserted_at' ? null : value));
    expect(plain(batched)).toBe(plain(alone));
    expect(batched.players).toHaveLength(2);
  });

  test('[H23] a database that goes away in a batch is told to the caller, who may ask again', async () => {
    const all = logs(80);
    await stream.append(all.flat());
    const finished = idsOf(all).map((matchId) => ({ matchId, entries: 4 }));
    let calls = 0;
    const query: Sql['query'] = async (...given) => {
      if (given[0].includes('insert into') && ++calls === 2)
        throw Object.assign(new Error('the server restarts'), { code: '57P01' });
      return database.sql.query(...given);
    };
    const away = createHistory({ database: { ...database, sql: { query } }, stream });
    await expect(away.recordAll(finished, unreachable)).rejects.toMatchObject({ code: '57P01' });
    const { matches: some } = await rowsOf(database, idsOf(all));
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(80);
    await away.recordAll(finished, unreachable);
    expect((await rowsOf(database, idsOf(all))).matches).toHaveLength(80);
  });

  test('[H24] a long log is read whole and in order, beside a short one', async () => {
    const [short, base] = [finishedLog(), finishedLog()];
    const long = Array.from({ length: 700 }, (_, i) => {
      const n = 1 + 4 * i;
      const entries = [0, 1, 2, 3].map((k) => ({
        n: n + k,
        t: n,
        type: 'input',
        seat: 1,
        data: { tick: n, text: '],[' },
      }));
      return { ...base[0]!, n, entries, events: i % 2 ? [event(n + 1, n, 'lock', { rows: [i] })] : [] };
    });
    await stream.append([...long, ...short]);
    const ids = idsOf([long, short]);
    const logs = await readLogs(database.sql, [...ids, newId()]);
    expect([...logs.keys()].toSorted()).toEqual(ids.toSorted());
    expect(logs.get(ids[0]!)).toEqual(await stream.read(ids[0]!));
    expect(logs.get(ids[0]!)).toEqual(long);
    expect(logs.get(ids[1]!)).toEqual(short);
  });

  test('[H24] logs come from the own rows, and from the stream where their beginning is gone', async () => {
    const [near, cut, gone] = [finishedLog(), finishedLog(), finishedLog()];
    const elsewhere = [near, cut, gone];
    await stream.append([...near, ...cut]);
    await database.sql.query('delete from match_entry where match_id = $1 and n < 3', [cut[0]!.matchId]);
    const asked: string[] = [];
    const read: EventStream['read'] = async (matchId) => {
      asked.push(matchId);
      return elsewhere.find(([first]) => first!.matchId === matchId) ?? [];
    };
    const rows: LocalRows = {
      readLogs: readLogs.bind(null, database.sql),
      readMoments: async () => [],
    };
    const far = createHistory({ database, stream: { read, readMoments: async () => [] }, rows });
    const finished = idsOf(elsewhere).map((matchId) => ({ matchId, entries: 4 }));
    await far.recordAll(finished, unreachable);
    expect(asked).toEqual(idsOf([cut, gone]));
    expect((await rowsOf(database, idsOf(elsewhere))).matches).toHaveLength(3);
    expect(await far.record(newId())).toBe(false);
    // what is there already is not even read
    asked.length = 0;
    await far.recordAll(finished, unreachable);
    expect(asked).toEqual([]);
  });
});

const unreachable = (_: string, error: unknown): void => expect.unreachable(String(error));
