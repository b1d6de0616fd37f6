/** NATS goes away, fills up or gets slow under matches that tick, and the process dies meanwhile. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { databases, openTestDatabase, type TestDatabase } from '../support/databases.ts';
import {
  hasNatsProgram,
  makeNatsServer,
  type NatsServer,
  ownNames,
  type Proxy,
  startProxy,
  withManager,
} from '../support/nats.ts';
import type { Report } from './children/play.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
const matches = 8;
const isPossible = hasNatsProgram && databases.some(([kind]) => kind === 'postgres');

describe.runIf(isPossible)('NATS', () => {
  let folder: string;
  let backend: TestDatabase;
  let server: NatsServer;
  let network: Proxy;
  let player: ChildProcess;
  const { names } = ownNames();
  const limits = () => join(folder, 'limits.conf');

  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'gamekeeper-'))));
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    await limitStore('1GB');
    [backend, server] = await Promise.all([openTestDatabase('postgres'), makeNatsServer(['-c', limits()])]);
    await server.start();
    network = await startProxy(server.url);
    player = await play();
  });
  afterEach(async () => {
    await end();
    await network?.close();
    await server?.close();
    await backend?.close();
  });

  const limitStore = (most: string) => writeFile(limits(), `jetstream { max_file_store: ${most} }\n`);

  async function play(): Promise<ChildProcess> {
    const child = fork(
      join(import.meta.dirname, 'children/play.ts'),
      [backend.url!, network.url, JSON.stringify(names), String(matches)],
      { execArgv: [] },
    );
    const [told] = await once(child, 'message');
    expect(told).toBe('ready');
    return child;
  }

  async function end(): Promise<void> {
    if (player.exitCode !== null || player.signalCode !== null) return;
    player.kill('SIGKILL');
    await once(player, 'exit');
  }

  async function ask(what: 'status' | 'finish'): Promise<Report> {
    const answered = once(player, 'message');
    player.send(what);
    return (await answered)[0] as Report;
  }

  async function lagFalls(): Promise<void> {
    await vi.waitFor(async () => expect((await ask('status')).lag).toBeLessThan(2 * matches), PATIENCE);
  }

  async function committed(): Promise<number> {
    const [row] = await backend.database.sql.query<{ count: number }>(
      'select coalesce(sum(count), 0)::int as count from match_entry',
    );
    return row!.count;
  }

  /** A second of ticks goes by, and all matches are committed as ever. */
  async function expectPlayToGoOn(): Promise<void> {
    const [{ ticks }, count] = [await ask('status'), await committed()];
    await vi.waitFor(async () => expect((await ask('status')).ticks).toBeGreaterThan(ticks + 60), PATIENCE);
    // of each match at least three marks of the time
    await vi.waitFor(async () => expect(await committed()).toBeGreaterThan(count + 3 * matches), PATIENCE);
  }

  /** All that was committed can be read from NATS, each entry once, in order. */
  async function expectAllOfIt(): Promise<void> {
    await ask('finish');
    await vi.waitFor(async () => expect((await ask('status')).lag).toBe(0), PATIENCE);
    const { sql } = backend.database;
    const [local, nats] = [openEventStream({ sql }), openNatsEventStream({ url: server.url, sql, names })];
    const ids = await sql.query<{ match_id: string }>('select distinct match_id from match_entry');
    expect(ids).toHaveLength(matches);
    let count = 0;
    for (const { match_id: id } of ids) {
      const log = await nats.read(id);
      expect(log).toEqual(await local.read(id));
      const numbers = log.flatMap(({ entries }) => entries.map(({ n }) => n));
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      count += numbers.length;
    }
    expect(count).toBe(await committed());
    await nats.close();
  }

  const away = async (): Promise<void> => server.kill();
  const back = async (): Promise<void> => server.start();

  test('[ES60] killed, and killed again as soon as it is back: play goes on, nothing is lost or twice', async () => {
    await lagFalls();
    for (let i = 0; i < 2; i++) {
      await away();
      await expectPlayToGoOn();
      expect((await ask('status')).lag).toBeGreaterThan(3 * matches);
      await back();
      await lagFalls();
    }
    await expectAllOfIt();
    const { downs, ups } = await ask('status');
    expect([downs, ups]).toEqual([2, 2]);
  }, 60_000);

  test('[ES60] the process killed while NATS is away, and another while it comes back: nothing is lost or twice', async () => {
    await lagFalls();
    await away();
    await expectPlayToGoOn();
    await end();
    player = await play();
    await expectPlayToGoOn();
    await back();
    await vi.waitFor(async () => expect(await messages()).toBeGreaterThan(0), PATIENCE);
    await end();
    player = await play();
    await expectPlayToGoOn();
    await expectAllOfIt();
  }, 60_000);

  test('[ES61] slow: play goes on, and all comes through', async () => {
    await lagFalls();
    network.delayMs = 300;
    await expectPlayToGoOn();
    await expectPlayToGoOn();
    network.delayMs = 0;
    await expectAllOfIt();
  }, 60_000);

  test('[ES61] full: play goes on, and all follows when there is room', async () => {
    await lagFalls();
    await away();
    await limitStore('4KB');
    await back();
    await expectPlayToGoOn();
    await expectPlayToGoOn();
    const { lag, errors } = await ask('status');
    expect(lag).toBeGreaterThan(3 * matches);
    expect(errors).toBeGreaterThan(0);
    await away();
    await limitStore('1GB');
    await back();
    await lagFalls();
    await expectAllOfIt();
  }, 60_000);

  async function messages(): Promise<number> {
    return withManager(server.url, async (jsm) => (await jsm.streams.info(names.stream)).state.messages);
  }
});
