import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { EventStream, Published, Subscription } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { type ProjectorDeps, startProjector } from '../../src/history/projector.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { finishedLog, player, rowsOf } from './support.ts';

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
    const record = async (matchId: string): Promise<boolean> => {
      calls += 1;
      if (calls === 3) throw Object.assign(new Error('the server restarts'), { code: '57P01' });
      const recorded = await history.record(matchId);
      // behind the commit: the match is there, and comes again
      if (calls === 5) throw Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
      return recorded;
    };
    expect(await project({ history: { record } })).toEqual([]);
    expect(calls).toBe(3 + 2 + 6);
    expect((await rowsOf(database, idsOf(all))).matches).toHaveLength(6);
  });

  test('[H10] matches that can never be recorded are reported, and those behind them are recorded', async () => {
    const badName = finishedLog({ players: [player({ stats: { 'nul\0': 1 } })] });
    const noScore = finishedLog({ players: [player({ score: Number.NaN })] });
    const good = finishedLog();
    await stream.append([badName, noScore, good].flat());
    expect(await project()).toEqual(idsOf([badName, noScore]));
    expect((await rowsOf(database, idsOf([badName, noScore, good]))).matches).toHaveLength(1);
  });
});
