/** Connections to Redis through their guards, while it is killed, stopped and cut off. */
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connections } from '../../src/cluster/connections.ts';
import { guardRedis } from '../../src/compose/guards.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { isRedisAway } from '../../src/redis/errors.ts';
import { callScript, defineScripts } from '../../src/redis/scripts.ts';
import { createGuards, type Guards } from '../../src/resilience/guards.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { hasRedisServer, RedisServer } from '../support/redis-server.ts';
import { until } from '../support/server.ts';

const failure = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => null,
    (error: unknown) => error,
  );

describe.runIf(hasRedisServer)('a connection to Redis', () => {
  let server: RedisServer;
  let network: Proxy;
  let guards: Guards;
  let connections: Connections;
  let redis: Redis;
  let lines: { level: string; msg: string; failures?: number }[];
  let rejected: unknown[];
  const note = (error: unknown): void => void rejected.push(error);
  beforeEach(async () => {
    [rejected, lines, server] = [[], [], await RedisServer.open()];
    process.on('unhandledRejection', note);
    network = await startProxy(server.port);
    guards = createGuards();
    connections = new Connections({
      redisUrl: `redis://127.0.0.1:${network.port}`,
      now: Date.now,
      log: createLogger({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) }),
      guard: (name, probe) => guardRedis(guards, name, probe),
    });
    redis = connections.connect('test', 200);
    await until(() => redis.status === 'ready');
  });
  afterEach(async () => {
    guards.close();
    connections.close();
    await network.close();
    await server.close();
    process.off('unhandledRejection', note);
    if (rejected.length > 0) throw rejected[0];
  });

  const state = (): string | undefined => guards.states()['redis_test'];
  const failFive = (): Promise<unknown[]> =>
    Promise.all(Array.from({ length: 5 }, () => failure(redis.get('key'))));

  const outages: [what: string, away: () => unknown, back: () => unknown][] = [
    ['killed', () => server.kill(), () => server.start()],
    ['stopped', () => server.signal('SIGSTOP'), () => server.signal('SIGCONT')],
    ['cut off', () => network.cut(), () => network.mend()],
  ];
  test.each(outages)(
    '[RS14] that is %s is left alone after five failures, and found again',
    async (_, away, back) => {
      await redis.set('key', 'value');
      await away();
      for (const error of await failFive()) expect(isRedisAway(error)).toBe(true);
      await until(() => state() === 'open');
      const asked = vi.spyOn(Object.getPrototypeOf(Object.getPrototypeOf(redis)) as Redis, 'sendCommand');
      const error = await failure(redis.get('key'));
      expect(error).toMatchObject({ status: 503, code: 'resilience/unavailable' });
      expect(isRedisAway(error)).toBe(true);
      // but for the guard's own question
      for (const [command] of asked.mock.calls) expect(command.name).not.toBe('get');
      asked.mockRestore();
      await back();
      await until(() => state() === 'closed');
      expect(await redis.set('key', 'again')).toBe('OK');
      expect(await redis.get('key')).toBe('again');
    },
  );

  test('[RS14] does what it did without: scripts, transactions, refusals', async () => {
    // an answer that is late on a busy machine is none of what is tested here
    const redis = connections.connect('patient', 10_000);
    defineScripts(redis, { twice: `return redis.call('INCRBY', KEYS[1], 2 * ARGV[1])` });
    expect(await callScript(redis, 'twice', ['count'], [4])).toBe(8);
    await redis.script('FLUSH');
    expect(await callScript(redis, 'twice', ['count'], [4])).toBe(16);
    expect(await redis.multi().set('a', 1).get('a').exec()).toEqual([
      [null, 'OK'],
      [null, '1'],
    ]);
    for (let i = 0; i < 20; i++)
      expect(await failure(redis.hget('a', 'b'))).toMatchObject({ name: 'ReplyError' });
    expect(guards.states()['redis_patient']).toBe('closed');
    const order = await Promise.all(Array.from({ length: 200 }, () => redis.incr('order')));
    expect(order).toEqual(order.map((_, i) => i + 1));
  });

  test('[RS14] that is back is used again for what comes by its transactions, too', async () => {
    await network.cut();
    await failFive();
    await network.mend();
    await until(() => state() === 'closed');
    expect(await redis.multi().set('a', 1).get('a').exec()).toEqual([
      [null, 'OK'],
      [null, '1'],
    ]);
  });

  test('[RS15] has one warning in an outage, and one line when it is over, with others beside it', async () => {
    const other = connections.connect('other', 200);
    await until(() => other.status === 'ready');
    await server.kill();
    for (let i = 0; i < 20; i++) {
      const error = await failure(other.get('key'));
      connections.log.warn({ error }, 'something needed it');
      await failure(redis.get('key'));
    }
    connections.log.warn({ error: new Error('a bug') }, 'something else');
    await server.start();
    await vi.waitFor(
      async () => {
        await Promise.all([redis.get('key'), other.get('key')]);
        expect(lines.some(({ level }) => level === 'info')).toBe(true);
      },
      { timeout: 10_000 },
    );
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'Redis does not answer; what needs it waits, and tries again'],
      ['warn', 'something else'],
      ['info', 'Redis answers again'],
    ]);
    expect(lines.at(-1)!.failures).toBeGreaterThan(40);
  });
});
