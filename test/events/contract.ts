/** What every EventStream promises (src/events/SPEC.md). An adapter's test gives it a backend. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type EventStream,
  type Moment,
  type Published,
  type StreamHandler,
  StreamGap,
} from '../../src/events/event-stream.ts';
import { encodeEntries, encodeEvents, type RecordRow } from '../../src/events/record.ts';
import { entriesAfter, eventOf } from '../store/support.ts';

export interface StreamBackend {
  /** A stream as a process of its own would open it, on the records of all others. */
  openStream(onError?: (durable: string, error: unknown) => void): EventStream;
  /** Records that are appended together may count as one. */
  readonly packs?: boolean;
  close(): Promise<void>;
}

const PATIENCE = { timeout: 20_000, interval: 10 };

/** A record of `count` entries from `n` on, with an event at its last. */
export function record(matchId: string, n: number, count = 1): Published {
  const entries = entriesAfter(n - 1, count);
  const events = [eventOf(n + count - 1)];
  return { matchId, tenantId: 'acme', game: 'whist', epoch: 1, n, at: 1_800_000_000_123, entries, events };
}

/** A record as its row. */
export function rowOf({ matchId, tenantId, at, ...rest }: Published): RecordRow {
  const texts = { entries: encodeEntries(rest.entries), events: encodeEvents(rest.n, rest.events) };
  const count = { entry_count: rest.entries.length };
  return { ...rest, ...count, ...texts, match_id: matchId, tenant_id: tenantId, at: String(at) };
}

export function momentOf(matchId: string, number: number): Moment {
  const what = { type: 'slam', seat: number % 2 ? 1 : null, data: { tricks: number, who: '☃ "\\' } };
  return {
    matchId,
    tenantId: 'acme',
    game: 'whist',
    number,
    n: number * 3,
    t: number * 1_000,
    at: 1_800_000_000_123,
    ...what,
  };
}

export function eventStreamContract(openBackend: () => Promise<StreamBackend>): void {
  describe('EventStream', () => {
    let backend: StreamBackend;
    let stream: EventStream;

    beforeAll(async () => {
      backend = await openBackend();
      stream = backend.openStream();
    });
    afterAll(async () => {
      await stream?.close();
      await backend?.close();
    });

    const numbers = async (matchId: string) =>
      (await stream.read(matchId)).flatMap(({ entries }) => entries.map(({ n }) => n));

    test('[ES1] records are read as they were appended, in order', async () => {
      const matchId = randomUUID();
      const records = [
        record(matchId, 1, 2),
        record(matchId, 3),
        { ...record(matchId, 4, 3), events: [], epoch: 2 },
      ];
      await stream.append(records.slice(0, 2));
      await stream.append(records.slice(2));
      expect(await stream.read(matchId)).toEqual(records);
    });

    test('[ES2] an unknown match has no records', async () => {
      expect(await stream.read(randomUUID())).toEqual([]);
    });

    test('[ES3] a record that was stored before is skipped', async () => {
      const matchId = randomUUID();
      const [first, second] = [record(matchId, 1, 2), record(matchId, 3)];
      await stream.append([first]);
      await stream.append([first, second, first, second]);
      await stream.append([second]);
      expect(await stream.read(matchId)).toEqual([first, second]);
    });

    test('[ES4] a gap is refused, and nothing of its call is stored', async () => {
      const [matchId, innocent] = [randomUUID(), randomUUID()];
      await stream.append([record(matchId, 1)]);
      const gaps = [record(matchId, 3), record(randomUUID(), 2)];
      for (const gap of gaps) {
        const refused = stream.append([record(innocent, 1), gap]);
        await expect(refused).rejects.toBeInstanceOf(StreamGap);
        await expect(refused).rejects.toMatchObject({ code: 'stream/gap' });
      }
      expect(await numbers(matchId)).toEqual([1]);
      expect(await numbers(innocent)).toEqual([]);
    });

    test('[ES5] read from an entry leaves out what is before it, also amid a record', async () => {
      const matchId = randomUUID();
      await stream.append([record(matchId, 1, 4), record(matchId, 5, 4), record(matchId, 9, 2)]);
      for (let from = 1; from <= 11; from++) {
        const records = await stream.read(matchId, from);
        const left = Array.from({ length: 11 - from }, (_, i) => from + i);
        expect(records.flatMap((r) => r.entries.map((e) => e.n))).toEqual(left);
        expect(records.map((r) => r.n)).toEqual(records.map((r) => r.entries[0]!.n));
        expect(records.flatMap((r) => r.events.map((e) => e.n))).toEqual([4, 8, 10].filter((n) => n >= from));
      }
    });

    test('[ES6] a durable subscription goes on where its handler had come to, in another process too', async () => {
      const matches = [randomUUID(), randomUUID()];
      const durable = randomUUID();
      const seen = new Seen(matches);
      const first = stream.subscribe(durable, seen.handler);
      for (let n = 1; n <= 10; n++) await stream.append(matches.map((matchId) => record(matchId, n)));
      await vi.waitFor(() => expect(seen.numbers).toEqual(matches.map(() => upTo(10))), PATIENCE);
      await first.stop();

      await stream.append(matches.map((matchId) => record(matchId, 11)));
      const elsewhere = backend.openStream();
      const rest = new Seen(matches);
      elsewhere.subscribe(durable, rest.handler);
      await vi.waitFor(() => expect(rest.numbers).toEqual([[11], [11]]), PATIENCE);
      await elsewhere.close();
    });

    test('[ES6] a subscription gets what was there before it, however much', async () => {
      const matchId = randomUUID();
      for (let i = 0; i < 4; i++)
        await stream.append(Array.from({ length: 300 }, (_, k) => record(matchId, i * 300 + k + 1)));
      const seen = new Seen([matchId]);
      const subscription = stream.subscribe(randomUUID(), seen.handler);
      await vi.waitFor(() => expect(seen.numbers).toEqual([upTo(1200)]), PATIENCE);
      await subscription.stop();
    });

    test('[ES7] a handler that throws gets the same batch again, and its failure is told', async () => {
      const told: unknown[] = [];
      const own = backend.openStream((_durable, error) => told.push(error));
      const matchId = randomUUID();
      const batches: number[][] = [];
      const failure = new Error('not yet');
      await own.append([record(matchId, 1)]);
      own.subscribe(randomUUID(), async (records) => {
        const ours = records.filter((r) => r.matchId === matchId);
        if (ours.length === 0) return;
        batches.push(ours.map(({ n }) => n));
        if (batches.length === 1) await own.append([record(matchId, 2)]);
        if (batches.length < 3) throw failure;
      });
      await vi.waitFor(() => expect(batches).toEqual([[1], [1], [1], [2]]), PATIENCE);
      expect(told).toEqual([failure, failure]);
      await own.close();
    });

    test('[ES8] property: any split into batches with any repeats gives the same log', async () => {
      const step = fc.record({ count: fc.integer({ min: 1, max: 5 }), repeats: fc.nat({ max: 3 }) });
      const batches = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(batches, async (plan) => {
          const matchId = randomUUID();
          const all: Published[] = [];
          for (const steps of plan) {
            const batch = steps.flatMap(({ count, repeats }) => {
              const before = all.slice(all.length - Math.min(repeats, all.length));
              const next = record(matchId, (all.at(-1)?.entries.at(-1)?.n ?? 0) + 1, count);
              all.push(next);
              return [...before, next];
            });
            await stream.append(batch);
          }
          expect(await stream.read(matchId)).toEqual(all);
        }),
        { numRuns: 30 },
      );
    });

    test('[ES11] each subscription has a cursor and a lag of its own', async () => {
      const matchId = randomUUID();
      const handled = stream.subscribe(randomUUID(), async () => undefined);
      const stuck = stream.subscribe(randomUUID(), async () => {
        throw new Error('never');
      });
      await vi.waitFor(async () => expect(await handled.lag()).toBe(0), PATIENCE);
      const before = await stuck.lag();
      await stream.append([record(matchId, 1), record(matchId, 2), record(matchId, 3, 5)]);
      await vi.waitFor(async () => expect(await handled.lag()).toBe(0), PATIENCE);
      const grown = (await stuck.lag()) - before;
      if (backend.packs) expect(grown).toBe(1);
      else expect(grown).toBe(3);
      await Promise.all([handled.stop(), stuck.stop()]);
    });

    test('[ES15] a subscription to types of events gets the records that hold them, and moves on over others', async () => {
      const matchId = randomUUID();
      const wanted = randomUUID();
      const seen = new Seen([matchId]);
      let calls = 0;
      const count: StreamHandler = (records) => (calls++, seen.handler(records));
      const subscription = stream.subscribe(randomUUID(), count, [wanted]);
      const records = Array.from({ length: 1_200 }, (_, i) => record(matchId, i + 1));
      const hit = (n: number) => ({
        ...records[n - 1]!,
        events: [{ n, t: n, type: wanted, seat: null, data: null }],
      });
      await stream.append(records.with(2, hit(3)).with(1_149, hit(1_150)));
      await vi.waitFor(() => expect(seen.numbers).toEqual([[3, 1_150]]), PATIENCE);
      await vi.waitFor(async () => expect(await subscription.lag()).toBe(0), PATIENCE);
      expect(calls).toBeLessThanOrEqual(2);
      await subscription.stop();
    });

    test('[ES12] however many write at once, no record is passed over', async () => {
      const matches = Array.from({ length: 12 }, () => randomUUID());
      const seen = new Seen(matches);
      const subscription = stream.subscribe(randomUUID(), seen.handler);
      const write = async (matchId: string) => {
        for (let n = 1; n <= 40; n++) await stream.append([record(matchId, n)]);
      };
      await Promise.all(matches.map(write));
      await vi.waitFor(() => expect(seen.numbers).toEqual(matches.map(() => upTo(40))), PATIENCE);
      await subscription.stop();
    });

    test('[ES13] stop waits for the handler, keeps what it resolved, and calls it no more', async () => {
      const matchId = randomUUID();
      const durable = randomUUID();
      const entered = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const subscription = stream.subscribe(durable, async (records) => {
        if (!records.some((r) => r.matchId === matchId)) return;
        entered.resolve();
        await gate.promise;
      });
      await stream.append([record(matchId, 1)]);
      await entered.promise;
      const stopping = subscription.stop();
      gate.resolve();
      await stopping;
      await stream.append([record(matchId, 2)]);

      const rest = new Seen([matchId]);
      const next = stream.subscribe(durable, rest.handler);
      await vi.waitFor(() => expect(rest.numbers).toEqual([[2]]), PATIENCE);
      await next.stop();
    });

    test('[ES13] stop amid a long log: what follows goes to the next reader, and nothing to both', async () => {
      const matchId = randomUUID();
      const durable = randomUUID();
      const seen = new Seen([matchId]);
      const entered = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const subscription = stream.subscribe(durable, async (records) => {
        await seen.handler(records);
        if (seen.numbers[0]!.length === 0) return;
        entered.resolve();
        await gate.promise;
      });
      await stream.append(Array.from({ length: 3_000 }, (_, i) => record(matchId, i + 1)));
      await entered.promise;
      const stopping = subscription.stop();
      gate.resolve();
      await stopping;
      expect(seen.numbers[0]!.length).toBeLessThan(3_000);
      const next = stream.subscribe(durable, seen.handler);
      await vi.waitFor(() => expect(seen.numbers).toEqual([upTo(3_000)]), PATIENCE);
      await next.stop();
    });

    test('[ES16] moments are read as they were appended, each once, apart from the records', async () => {
      const [matchId, other] = [randomUUID(), randomUUID()];
      await stream.append([record(matchId, 1), record(other, 1)]);
      const moments = [1, 2, 3, 4].map((number) => momentOf(matchId, number));
      const seen = new Seen([matchId]);
      const subscription = stream.subscribe(randomUUID(), seen.handler);
      await stream.appendMoments(moments.slice(0, 2));
      await stream.appendMoments([...moments.slice(1, 3), momentOf(other, 1), ...moments]);
      await stream.append([record(matchId, 2)]);
      expect(await stream.readMoments(matchId)).toEqual(moments);
      expect(await stream.readMoments(other)).toEqual([momentOf(other, 1)]);
      expect(await stream.readMoments(randomUUID())).toEqual([]);
      expect(await numbers(matchId)).toEqual([1, 2]);
      await vi.waitFor(() => expect(seen.numbers).toEqual([[1, 2]]), PATIENCE);
      await subscription.stop();
    });

    test('[ES14] a handler may use the stream', async () => {
      const matchId = randomUUID();
      const read = Promise.withResolvers<number>();
      const subscription = stream.subscribe(randomUUID(), async (records) => {
        if (records.some((r) => r.matchId === matchId)) read.resolve((await stream.read(matchId)).length);
      });
      await stream.append([record(matchId, 1)]);
      expect(await read.promise).toBe(1);
      await subscription.stop();
    });
  });
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** The entries that a handler was given, for each of some matches, in the order in which they came. */
class Seen {
  readonly numbers: number[][];
  readonly #matches: readonly string[];

  constructor(matches: readonly string[]) {
    this.#matches = matches;
    this.numbers = matches.map(() => []);
  }

  handler = async (records: readonly Published[]): Promise<void> => {
    for (const { matchId, entries } of records)
      this.numbers[this.#matches.indexOf(matchId)]?.push(...entries.map(({ n }) => n));
  };
}
