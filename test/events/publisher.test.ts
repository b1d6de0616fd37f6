import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Subscription } from '../../src/events/event-stream.ts';
import { type NatsEventStream, openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { type PostgresEventStream, openEventStream } from '../../src/events/postgres-event-stream.ts';
import { startPublisher } from '../../src/events/publisher.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { commitOf, eventOf, newMatch } from '../store/support.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import {
  hasNats,
  hasNatsProgram,
  makeNatsServer,
  natsUrl,
  ownNames,
  startProxy,
  withManager,
} from '../support/nats.ts';
import { record } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe.runIf(hasNats).each(databases)('publisher on %s', (_kind, openDatabase) => {
  let backend: TestDatabase;
  let own: ReturnType<typeof ownNames>;
  let local: PostgresEventStream;
  let nats: NatsEventStream;
  let publisher: Subscription;
  let told: unknown[];
  /** Statements of the publisher that are refused, counted down. */
  let failures: number;
  let closing: (() => Promise<unknown>)[];

  beforeAll(async () => void (backend = await openDatabase()));
  afterAll(() => backend?.close());
  beforeEach(async () => {
    await backend.database.sql.query('delete from match_entry');
    await backend.database.sql.query('delete from event_cursor');
    own = ownNames();
    [told, closing, failures] = [[], [], 0];
    const process = start();
    ({ local, nats, publisher } = process);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await own.drop();
  });

  /** The streams and the publisher of a process. */
  function start(url = natsUrl) {
    const { sql } = backend.database;
    const onError = (error: unknown): void => void told.push(error);
    const local = openEventStream({ sql, leaseMs: 1_000, onError: (_durable, error) => onError(error) });
    const nats = openNatsEventStream({ url, sql, names: own.names, requestMs: 1_000 });
    const query: typeof sql.query = (text, ...rest) =>
      failures-- > 0 ? Promise.reject(new Error('the database is away')) : sql.query(text, ...rest);
    const publisher = startPublisher({ sql: { query }, local, nats, onError });
    const stop = async (): Promise<void> => {
      await publisher.stop();
      await local.close();
      await nats.close();
    };
    closing.push(stop);
    return { local, nats, publisher, stop };
  }

  const untilPublished = () =>
    vi.waitFor(async () => {
      expect(await publisher.lag()).toBe(0);
      expect(nats.created).toBeDefined();
    }, PATIENCE);
  const deleteStream = () => withManager(natsUrl, (jsm) => jsm.streams.delete(own.names.stream));
  const codes = () => told.map((error) => (error as { code?: string }).code);

  test('[ES32] what the store commits is in NATS, the same, each once', async () => {
    const { sql } = backend.database;
    const store = await openMatchStore({
      sql,
      processId: randomUUID(),
      now: Date.now,
      onCommit: () => local.nudge(),
    });
    const matches = upTo(10).map(() => newMatch());
    await Promise.all(
      matches.map(async (match) => {
        const claim = await store.create(match);
        for (let base = 0; base < 30; base += 3)
          await store.commit(commitOf(claim, base, 3, { events: [eventOf(base + 2)] }));
        const next = (await store.claim(match.matchId))!;
        await store.commit(commitOf(claim, 30)).catch(() => undefined);
        await store.commit(commitOf(next, 30, 2));
      }),
    );
    await untilPublished();
    for (const { matchId } of matches) {
      const log = await nats.read(matchId);
      expect(log).toEqual(await local.read(matchId));
      expect(log.flatMap(({ entries }) => entries.map(({ n }) => n))).toEqual(upTo(32));
    }
    expect(told).toEqual([]);
    await store.close();
  });

  test('[ES32] two processes publish in turn; what one had sent and not noted is not sent twice', async () => {
    const matchId = randomUUID();
    await local.append(upTo(5).map((n) => record(matchId, n)));
    await untilPublished();
    const second = start();
    await publisher.stop();
    // as if the first had died before it noted where it was
    await backend.database.sql.query(`update event_cursor set position = 0 where durable = 'publisher'`);
    await local.append([record(matchId, 6)]);
    await vi.waitFor(async () => expect(await second.publisher.lag()).toBe(0), PATIENCE);
    expect(await nats.read(matchId)).toEqual(upTo(6).map((n) => record(matchId, n)));
    const raw = await withManager(
      natsUrl,
      async (jsm) => (await jsm.streams.info(own.names.stream)).state.messages,
    );
    expect(raw).toBe(2);
  });

  test('[ES33] what NATS has lost of a match is sent again with what follows', async () => {
    const [lostAll, lostEnd] = [randomUUID(), randomUUID()];
    for (const n of upTo(4)) {
      await local.append([record(lostAll, n), record(lostEnd, n)]);
      await untilPublished();
    }
    await withManager(natsUrl, async (jsm) => {
      await jsm.streams.purge(own.names.stream, { filter: `${own.names.prefix}.${lostAll}.events` });
      const last = await jsm.direct.getMessage(own.names.stream, {
        last_by_subj: `${own.names.prefix}.${lostEnd}.events`,
      });
      await jsm.streams.deleteMessage(own.names.stream, last!.seq);
    });
    await local.append([record(lostAll, 5), record(lostEnd, 5)]);
    await untilPublished();
    for (const id of [lostAll, lostEnd])
      expect(await nats.read(id)).toEqual(upTo(5).map((n) => record(id, n)));
    expect(told).toEqual([]);
  });

  test('[ES34] to a stream that was made anew goes everything that the store has', async () => {
    const [over, goesOn] = [randomUUID(), randomUUID()];
    await local.append([record(over, 1), record(over, 2), record(goesOn, 1)]);
    await untilPublished();
    const before = nats.created;
    await deleteStream();
    await local.append([record(goesOn, 2)]);
    await vi.waitFor(() => expect(nats.created).not.toBe(before), PATIENCE);
    await vi.waitFor(
      async () => expect(await nats.read(over)).toEqual([record(over, 1), record(over, 2)]),
      PATIENCE,
    );
    await vi.waitFor(async () => expect(await nats.read(goesOn)).toHaveLength(2), PATIENCE);
    await untilPublished();
  });

  test('[ES34] also where nothing new is committed', async () => {
    const over = randomUUID();
    await local.append([record(over, 1), record(over, 2)]);
    await vi.waitFor(async () => expect(await nats.read(over)).toHaveLength(2), PATIENCE);
    await untilPublished();
    await deleteStream();
    // someone asks for anything, and so it is noticed
    await nats.readMoments(over);
    await vi.waitFor(async () => expect(await nats.read(over)).toHaveLength(2), PATIENCE);
    expect(told).toEqual([]);
  });

  test('[ES34] also where the database could not be asked at once', async () => {
    const [over, next] = [randomUUID(), randomUUID()];
    await local.append([record(over, 1)]);
    await untilPublished();
    await vi.waitFor(async () => expect(await nats.read(over)).toHaveLength(1), PATIENCE);
    await deleteStream();
    failures = 1;
    await local.append([record(next, 1)]);
    await vi.waitFor(async () => expect(await nats.read(over)).toHaveLength(1), PATIENCE);
    await untilPublished();
    expect(await nats.read(next)).toHaveLength(1);
    expect(told).toMatchObject([{ message: 'the database is away' }]);
  });

  test('[ES35] what the store has no more, and what no message can hold, is told and left out; all else goes on', async () => {
    const [forgotten, large, other] = [randomUUID(), randomUUID(), randomUUID()];
    const x = { n: 1, t: 1, type: 'x', seat: null, data: 'x'.repeat(1 << 20) };
    await local.append([record(other, 1), record(forgotten, 1), record(large, 1)]);
    await local.append([{ ...record(large, 2), events: [{ ...x, n: 2 }] }]);
    await untilPublished();
    await backend.database.sql.query('delete from match_entry where match_id = $1', [forgotten]);
    await deleteStream();
    await local.append([record(forgotten, 1)]);
    await backend.database.sql.query('update match_entry set n = 2 where match_id = $1', [forgotten]);
    await local.append([record(large, 3), record(other, 2)]);
    await untilPublished();
    expect(await nats.read(other)).toEqual([record(other, 1), record(other, 2)]);
    expect((await nats.read(forgotten)).map(({ n }) => n)).toEqual([2]);
    await expect(nats.read(large)).rejects.toMatchObject({ code: 'stream/gap' });
    expect(new Set(codes())).toEqual(new Set(['stream/oversized', 'stream/gap']));
  });

  test.runIf(hasNatsProgram)(
    '[ES36] NATS away, at the start too: the store takes commits, lag tells, and all follows in order',
    async () => {
      await publisher.stop();
      const server = await makeNatsServer();
      closing.push(() => server.close());
      const proxy = await startProxy(server.url);
      closing.push(() => proxy.close());
      const away = start(proxy.url);
      const matches = upTo(5).map(() => randomUUID());
      const append = (n: number) => away.local.append(matches.map((id) => record(id, n)));
      const published = () => vi.waitFor(async () => expect(await away.publisher.lag()).toBe(0), PATIENCE);
      for (const n of upTo(4)) await append(n);
      expect(await away.publisher.lag()).toBe(20);
      await server.start();
      await published();
      // it dies with something under way
      proxy.delayMs = 60_000;
      const { bytes } = proxy;
      await append(5);
      await vi.waitFor(() => expect(proxy.bytes).toBeGreaterThan(bytes), PATIENCE);
      await server.kill();
      proxy.cut();
      proxy.delayMs = 0;
      for (const n of [6, 7]) await append(n);
      await expect(away.nats.read(matches[0]!)).rejects.toMatchObject({ code: 'stream/unavailable' });
      expect(await away.publisher.lag()).toBe(15);
      await server.start();
      await published();
      for (const id of matches) expect(await away.nats.read(id)).toEqual(upTo(7).map((n) => record(id, n)));
      expect(told).toEqual([]);
      await away.stop();
    },
  );
});
