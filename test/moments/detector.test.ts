import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/database/sql.ts';
import { type EventStream, type Moment, type Published, StreamGap } from '../../src/events/event-stream.ts';
import { NatsStreamError } from '../../src/events/nats-error.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { startMomentDetector } from '../../src/moments/detector.ts';
import { createMomentPublisher, type PublishMoments } from '../../src/moments/publisher.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { batchesOf, feed, interleave, observe } from './feed.ts';
import {
  anyMoves,
  anySizes,
  boo,
  clap,
  clapLog,
  clapsOf,
  type LogOptions,
  momentsOf,
  type Move,
  silence,
} from './support.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const idOf = ([first]: readonly Published[]): string => first!.matchId;
const numbersOf = (moments: readonly Moment[]) => moments.map(({ number }) => number);

describe.each(databases)('moments on %s', (_kind, open) => {
  let opened: TestDatabase;
  let sql: Sql;
  let stream: EventStream;
  beforeAll(async () => {
    opened = await open();
    ({ sql } = opened.database);
    stream = openEventStream({ sql });
  });
  afterAll(async () => {
    await stream?.close();
    await opened?.close();
  });

  /** A log that is in the stream, as a room has committed it. */
  async function played(moves: readonly Move[], options: LogOptions = {}): Promise<Published[]> {
    const log = clapLog(moves, options);
    await stream.append(log);
    return log;
  }

  /** The moments of a match, as they are kept. */
  const kept = (log: readonly Published[]) => readMoments(sql, [idOf(log)]);
  const expectAll = async (log: readonly Published[]) => expect(await kept(log)).toEqual(momentsOf(log));

  /** Runs a detector on the real subscription until it has handled all that is there. */
  async function run(changes: Parameters<typeof feed>[0] = { sql, stream }) {
    const { deps, ...seen } = observe(changes);
    const detector = startMomentDetector(deps);
    await vi.waitFor(async () => expect(await detector.lag()).toBe(0), PATIENCE);
    await detector.stop();
    return seen;
  }

  test('[MO1] [MO11] moments of matches that are played meanwhile are kept and told once, in order, with all fields', async () => {
    const { deps, told, faults } = observe({ sql, stream });
    const detector = startMomentDetector(deps);
    const logs = Array.from({ length: 20 }, (_, i) =>
      clapLog([...clapsOf(7 + i), boo(), silence, ...clapsOf(9, 1)], {
        tenantId: `t${i % 3}`,
        sizes: [1, 2],
      }),
    );
    for (const batch of batchesOf(interleave(logs, [0, 5, 3, 7, 1]), [13])) await stream.append(batch);
    await vi.waitFor(async () => expect(await detector.lag()).toBe(0), PATIENCE);
    await detector.stop();
    for (const log of logs) {
      expect(momentsOf(log).length).toBeGreaterThan(5);
      await expectAll(log);
      expect(told.filter(({ matchId }) => matchId === idOf(log))).toEqual(momentsOf(log));
    }
    expect(faults).toEqual([]);
  });

  test('[MO1] [MO4] property: any records in any batches, with any memory, give what their events give at once', async () => {
    const anyRun = fc.asyncProperty(
      fc.array(fc.tuple(anyMoves, anySizes), { minLength: 1, maxLength: 4 }),
      anySizes,
      fc.array(fc.nat(9), { minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      async (games, sizes, mix, capacity) => {
        const logs = await Promise.all(games.map(([moves, cuts]) => played(moves, { sizes: cuts })));
        const write = createMomentPublisher({ sql, stream: null });
        const publish: PublishMoments = (moments) => {
          for (const ofMatch of Map.groupBy(moments, ({ matchId }) => matchId).values())
            expect(numbersOf(ofMatch)).toEqual(numbersOf(ofMatch).map((_, i) => ofMatch[0]!.number + i));
          return write(moments);
        };
        const { handle, told, faults } = feed({ sql, stream, publish, capacity });
        for (const batch of batchesOf(interleave(logs, mix), sizes)) await handle(batch);
        for (const log of logs) {
          await expectAll(log);
          expect(told.filter(({ matchId }) => matchId === idOf(log))).toEqual(momentsOf(log));
        }
        expect(faults).toEqual([]);
      },
    );
    await fc.assert(anyRun, { numRuns: 40 });
  });

  test('[MO2] a cursor set back to the beginning changes no row, and nothing is told again', async () => {
    const logs = [await played(clapsOf(12)), await played([...clapsOf(4), silence], { isOver: false })];
    expect((await run()).told.length).toBeGreaterThan(0);
    const before = await sql.query('select * from match_moment order by match_id, number');
    await sql.query(`update event_cursor set position = 0 where durable = 'moments'`);
    const { told, faults } = await run();
    expect([told, faults]).toEqual([[], []]);
    expect(await sql.query('select * from match_moment order by match_id, number')).toEqual(before);
    for (const log of logs) await expectAll(log);
  });

  test('[MO3] property: whatever fails or dies between, each moment is kept once, and told once at most', async () => {
    const fate = fc.constantFrom('well', 'refused', 'killed before', 'killed after', 'repeated');
    const anyFate = fc.asyncProperty(
      fc.array(fc.tuple(anyMoves, anySizes), { minLength: 1, maxLength: 3 }),
      anySizes,
      fc.array(fate, { minLength: 1, maxLength: 30 }),
      async (games, sizes, fates) => {
        const logs = await Promise.all(games.map(([moves, cuts]) => played(moves, { sizes: cuts })));
        const allTold: Moment[] = [];
        let next = 'well';
        const write = createMomentPublisher({ sql, stream: null });
        const publish: PublishMoments = async (moments) => {
          const now = next;
          next = 'well';
          if (now === 'refused' || now === 'killed before') throw new Error(now);
          const fresh = await write(moments);
          if (now === 'killed after') throw new Error(now);
          return fresh;
        };
        const told = (_: string, moments: readonly Moment[]) => void allTold.push(...moments);
        const start = () => feed({ sql, stream, publish, told });
        let detector = start();
        for (const [i, batch] of batchesOf(interleave(logs, [0, 1, 2]), sizes).entries()) {
          next = fates[i % fates.length]!;
          const isKilled = next.startsWith('killed');
          if (next === 'repeated') await detector.handle(batch);
          await detector.handle(batch).catch(async () => {
            if (isKilled) detector = start();
            await detector.handle(batch);
          });
        }
        for (const log of logs) {
          await expectAll(log);
          const numbers = numbersOf(allTold.filter(({ matchId }) => matchId === idOf(log)));
          expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
          if (!fates.includes('killed after')) expect(numbers).toEqual(numbersOf(momentsOf(log)));
        }
      },
    );
    await fc.assert(anyFate, { numRuns: 40 });
  });

  test('[MO4] a match is read where it is not remembered, once: after a start amid it, and after it was forgotten for others', async () => {
    const logs = await Promise.all([0, 1, 2].map(() => played(clapsOf(20))));
    const first = feed({ sql, stream, capacity: 2 });
    // the first that are asked for
    for (const record of logs[0]!.slice(2)) await first.handle([record]);
    expect(first.reads).toEqual([]);

    const again = feed({ sql, stream, capacity: 2 });
    const [a, b, c] = logs.map(idOf) as [string, string, string];
    const at = (log: number, n: number) => again.handle([logs[log]![n - 1]!]);
    for (const [log, n] of [
      [0, 9],
      [1, 9],
      [0, 10],
      [2, 9],
      [0, 11],
      [1, 10],
    ] as const)
      await at(log, n);
    expect(again.reads).toEqual([a, b, c, b]);
    for (let n = 12; n <= logs[0]!.length; n++) await at(0, n);
    await expectAll(logs[0]!);
    // it is over, and not remembered any more
    await at(0, 22);
    expect(again.reads).toEqual([a, b, c, b, a]);
  });

  test('[MO5] two detectors that read the same at once keep and tell each moment once', async () => {
    const logs = await Promise.all(Array.from({ length: 10 }, () => played(clapsOf(15))));
    const records = batchesOf(interleave(logs, [1, 4, 2]), [5]);
    const both = [feed({ sql, stream }), feed({ sql, stream, capacity: 1 })] as const;
    await Promise.all(
      both.map(async ({ handle }) => {
        for (const batch of records) await handle(batch);
      }),
    );
    const told = both.flatMap((one) => one.told);
    for (const log of logs) {
      await expectAll(log);
      expect(
        numbersOf(told.filter(({ matchId }) => matchId === idOf(log))).toSorted((x, y) => x - y),
      ).toEqual(numbersOf(momentsOf(log)));
    }
  });

  test('[MO5] a detector that reads again after another has seen to some records misses nothing of them', async () => {
    const log = await played([clap(), clap(), clap(), clap(), clap(), clap(), clap(1), clap(1), clap(1)]);
    const [one, other] = [feed({ sql, stream }), feed({ sql, stream })] as const;
    await one.handle(log.slice(0, 5), true);
    await other.handle(log.slice(5, 8), true);
    await one.handle(log.slice(8), true);
    await expectAll(log);
  });

  test('[MO6] where rules fail, what was found before stands, it is reported once, and others go on', async () => {
    const failing = [...clapsOf(4), clap(0, 'fail'), ...clapsOf(6)];
    const [bad, good] = [await played(failing, { sizes: [5] }), await played(clapsOf(9))];
    const { handle, faults, told } = feed({ sql, stream });
    for (const record of interleave([bad, good], [0, 1])) await handle([record]);
    expect(faults).toEqual([[idOf(bad), 'moments/bad_rules']]);
    await expectAll(good);
    expect(await kept(bad)).toEqual(momentsOf(clapLog(clapsOf(4), { matchId: idOf(bad), sizes: [5] })));
    expect(told).toHaveLength(1 + 3);
  });

  test('[MO6] a log that is broken is reported, and others go on', async () => {
    const bad = await Promise.all(Array.from({ length: 5 }, () => played(clapsOf(9))));
    const [gap, cut, short, foreign, noJson] = bad as [
      Published[],
      Published[],
      Published[],
      Published[],
      Published[],
    ];
    const good = await played(clapsOf(9));
    const of = (log: Published[], n: number) => `where match_id = '${idOf(log)}' and n = ${n}`;
    await sql.query(`delete from match_entry ${of(gap, 5)}`);
    await sql.query(`delete from match_entry ${of(cut, 1)}`);
    await sql.query(`delete from match_entry where match_id = '${idOf(short)}' and n > 4`);
    await sql.query(`update match_entry set tenant_id = 'other' ${of(foreign, 4)}`);
    await sql.query(`update match_entry set entries = '[["seed",' ${of(noJson, 2)}`);
    const said: string[] = [];
    const { handle, faults } = feed({
      sql,
      stream,
      fault: (_, error) => void said.push(`${(error as { code: string }).code} ${(error as Error).stack}`),
    });
    const late = [...bad, good].map((log) => log.slice(6));
    for (const record of interleave(late, [0, 1, 2, 3, 4, 5])) await handle([record]);
    expect(faults).toEqual([]);
    expect(said).toHaveLength(5);
    for (const text of said) expect(text).toMatch(/^moments\/bad_log/);
    expect(said.join()).not.toContain('seed');
    for (const log of bad) expect(await kept(log)).toEqual([]);
    await expectAll(good);
  });

  test('[MO6] [MO8] what a stream says of a log is a fault of its match; that it does not answer is tried again', async () => {
    const log = await played(clapsOf(9));
    const reading = (failure: Error) => {
      const read = async (): Promise<never> => {
        throw failure;
      };
      return feed({
        sql,
        stream: { ...stream, subscribe: stream.subscribe.bind(stream), read } as EventStream,
      });
    };
    const broken = [
      new StreamGap(idOf(log), 4),
      new NatsStreamError('stream/malformed', 'the seed'),
      new NatsStreamError('stream/version', '2'),
    ];
    for (const error of broken) {
      const { handle, faults } = reading(error);
      await handle(log.slice(6));
      expect(faults).toEqual([[idOf(log), 'moments/bad_log']]);
    }
    const away = new NatsStreamError('stream/unavailable', 'not now');
    const { handle, faults } = reading(away);
    await expect(handle(log.slice(6))).rejects.toBe(away);
    expect(faults).toEqual([]);
  });

  test('[MO6] records of another tenant or game under the id of a match are no part of it', async () => {
    for (const change of [{ tenantId: 'other' }, { game: 'other' }]) {
      const log = await played(clapsOf(9));
      const { handle, faults } = feed({ sql, stream });
      await handle(log.slice(0, 6));
      await handle([{ ...log[6]!, ...change }]);
      await handle(log.slice(7));
      expect(faults).toEqual([[idOf(log), 'moments/bad_log']]);
      expect(numbersOf(await kept(log))).toEqual([1]);
    }
  });

  test('[MO7] data that can not be kept is a fault of its rules, whatever the batch', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const unfit = [
      'nul \0',
      'half \ud83d',
      'x'.repeat(4_095),
      1n,
      cycle,
      () => 1,
      ...['', 'nul\0', 'x'.repeat(65)].map((type) => ({ type })),
      ...[-1, 0.5, 40_000].map((seat) => ({ seat })),
    ];
    const loose = { date: new Date(0), gone: undefined, not: Number.NaN };
    const fit = [
      loose,
      { type: 'x'.repeat(64) },
      'whole \ud83d\ude00',
      'x'.repeat(4_094),
      null,
      undefined,
      { deep: [1, { a: '"\\' }] },
    ];
    for (const [data, isFit] of [...unfit.map((d) => [d, false]), ...fit.map((d) => [d, true])] as const) {
      const log = clapLog([...clapsOf(5), { ...clap(0, data) }, ...clapsOf(3)], { sizes: [20] });
      const { handle, faults, told } = feed({ sql, stream });
      await handle(log);
      expect(numbersOf(await kept(log))).toEqual(isFit ? [1, 2, 3] : [1]);
      expect(faults).toEqual(isFit ? [] : [[idOf(log), 'moments/bad_rules']]);
      // what is told is what is kept
      expect(told).toStrictEqual(await kept(log));
    }
  });

  test('[MO8] what may pass is thrown: the subscription comes again, and nothing is lost or told too early', async () => {
    const gone = (): Error => Object.assign(new Error('the server restarts'), { code: '57P01' });
    const logs = Array.from({ length: 4 }, () => clapLog(clapsOf(9)));
    const bad = clapLog([...clapsOf(3), clap(0, 'fail')]);
    // another process has seen how they began
    for (const log of [...logs, bad]) await stream.append(log.slice(0, 4));
    await run();
    for (const log of [...logs, bad]) await stream.append(log.slice(4));
    let calls = 0;
    const failing = async <T>(work: () => Promise<T>): Promise<T> => {
      calls++;
      if (calls % 2 === 1 && calls < 6) throw gone();
      return work();
    };
    const write = createMomentPublisher({ sql, stream: null });
    const { deps, told, faults } = observe({
      sql,
      stream,
      publish: (moments) => failing(() => write(moments)),
    });
    const flaky = { ...deps.stream, read: (matchId: string) => failing(() => stream.read(matchId)) };
    const detector = startMomentDetector({ ...deps, stream: flaky });
    await vi.waitFor(async () => expect(await detector.lag()).toBe(0), PATIENCE);
    await detector.stop();
    expect(calls).toBeGreaterThan(6);
    expect(faults).toEqual([[idOf(bad), 'moments/bad_rules']]);
    expect(numbersOf(await kept(bad))).toEqual([1]);
    for (const log of logs) {
      await expectAll(log);
      expect(numbersOf(told.filter(({ matchId }) => matchId === idOf(log)))).toEqual([1, 2, 3]);
    }
  });

  test('[MO9] games without moments have none', async () => {
    const log = await played(clapsOf(9), { game: 'silent' });
    const { handle, faults, reads } = feed({ sql, stream });
    await handle(log.slice(4));
    expect(await kept(log)).toEqual([]);
    expect([faults, reads]).toEqual([[], []]);
  });

  test('[MO10] only records with events that some rules look at are asked for', async () => {
    const asked: (readonly string[] | undefined)[] = [];
    const { deps } = observe({ sql, stream });
    const subscribe: EventStream['subscribe'] = (durable, _handler, events) => {
      asked.push([durable, ...(events ?? [])]);
      return { stop: async () => {}, lag: async () => 0 };
    };
    const [rules] = [...deps.rules.values()];
    const more = new Map([...deps.rules, ['other', { ...rules!, events: ['boo', 'hiss'] }]]);
    startMomentDetector({ ...deps, rules: more, stream: { ...deps.stream, subscribe } });
    expect(asked).toEqual([['moments', 'match_start', 'match_result', 'clap', 'boo', 'hiss']]);
  });
});
