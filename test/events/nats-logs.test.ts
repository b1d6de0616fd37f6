/** What lies in NATS, whoever has put it there: its logs, its cursors. */
import { randomUUID } from 'node:crypto';
import { connect, nanos } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Published, StreamGap } from '../../src/events/event-stream.ts';
import { type NatsEventStream, openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { encodeMessage, partOfMoment, partOfRecord, partOfRow } from '../../src/events/nats-message.ts';
import type { StreamNames } from '../../src/events/nats-stream.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';
import { hasNats, natsUrl, ownNames, withManager } from '../support/nats.ts';
import { momentOf, record, rowOf } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const numbersOf = (records: readonly Published[]) => records.flatMap((r) => r.entries.map(({ n }) => n));
const logOf = (matchId: string, count: number) => upTo(count).map((n) => record(matchId, n));

describe.runIf(hasNats)('logs in NATS', () => {
  let backend: TestDatabase;
  let names: StreamNames;
  let drop: () => Promise<void>;
  let told: { where: string; error: { code?: string; message: string } }[];
  let open: NatsEventStream[];
  let stream: NatsEventStream;

  beforeAll(async () => void (backend = await openTestDatabase('pglite')));
  afterAll(() => backend?.close());
  beforeEach(() => {
    ({ names, drop } = ownNames());
    [told, open] = [[], []];
    stream = openStream();
  });
  afterEach(async () => {
    await Promise.all(open.map((each) => each.close()));
    await drop();
  });

  /** As another process would open it. */
  function openStream(): NatsEventStream {
    const onError = (where: string, error: unknown): void => void told.push({ where, error: error as Error });
    const opened = openNatsEventStream({
      url: natsUrl,
      sql: backend.database.sql,
      names,
      onError,
      requestMs: 1_000,
    });
    open.push(opened);
    return opened;
  }
  const state = () => withManager(natsUrl, async (jsm) => (await jsm.streams.info(names.stream)).state);
  const purge = () => withManager(natsUrl, (jsm) => jsm.streams.purge(names.stream));

  /** As somebody who has never heard of us would. */
  async function put(matchId: string, data: Uint8Array | string, kind = 'events'): Promise<void> {
    const nc = await connect({ servers: new URL(natsUrl).host });
    nc.publish(`${names.prefix}.${matchId}.${kind}`, data);
    await nc.flush();
    await nc.close();
  }
  const putRecords = (...records: Published[]) =>
    put(records[0]!.matchId, encodeMessage('events', records.map(partOfRecord)));

  function subscribe(durable: string, matchId: string) {
    const seen: number[] = [];
    const subscription = stream.subscribe(durable, async (records) => {
      seen.push(...numbersOf(records.filter((each) => each.matchId === matchId)));
    });
    return { seen, subscription };
  }

  test('[ES20] the stream is made at the start, and brought up to date; what an operator has set stays', async () => {
    await stream.readMoments(randomUUID());
    const wanted = {
      subjects: [`${names.prefix}.*.events`, `${names.prefix}.*.moments`],
      storage: 'file',
      retention: 'limits',
      discard: 'old',
      allow_direct: true,
      max_age: nanos(90 * 86_400_000),
      duplicate_window: nanos(600_000),
    };
    const config = () => withManager(natsUrl, async (jsm) => (await jsm.streams.info(names.stream)).config);
    expect(await config()).toMatchObject(wanted);
    await withManager(natsUrl, (jsm) =>
      jsm.streams.update(names.stream, {
        max_bytes: 12_345_678,
        max_age: nanos(1_000_000),
        allow_direct: false,
      }),
    );
    await openStream().readMoments(randomUUID());
    expect(await config()).toMatchObject({ ...wanted, max_bytes: 12_345_678 });
  });

  test('[ES21] what is sent again is stored once: late, by another process, in other batches', async () => {
    await withManager(natsUrl, async (jsm) => {
      await stream.readMoments(randomUUID());
      await jsm.streams.update(names.stream, { duplicate_window: nanos(100) });
    });
    const matchId = randomUUID();
    const log = logOf(matchId, 9);
    await stream.append(log.slice(0, 4));
    await stream.append(log.slice(4));
    const { messages } = await state();
    await openStream().append(log.slice(0, 6));
    await openStream().append(log);
    await openStream().append(log.slice(8));
    expect((await state()).messages).toBe(messages);
    expect(await openStream().read(matchId)).toEqual(log);
  });

  test('[ES21] processes that append the same at the same time store it once', async () => {
    const matches = upTo(20).map(() => randomUUID());
    const writers = [stream, openStream(), openStream()];
    const write = async (writer: NatsEventStream, matchId: string, step: number): Promise<void> => {
      const log = logOf(matchId, 12);
      for (let from = 0; from < log.length; from += step) await writer.append(log.slice(from, from + step));
    };
    await Promise.all(matches.flatMap((id) => writers.map((writer, i) => write(writer, id, i + 2))));
    for (const matchId of matches) expect(await stream.read(matchId)).toEqual(logOf(matchId, 12));
    const stored = await withManager(natsUrl, async (jsm) => {
      const all = await Promise.all(
        upTo((await state()).last_seq).map((seq) => jsm.direct.getMessage(names.stream, { seq })),
      );
      return all.flatMap((m) => (m!.json() as { records: { entries: unknown[] }[] }).records);
    });
    expect(stored.length).toBe(20 * 12);
  });

  test('[ES21] a stream that was emptied takes a log again, though its server remembers the ids', async () => {
    const matchId = randomUUID();
    await stream.append(logOf(matchId, 3));
    await purge();
    await openStream().append(logOf(matchId, 3));
    expect(await stream.read(matchId)).toEqual(logOf(matchId, 3));
  });

  test('[ES22] what lies there twice, or overlaps, is read and delivered once, in order', async () => {
    const matchId = randomUUID();
    const { seen, subscription } = subscribe('overlaps', matchId);
    await stream.append([record(matchId, 1, 3)]);
    await putRecords(record(matchId, 1, 3));
    await putRecords(record(matchId, 2, 4));
    await putRecords(record(matchId, 1), record(matchId, 2, 3), record(matchId, 5, 3));
    await openStream().append([record(matchId, 8, 2)]);
    await vi.waitFor(() => expect(seen).toEqual(upTo(9)), PATIENCE);
    expect(numbersOf(await stream.read(matchId))).toEqual(upTo(9));
    expect(numbersOf(await stream.read(matchId, 4))).toEqual([4, 5, 6, 7, 8, 9]);
    await subscription.stop();
    expect(told).toEqual([]);
  });

  test('[ES22] what is no message of ours is told once, and passed over', async () => {
    const matchId = randomUUID();
    const { seen, subscription } = subscribe('junk', matchId);
    await stream.append([record(matchId, 1)]);
    await put(matchId, 'no json');
    await put(matchId, encodeMessage('events', [partOfRecord(record(randomUUID(), 2))]));
    await put(matchId, '{"v":9}');
    await openStream().append([record(matchId, 2)]);
    await put(matchId, 'no json');
    const codes = () => told.filter(({ where }) => where === 'junk').map(({ error }) => error.code);
    const expected = ['stream/malformed', 'stream/foreign', 'stream/version', 'stream/malformed'];
    await vi.waitFor(() => expect(codes()).toEqual(expected), PATIENCE);
    expect(seen).toEqual([1, 2]);
    await subscription.stop();
    told = [];
    for (let i = 0; i < 2; i++) expect(numbersOf(await stream.read(matchId))).toEqual([1, 2]);
    expect(told.map(({ where }) => where)).toEqual(['read', 'read', 'read', 'read']);
    expect(told.every(({ error }) => error.message.startsWith('message '))).toBe(true);
  });

  test('[ES22] records of another tenant are not read as those of a match', async () => {
    const matchId = randomUUID();
    await stream.append([record(matchId, 1)]);
    await putRecords({ ...record(matchId, 2), tenantId: 'evil' });
    expect(await stream.read(matchId)).toEqual([record(matchId, 1)]);
    expect(told.map(({ error }) => error.code)).toEqual(['stream/foreign']);
  });

  test('[ES22] a log with a hole is not read as if it were whole; one that was forgotten in part begins later', async () => {
    const [holed, old] = [randomUUID(), randomUUID()];
    await stream.append([record(holed, 1)]);
    await putRecords(record(holed, 3));
    await expect(stream.read(holed)).rejects.toBeInstanceOf(StreamGap);
    await stream.append([record(old, 1)]);
    await stream.append([record(old, 2)]);
    await withManager(natsUrl, async (jsm) =>
      jsm.streams.purge(names.stream, { filter: `${names.prefix}.${old}.events`, keep: 1 }),
    );
    expect(await stream.read(old)).toEqual([record(old, 2)]);
    await stream.append([record(old, 3)]);
    expect(await stream.read(old)).toEqual([record(old, 2), record(old, 3)]);
  });

  test('[ES23] a record that the server does not take is refused, and nothing of its call is stored', async () => {
    const [matchId, other] = [randomUUID(), randomUUID()];
    const large = {
      ...record(matchId, 2),
      events: [{ n: 2, t: 1, type: 'x', seat: null, data: 'x'.repeat(1 << 20) }],
    };
    const nearly = { ...large, events: [{ ...large.events[0]!, data: 'x'.repeat(1_000_000) }] };
    await expect(stream.append([record(other, 1), record(matchId, 1), large])).rejects.toMatchObject({
      code: 'stream/oversized',
    });
    expect(await stream.read(other)).toEqual([]);
    await stream.append([record(matchId, 1), nearly, record(matchId, 3)]);
    expect(await stream.read(matchId)).toEqual([record(matchId, 1), nearly, record(matchId, 3)]);
  });

  test('[ES23] published past: it is told once, and the log goes on after it', async () => {
    const [matchId, other] = [randomUUID(), randomUUID()];
    const large = {
      ...record(matchId, 2),
      events: [{ n: 2, t: 1, type: 'x', seat: null, data: 'x'.repeat(1 << 20) }],
    };
    const rows = [record(matchId, 1), large, record(other, 1)].map(rowOf);
    const holes: string[] = [];
    const repair = { missing: async () => [], onHole: ({ code }: { code: string }) => void holes.push(code) };
    await stream.publish(rows, repair);
    await stream.publish([rowOf(record(matchId, 3)), rowOf(record(other, 2))], repair);
    expect(holes).toEqual(['stream/oversized']);
    expect(await stream.read(other)).toEqual(logOf(other, 2));
    await expect(stream.read(matchId)).rejects.toMatchObject({ code: 'stream/gap' });
    expect(partOfRow(rows[0]!)).toEqual(partOfRecord(record(matchId, 1)));
  });

  test('[ES24] no id of a match reaches the logs of others', async () => {
    await stream.append([record(randomUUID(), 1)]);
    for (const id of ['*', '>', '', 'a.b', 'a b', '*.events', 'a\r\nPUB x 0', 'x'.repeat(65)]) {
      await expect(stream.read(id)).rejects.toMatchObject({ code: 'stream/match' });
      await expect(stream.readMoments(id)).rejects.toMatchObject({ code: 'stream/match' });
      await expect(stream.append([{ ...record(id, 1) }])).rejects.toMatchObject({ code: 'stream/match' });
      await expect(stream.appendMoments([momentOf(id, 1)])).rejects.toMatchObject({ code: 'stream/match' });
    }
    expect((await state()).messages).toBe(1);
  });

  test('[ES16] moments that lie there twice, or are none, are read once', async () => {
    const matchId = randomUUID();
    await stream.appendMoments([momentOf(matchId, 2)]);
    await put(
      matchId,
      encodeMessage(
        'moments',
        [2, 3].map((n) => partOfMoment(momentOf(matchId, n))),
      ),
      'moments',
    );
    await put(matchId, '{}', 'moments');
    await openStream().appendMoments([3, 4].map((n) => momentOf(matchId, n)));
    expect(await stream.readMoments(matchId)).toEqual([2, 3, 4].map((n) => momentOf(matchId, n)));
  });

  test('[ES25] a cursor behind the beginning goes on there, with a warning', async () => {
    const matchId = randomUUID();
    await stream.append(logOf(matchId, 2));
    const first = subscribe('behind', matchId);
    await vi.waitFor(async () => expect(await first.subscription.lag()).toBe(0), PATIENCE);
    await first.subscription.stop();
    await stream.append([record(matchId, 3)]);
    await stream.append([record(matchId, 4)]);
    await withManager(natsUrl, (jsm) => jsm.streams.purge(names.stream, { seq: 3 }));
    const { seen, subscription } = subscribe('behind', matchId);
    await vi.waitFor(() => expect(seen).toEqual([4]), PATIENCE);
    await subscription.stop();
    await stream.append([record(matchId, 5)]);
    await purge();
    for (let i = 0; i < 2; i++) {
      const again = subscribe('behind', matchId);
      await vi.waitFor(() => expect(told).toHaveLength(2), PATIENCE);
      await vi.waitFor(async () => expect(await again.subscription.lag()).toBe(0), PATIENCE);
      await again.subscription.stop();
    }
    expect(told.pop()).toMatchObject({ where: 'behind', error: { code: 'stream/forgotten' } });
    expect(told).toMatchObject([{ where: 'behind', error: { code: 'stream/forgotten' } }]);
  });

  test('[ES37] what a slow handler has not seen stays at the server, but for fifteen hundred messages', async () => {
    const records = Array.from({ length: 4_000 }, () => record(randomUUID(), 1));
    await stream.append(records);
    const gate = Promise.withResolvers<void>();
    let handled = 0;
    const subscription = stream.subscribe('slow', async ({ length }) => {
      if (handled >= 1_200) await gate.promise;
      handled += length;
    });
    await vi.waitFor(() => expect(handled).toBeGreaterThanOrEqual(1_200), PATIENCE);
    const kept = () =>
      withManager(natsUrl, async (jsm) => (await jsm.consumers.list(names.stream).next())[0]!.num_pending);
    // until it sends no more
    for (let [last, same] = [-1, 0]; same < 10;) {
      const now = await kept();
      expect(records.length - now - handled).toBeLessThanOrEqual(1_500);
      same = now === last ? same + 1 : 0;
      last = now;
    }
    gate.resolve();
    await vi.waitFor(() => expect(handled).toBe(records.length), PATIENCE);
    await subscription.stop();
  });

  test('[ES42] [ES25] a reader that is replaced while it finds its place moves no cursor', async () => {
    const { sql } = backend.database;
    const matchId = randomUUID();
    await stream.append([record(matchId, 1)]);
    const first = subscribe('placed', matchId);
    await vi.waitFor(async () => expect(await first.subscription.lag()).toBe(0), PATIENCE);
    await first.subscription.stop();
    for (const n of [2, 3, 4]) await stream.append([record(matchId, n)]);
    await withManager(natsUrl, (jsm) => jsm.streams.purge(names.stream, { seq: 3 }));
    const where = `where durable like 'nats:%:placed'`;
    const other = `owner = gen_random_uuid(), owned_until = clock_timestamp() + interval '1 hour'`;
    let moves = 0;
    const query: typeof sql.query = async (text, params, name) => {
      const isMove = text.includes('set position = $2');
      if (isMove) await sql.query(`update event_cursor set position = 4, ${other} ${where}`);
      const rows = await sql.query<never>(text, params, name);
      if (isMove) moves++;
      return rows;
    };
    const reader = openNatsEventStream({
      url: natsUrl,
      sql: { query },
      names,
      onError: (_, error) => void told.push({ where: 'placed', error: error as Error }),
    });
    open.push(reader);
    reader.subscribe('placed', () => expect.unreachable());
    await vi.waitFor(() => expect(moves).toBe(1), PATIENCE);
    expect(await sql.query(`select position::int from event_cursor ${where}`)).toEqual([{ position: 4 }]);
    expect(told).toEqual([]);
  });

  test('[ES25] a cursor after the end goes on with what comes, with a warning', async () => {
    const matchId = randomUUID();
    await stream.append([record(matchId, 1)]);
    const first = subscribe('after', matchId);
    await vi.waitFor(() => expect(first.seen).toEqual([1]), PATIENCE);
    await first.subscription.stop();
    await backend.database.sql.query(
      `update event_cursor set position = 1000 where durable like 'nats:%:after'`,
    );
    const { seen, subscription } = subscribe('after', matchId);
    await vi.waitFor(
      () => expect(told).toMatchObject([{ where: 'after', error: { code: 'stream/cursor' } }]),
      PATIENCE,
    );
    await stream.append([record(matchId, 2)]);
    await vi.waitFor(() => expect(seen).toEqual([2]), PATIENCE);
    await vi.waitFor(async () => expect(await subscription.lag()).toBe(0), PATIENCE);
    await subscription.stop();
    await stream.append([record(matchId, 3)]);
    const third = subscribe('after', matchId);
    await vi.waitFor(() => expect(third.seen).toEqual([3]), PATIENCE);
    await third.subscription.stop();
    expect(told).toHaveLength(1);
  });

  test('[ES46] a reader whose handler fails and fails gives up once another has taken over', async () => {
    const { sql } = backend.database;
    const taken: unknown[] = [];
    const query: typeof sql.query = (text, params, name) => {
      if (name === 'take-reader-lease') taken.push(params);
      return sql.query(text, params, name);
    };
    const reader = openNatsEventStream({ url: natsUrl, sql: { query }, names, leaseMs: 400 });
    open.push(reader);
    let calls = 0;
    reader.subscribe('replaced', async () => {
      calls++;
      throw new Error('never');
    });
    await stream.append([record(randomUUID(), 1)]);
    await vi.waitFor(() => expect(calls).toBeGreaterThan(1), PATIENCE);
    const before = taken.length;
    const other = `owner = gen_random_uuid(), owned_until = clock_timestamp() + interval '1 hour'`;
    await sql.query(`update event_cursor set ${other} where durable like 'nats:%:replaced'`);
    // it asks for the lease again: so it reads no more
    await vi.waitFor(() => expect(taken.length).toBeGreaterThan(before), PATIENCE);
  });

  test('[ES26] a stream that is deleted is made again, and subscriptions begin at its first message', async () => {
    const [matchId, next] = [randomUUID(), randomUUID()];
    const { seen, subscription } = subscribe('remade', matchId);
    const rest = subscribe('rest', next);
    await stream.append(logOf(matchId, 5));
    await vi.waitFor(() => expect(seen).toEqual(upTo(5)), PATIENCE);
    await drop();
    await stream.append(logOf(next, 3));
    await vi.waitFor(() => expect(rest.seen).toEqual(upTo(3)), PATIENCE);
    await stream.append(logOf(matchId, 2));
    await vi.waitFor(() => expect(seen).toEqual([...upTo(5), 1, 2]), PATIENCE);
    await Promise.all([subscription.stop(), rest.subscription.stop()]);
  });

  test('[ES26] a stream that another process has made again is noticed by readers and writers', async () => {
    const [matchId, next] = [randomUUID(), randomUUID()];
    const { seen, subscription } = subscribe('elsewhere', matchId);
    const rest = subscribe('rest', next);
    await stream.append(logOf(matchId, 5));
    await vi.waitFor(() => expect(seen).toEqual(upTo(5)), PATIENCE);
    await drop();
    const other = openStream();
    await other.append(logOf(next, 3));
    await vi.waitFor(() => expect(rest.seen).toEqual(upTo(3)), PATIENCE);
    await stream.append(logOf(matchId, 6));
    await vi.waitFor(() => expect(seen).toEqual([...upTo(5), ...upTo(6)]), PATIENCE);
    expect(stream.created).toBe(other.created);
    await Promise.all([subscription.stop(), rest.subscription.stop()]);
  });

  test('[ES45] [ES70] of two processes one reads; the other takes over, and its handler is told so', async () => {
    const matchId = randomUUID();
    const calls: (readonly [reader: string, numbers: number[], isTakeover: boolean | undefined])[] = [];
    const read = (from: NatsEventStream, reader: string) =>
      from.subscribe(
        'one',
        async (records, isTakeover) => void calls.push([reader, numbersOf(records), isTakeover]),
      );
    const first = read(stream, 'first');
    for (const n of [1, 2]) {
      await stream.append([record(matchId, n)]);
      await vi.waitFor(() => expect(calls).toHaveLength(n), PATIENCE);
    }
    const second = read(openStream(), 'second');
    await stream.append([record(matchId, 3)]);
    await vi.waitFor(() => expect(calls).toHaveLength(3), PATIENCE);
    await vi.waitFor(async () => expect(await second.lag()).toBe(0), PATIENCE);
    await first.stop();
    await stream.append([record(matchId, 4)]);
    await vi.waitFor(() => expect(calls).toHaveLength(4), PATIENCE);
    await second.stop();
    expect(calls).toEqual([
      ['first', [1], true],
      ['first', [2], false],
      ['first', [3], false],
      ['second', [4], true],
    ]);
  });

  test('[ES26] a consumer that is deleted is made again, and goes on where it was', async () => {
    const matchId = randomUUID();
    const { seen, subscription } = subscribe('consumer', matchId);
    await stream.append([record(matchId, 1)]);
    await vi.waitFor(() => expect(seen).toEqual([1]), PATIENCE);
    await withManager(natsUrl, async (jsm) => {
      for await (const { name } of jsm.consumers.list(names.stream))
        await jsm.consumers.delete(names.stream, name);
    });
    await stream.append([record(matchId, 2)]);
    await vi.waitFor(() => expect(seen).toEqual([1, 2]), PATIENCE);
    await subscription.stop();
  });
});
