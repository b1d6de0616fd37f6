/** Redis goes away under a server with a match in play, and the server is told to end meanwhile. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { House } from '../cluster/house.ts';
import { databases } from '../support/databases.ts';
import { hasRedisServer } from '../support/redis-server.ts';
import { until } from '../support/server.ts';
import { expectToGoOn, openMatch } from '../tetris-room/table.ts';

const hasServer = databases.some(([kind]) => kind === 'postgres');

describe.runIf(hasServer && hasRedisServer)('Redis', () => {
  let house: House;
  beforeEach(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    house = await House.open(1, { LOG_LEVEL: 'info' });
  }, 60_000);
  afterEach(() => house?.close());

  test.each(['SIGSTOP', 'SIGKILL'] as const)(
    '[RS15] [CU25] is away by %s: one line tells of it, play goes on, and a process ends in order',
    async (signal) => {
      const { server } = house.residents[0]!;
      const { rooms, matchId } = await openMatch(house.url, { startLevel: 1 });
      const left = Promise.withResolvers<number>();
      rooms[0]!.onLeave.once((code) => left.resolve(code));
      house.redis.signal(signal);
      const lines = () =>
        server.output.stdout.split('\n').filter((line) => /"level":"(warn|error)"|"outage"/.test(line));
      await until(() => lines().length > 0, 'it is told');
      // longer than a guard waits for its probe, and than any command may take
      await expectToGoOn(rooms[0]!, 300);
      rooms.forEach((room) => void (room.reconnection.enabled = false));
      const before = performance.now();
      server.child.kill('SIGTERM');
      expect(await server.ended).toBe(0);
      expect(performance.now() - before).toBeLessThan(15_000);
      expect(await left.promise).toBeGreaterThan(4000);
      expect(server.output.stderr).toBe('');
      expect(lines().map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
        'Redis does not answer; what needs it waits, and tries again',
      ]);
      expect((await house.data.log(matchId)).length).toBeGreaterThan(3);
    },
    60_000,
  );
});
