/** The whole server with NATS: absent at the start, then there, killed, and there again. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MOVE_LEFT } from '../../rooms/tetris/actions.ts';
import { type ServerProcess, startProcess } from '../app/process.ts';
import { hasNatsProgram, makeNatsServer, type NatsServer } from '../support/nats.ts';
import { freePort, makeData, type TestData, until } from '../support/server.ts';
import { dropAll, expectToGoOn, historyOf, input, isOver, openMatch } from '../tetris-room/table.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

describe.runIf(hasNatsProgram)('a server with NATS', () => {
  let nats: NatsServer;
  let data: TestData;
  let server: ServerProcess | undefined;
  beforeAll(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    [nats, data] = await Promise.all([makeNatsServer(), makeData()]);
  });
  afterAll(async () => {
    server?.child.kill('SIGKILL');
    await server?.ended;
    await nats?.close();
    await data?.remove();
  });

  test('[OP15] goes on without it, tells its coming and going once, and catches up', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    server = await startProcess({ ...data.env, PORT: String(port), NATS_URL: nats.url, LOG_LEVEL: 'info' });
    const backlog = async (): Promise<number> => {
      const answer = await fetch(`${url}/health/ready`);
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { backlog: { publisher: number } }).backlog.publisher;
    };
    const lines = () =>
      server!.output.stdout
        .split('\n')
        .filter((line) => /"level":"(warn|error)"|"outage"/.test(line))
        .map((line) => (JSON.parse(line) as { msg: string }).msg);
    const [away, back] = [/^NATS does not answer/, /^NATS answers again/].map((text) =>
      expect.stringMatching(text),
    );
    const isTold = (told: unknown[]) => vi.waitFor(() => expect(lines()).toEqual(told), PATIENCE);
    const calm = await openMatch(url, { startLevel: 1 });

    // a match that begins and ends without it
    const playAway = async () => {
      const ending = await openMatch(url);
      for (const seat of [0, 1]) dropAll(ending, seat);
      await until(() => isOver(ending), 'the end');
      await input(calm.rooms[0]!, MOVE_LEFT);
      await expectToGoOn(calm.rooms[0]!, 30);
      // what is told is a second old at most
      await vi.waitFor(async () => expect(await backlog()).toBeGreaterThan(3), PATIENCE);
      return ending;
    };
    const expectCaughtUp = async (ending: typeof calm) => {
      expect((await historyOf(ending)).players).toHaveLength(2);
      await vi.waitFor(async () => expect(await backlog()).toBeLessThan(3), PATIENCE);
    };

    const first = await playAway();
    await isTold([away]);
    await nats.start();
    await expectCaughtUp(first);
    await isTold([away, back]);

    await nats.kill();
    const second = await playAway();
    await isTold([away, back, away]);
    await nats.start();
    await expectCaughtUp(second);
    await isTold([away, back, away, back]);

    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.output.stderr).toBe('');
  }, 90_000);
});
