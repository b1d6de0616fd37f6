/** NATS killed, absent, slow, full: on servers of their own. */
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Published } from '../../src/events/event-stream.ts';
import { type NatsEventStream, openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { gameEvents } from '../../src/events/nats-stream.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { hasNatsProgram, makeNatsServer, type NatsServer, startProxy, withManager } from '../support/nats.ts';
import { record } from './contract.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe.runIf(hasNatsProgram)('outages of NATS', () => {
  let backend: TestDatabase;
  let server: NatsServer;
  let open: NatsEventStream[];
  let told: string[];

  // the last one is a server's, which a child reaches too
  beforeAll(async () => void (backend = await databases.at(-1)![1]()));
  afterAll(() => backend?.close());
  beforeEach(async () => {
    server = await makeNatsServer();
    [open, told] = [[], []];
  });
  afterEach(async () => {
    await Promise.all(open.map((each) => each.close()));
    await server.close();
  });

  function openStream(url = server.url, requestMs = 5_000): NatsEventStream {
    const opened = openNatsEventStream({
      url,
      sql: backend.database.sql,
      requestMs,
      onDown: (error) => told.push((error as { code: string }).code),
      onUp: () => told.push('up'),
    });
    open.push(opened);
    return opened;
  }

  /** Appends until it succeeds. */
  async function insist(stream: NatsEventStream, records: readonly Published[]): Promise<void> {
    for (;;) {
      try {
        return await stream.append(records);
      } catch (error) {
        expect(error).toMatchObject({ code: 'stream/unavailable' });
        await new Promise((resume) => setTimeout(resume, 5));
      }
    }
  }

  test('[ES27] a server that is absent: refused at once with a code, one warning; once it is there all goes on', async () => {
    const stream = openStream();
    const seen: number[] = [];
    const matchId = randomUUID();
    const subscription = stream.subscribe(
      'absent',
      async (records) => void seen.push(...records.map(({ n }) => n)),
    );
    for (let i = 0; i < 3; i++) {
      await expect(stream.append([record(matchId, 1)])).rejects.toMatchObject({ code: 'stream/unavailable' });
      await expect(stream.read(matchId)).rejects.toMatchObject({ code: 'stream/unavailable' });
      await expect(subscription.lag()).rejects.toMatchObject({ code: 'stream/unavailable' });
    }
    expect(told).toEqual(['stream/unavailable']);
    await server.start();
    await insist(stream, [record(matchId, 1)]);
    await vi.waitFor(() => expect(seen).toEqual([1]), PATIENCE);
    expect(told).toEqual(['stream/unavailable', 'up']);
    await server.kill();
    await vi.waitFor(() => expect(told).toHaveLength(3), PATIENCE);
    await server.start();
    await vi.waitFor(() => expect(told.slice(2)).toEqual(['stream/unavailable', 'up']), PATIENCE);
    const { config } = await withManager(server.url, (jsm) => jsm.streams.info(gameEvents.stream));
    expect(config.subjects).toEqual(['game.*.events', 'game.*.moments']);
  });

  test('[ES27] however often it is sought, one warning', async () => {
    const proxy = await startProxy(server.url);
    const stream = openStream(proxy.url);
    await vi.waitFor(() => expect(proxy.connections).toBeGreaterThan(3), PATIENCE);
    expect(told).toEqual(['stream/unavailable']);
    await stream.close();
    await proxy.close();
  });

  test('[ES27] what is under way when the server dies is refused, and does not hang', async () => {
    await server.start();
    const proxy = await startProxy(server.url);
    const stream = openStream(proxy.url, 60_000);
    const matchId = randomUUID();
    await stream.append([record(matchId, 1)]);
    proxy.delayMs = 60_000;
    const underWay = [stream.append([record(matchId, 2)]), stream.read(matchId)];
    proxy.cut();
    for (const each of underWay) await expect(each).rejects.toMatchObject({ code: 'stream/unavailable' });
    await proxy.close();
  });

  test('[ES28] killed again and again amid appends and subscriptions: nothing lost, nothing twice, nothing out of order', async () => {
    await server.start();
    const matches = upTo(20).map(() => randomUUID());
    const [writer, reader] = [openStream(), openStream()];
    const seen = new Map<string, number[]>(matches.map((id) => [id, []]));
    const subscription = reader.subscribe('kills', async (records) => {
      for (const { matchId, entries } of records) seen.get(matchId)!.push(...entries.map(({ n }) => n));
    });
    const kills = (async () => {
      for (let i = 0; i < 3; i++) {
        const before = [...seen.values()].flat().length;
        // amid the traffic: when some more has come through
        await vi.waitFor(() => expect([...seen.values()].flat().length).toBeGreaterThan(before), PATIENCE);
        await server.kill();
        await server.start();
      }
      return 'over';
    })();
    let last = 0;
    while ((await Promise.race([kills, 'under way'])) !== 'over') {
      const n = ++last;
      await insist(
        writer,
        matches.flatMap((id) => [record(id, 2 * n - 1), record(id, 2 * n)]),
      );
    }
    await kills;
    await vi.waitFor(
      () => expect([...seen.values()].every((log) => log.at(-1) === 2 * last)).toBe(true),
      PATIENCE,
    );
    for (const matchId of matches) {
      expect(seen.get(matchId)).toEqual(upTo(2 * last));
      expect((await reader.read(matchId)).flatMap((r) => r.entries.map(({ n }) => n))).toEqual(
        upTo(2 * last),
      );
    }
    await subscription.stop();
  });

  test('[ES38] NATS_URL holds a user, a password, and servers beside that which is away; errors hold none of it', async () => {
    const locked = await makeNatsServer([], { name: 'ann', password: 'p@ss:w,rd' });
    await locked.start();
    const open = openStream(`nats://ann:wrong-secret@127.0.0.1:1, ${locked.url}`);
    const wrong = openStream(locked.url.replace('ann:', 'ann:hunter2'));
    const errors = [open, wrong].map((each) => each.read('m').catch((error: unknown) => error));
    for (const error of await Promise.all(errors)) {
      expect(error).toMatchObject({ code: 'stream/unavailable' });
      expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2|secret|p@ss|w,rd/);
    }
    const both = openStream(`${locked.url}, nats://127.0.0.1:1`);
    expect(await both.read('m')).toEqual([]);
    expect(() => openStream('hunter2')).toThrow(/NATS_URL is no URL/);
    expect(() => openStream('hunter2')).not.toThrow(/hunter2/);
    await locked.close();
  });

  test('[ES29] a full stream: the oldest goes, and appends go on', async () => {
    await server.start();
    const stream = openStream();
    const matches = upTo(30).map(() => randomUUID());
    const event = { n: 1, t: 1, type: 'x', seat: null, data: 'x'.repeat(2_000) };
    const fill = (n: number) => ({ ...record(matches[n]!, 1), events: [event] });
    await stream.append([fill(0)]);
    await withManager(server.url, (jsm) => jsm.streams.update(gameEvents.stream, { max_bytes: 20_000 }));
    for (let i = 1; i < 30; i++) await stream.append([fill(i)]);
    expect(await stream.read(matches[0]!)).toEqual([]);
    expect(await stream.read(matches[29]!)).toEqual([fill(29)]);
    expect(told).toEqual([]);
  });

  test('[ES30] a slow server loses nothing, and answers that come too late store nothing twice', async () => {
    await server.start();
    const proxy = await startProxy(server.url);
    const stream = openStream(proxy.url, 200);
    const matchId = randomUUID();
    await stream.append([record(matchId, 1)]);
    proxy.delayMs = 150;
    const late = insist(stream, [record(matchId, 2), record(matchId, 3)]);
    await expect(stream.append([record(matchId, 2)])).rejects.toMatchObject({ code: 'stream/unavailable' });
    proxy.delayMs = 0;
    await late;
    await insist(stream, [record(matchId, 2), record(matchId, 3), record(matchId, 4)]);
    expect(await openStream().read(matchId)).toEqual([1, 2, 3, 4].map((n) => record(matchId, n)));
    await proxy.close();
  });

  test.runIf(databases.length > 1)('[ES31] after close nothing keeps the process', async () => {
    await server.start();
    const child = `
      import { openNatsEventStream } from ${urlOf('../../src/events/nats-event-stream.ts')};
      import { openDatabase } from ${urlOf('../../src/database/database.ts')};
      const { sql, close } = await openDatabase({ url: process.argv[2], entities: [] });
      const open = (url) => openNatsEventStream({ url, sql });
      const [stream, lost] = [open(process.argv[1]), open('nats://127.0.0.1:1')];
      const subscription = stream.subscribe('exit', async () => undefined);
      await stream.readMoments('m');
      await subscription.lag();
      lost.subscribe('exit', async () => undefined);
      await Promise.all([stream.close(), lost.close()]);
      await close();
      process.on('exit', () => console.log('closed'));
    `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', child, server.url, backend.url!],
      { timeout: 25_000 },
    );
    expect(stdout).toBe('closed\n');
  });
});

const urlOf = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
