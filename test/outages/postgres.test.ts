/** PostgreSQL goes away under a server with matches in play, and comes back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MOVE_LEFT, MOVE_RIGHT } from '../../rooms/tetris/actions.ts';
import { openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import type { Entry } from '../../src/match/engine.ts';
import { type ServerProcess, startProcess } from '../app/process.ts';
import { move, openMatch as openWhist } from '../rooms/table.ts';
import { hasOwnPostgres, type OwnPostgres, startOwnPostgres } from '../support/postgres.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { freePort, makeData, type TestData, until } from '../support/server.ts';
import { dropAll, historyOf, input, isOver, openMatch as openTetris, tickNow } from '../tetris-room/table.ts';

describe.runIf(hasOwnPostgres)('PostgreSQL', () => {
  let postgres: OwnPostgres;
  let network: Proxy;
  let data: TestData;
  let server: ServerProcess | undefined;
  beforeAll(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    [postgres, data] = await Promise.all([startOwnPostgres(), makeData('pglite')]);
    network = await startProxy(postgres.port);
  });
  afterAll(async () => {
    server?.child.kill('SIGKILL');
    await server?.ended;
    await network?.close();
    await postgres?.remove();
    await data?.remove();
  });

  async function logOf(matchId: string): Promise<Entry[]> {
    const database = await openDatabase({ url: postgres.url(), entities });
    const records = await openEventStream({ sql: database.sql }).read(matchId);
    await database.close();
    return records.flatMap(({ entries }) => entries);
  }

  const outages: [what: string, away: () => Promise<unknown>, back: () => Promise<unknown>][] = [
    ['is killed and started again', () => postgres.kill(), () => postgres.start()],
    ['is cut off', () => network.cut(), () => network.mend()],
  ];
  test.each(outages)(
    '[OP12] %s: play goes on, nothing acknowledged is lost, and history catches up',
    async (_, away, back) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      server = await startProcess({
        ...data.env,
        PORT: String(port),
        DATABASE_URL: postgres.url(network.port),
        LOG_LEVEL: 'info',
        MAX_MESSAGES_PER_SECOND: '10000',
      });
      const health = async (path: string) => (await fetch(`${url}/health/${path}`)).status;
      const calm = await openTetris(url, { startLevel: 1 });
      const ending = await openTetris(url);
      const whist = await openWhist(url);
      await move(whist);
      const [player] = calm.rooms;

      await away();
      let patches = 0;
      player!.onStateChange(() => void patches++);
      const from = await tickNow(player!);
      const ids: string[] = [];
      const press = async () => {
        ids.push(randomUUID());
        await input(player!, ids.length % 2 > 0 ? MOVE_LEFT : MOVE_RIGHT, 0, ids.at(-1)!);
      };
      for (const seat of [0, 1]) dropAll(ending, seat);
      let answered = false;
      const moved = move(whist).finally(() => (answered = true));
      while ((await tickNow(player!)) < from + 150) {
        await press();
        // two messages each, and 10,000 a second are the most that a client can be allowed
        await pause(1);
      }
      expect(patches).toBeGreaterThan(20);
      expect(answered).toBe(false);
      // its players are out by now, and nobody is told of what is not committed
      expect(isOver(ending)).toBe(false);
      expect([await health('live'), await health('ready')]).toEqual([200, 503]);

      await back();
      await moved;
      await until(() => isOver(ending), 'the end is told');
      expect((await historyOf(ending)).players).toHaveLength(2);
      expect(await health('ready')).toBe(200);
      await move(whist);
      await press();

      const lines = () =>
        server!.output.stdout.split('\n').filter((line) => /"level":"(warn|error)"|"outage"/.test(line));
      await until(() => lines().length >= 2, 'it is told that it is over');
      const told = lines().map(
        (line) => JSON.parse(line) as { level: string; msg: string; failures?: number },
      );
      expect(told).toMatchObject([
        { level: 'warn', msg: expect.stringMatching(/^the database does not answer/) },
        { level: 'info', msg: 'the database answers again', failures: expect.any(Number) },
      ]);
      server.child.kill('SIGTERM');
      expect(await server.ended).toBe(0);
      expect(server.output.stderr).toBe('');

      const log = await logOf(calm.matchId);
      expect(log.map(({ n }) => n)).toEqual(log.map((_, i) => i + 1));
      expect(log.flatMap(({ id }) => ids.filter((one) => one === id))).toEqual(ids);
      const whistLog = await logOf(whist.matchId);
      const acknowledged = whist.acknowledged.map(({ n, id }) => ({ n, id }));
      expect(whistLog.filter(({ id }) => id !== undefined).map(({ n, id }) => ({ n, id }))).toEqual(
        acknowledged.sort((a, b) => a.n - b.n),
      );
    },
    60_000,
  );
});
