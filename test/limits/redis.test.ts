/** One limit for several processes, through a Redis that may go away. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Limits } from '../../src/http/limits.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { hasRedis, openRedis } from '../support/redis.ts';
import { hasRedisServer, RedisServer } from '../support/redis-server.ts';
import { until } from '../support/server.ts';
import { makeLimits, passed, type Rates, refusal } from './support.ts';

const ann = '192.0.2.1';

describe.runIf(hasRedis)('limits of processes with one Redis', () => {
  const own = openRedis();
  const prefix = `${own.prefix}:`;
  let redis: Redis;
  afterAll(() => own.close());

  async function processes(rates: Rates): Promise<[Limits, Limits]> {
    const base = `${prefix}${randomUUID()}:`;
    const connections = [own.connect(), own.connect()];
    await until(() => connections.every(({ status }) => status === 'ready'));
    redis = connections[0]!;
    return connections.map((connection) => makeLimits(rates, { redis: connection, prefix: base })) as [
      Limits,
      Limits,
    ];
  }

  test('[LM8] hold over all of them', async () => {
    const both = await processes({ perAddress: 10, perAccount: 8, strict: 6 });
    const inTurn = (ask: (limits: Limits) => Promise<void>) => passed(20, (i) => ask(both[i % 2]!));
    expect(await inTurn((limits) => limits.address(ann, 'usual'))).toBe(10);
    expect(await inTurn((limits) => limits.account('dev', 'ann', 'usual'))).toBe(8);
    expect(await inTurn((limits) => limits.address('192.0.2.9', 'strict'))).toBe(6);
  });

  test('[LM8] hold for what is asked at the same moment', async () => {
    const both = await processes({ perAddress: 10 });
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, i) => refusal(both[i % 2]!.address(ann, 'usual'))),
    );
    expect(asked.filter((error) => error === null)).toHaveLength(10);
  });

  test('[LM4] [LM8] wrong tokens at one process shut an address out of the others', async () => {
    const [a, b] = await processes({ perAddress: 100, strict: 4 });
    for (let i = 0; i < 2; i++) await a.failed(ann);
    for (let i = 0; i < 2; i++) await b.failed(ann);
    for (const limits of [a, b])
      for (const limit of ['usual', 'pages', 'strict'] as const)
        expect(await refusal(limits.address(ann, limit))).toMatchObject({ status: 429 });
    await a.address('192.0.2.2', 'usual');
  });

  test('[LM8] nothing in Redis tells an address or an account, and all of it is gone after a minute', async () => {
    const [limits] = await processes({ perAddress: 5, perAccount: 5, strict: 1 });
    await limits.address(ann, 'strict');
    await limits.address(ann, 'pages');
    await limits.account('dev', 'ann', 'usual');
    await limits.failed(ann);
    const keys = await redis.keys(`${prefix}*`);
    expect(keys.length).toBeGreaterThanOrEqual(5);
    for (const key of keys) {
      expect(key.slice(prefix.length)).toMatch(/^[\w-]{36}:(pages|address|strict|account|failed):[\w-]{43}$/);
      expect(await redis.get(key)).toMatch(/^\d+$/);
      const ms = await redis.pttl(key);
      expect(ms > 0 && ms <= 60_000).toBe(true);
    }
  });

  test('[LM10] who is over the limit costs Redis nothing', async () => {
    const [limits] = await processes({ perAddress: 3 });
    await passed(4, () => limits.address(ann, 'usual'));
    const asked = vi.spyOn(redis, 'sendCommand');
    expect(await passed(100, () => limits.address(ann, 'usual'))).toBe(0);
    expect(asked).not.toHaveBeenCalled();
    await limits.address('192.0.2.2', 'usual');
    expect(asked).toHaveBeenCalledOnce();
  });
});

describe.runIf(hasRedisServer)('limits while Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let rejected: unknown[];
  const note = (error: unknown): void => void rejected.push(error);
  beforeEach(async () => {
    [rejected, server] = [[], await RedisServer.open()];
    process.on('unhandledRejection', note);
    redis = connectRedis({ url: server.url, name: 'limits', timeoutMs: 100, onError: () => {} });
    await until(() => redis.status === 'ready');
  });
  afterEach(async () => {
    redis.disconnect();
    await server.close();
    process.off('unhandledRejection', note);
    if (rejected.length > 0) throw rejected[0];
  });

  const rates = { perAddress: 3, perAccount: 3, strict: 3 };
  const all = async (limits: Limits, address: string): Promise<number[]> => [
    await passed(5, () => limits.address(address, 'strict')),
    await passed(5, () => limits.account('dev', address, 'usual')),
  ];

  test('[LM9] is killed: a process counts by itself, and through it again when it is back', async () => {
    const limits = makeLimits(rates, { redis });
    expect(await all(limits, '192.0.2.1')).toEqual([3, 3]);
    await server.kill();
    await until(() => redis.status !== 'ready');
    expect(await all(limits, '192.0.2.2')).toEqual([3, 3]);
    for (let i = 0; i < 3; i++) await limits.failed('192.0.2.3');
    expect(await refusal(limits.address('192.0.2.3', 'pages'))).toMatchObject({ status: 429 });
    await server.start();
    await until(() => redis.status === 'ready');
    expect(await all(limits, '192.0.2.4')).toEqual([3, 3]);
    expect(await redis.keys('*')).toHaveLength(3);
  });

  test('[LM9] hangs: nobody is refused for it, and those over the limit are', async () => {
    const limits = makeLimits(rates, { redis });
    server.signal('SIGSTOP');
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => refusal(limits.address('192.0.2.1', 'usual'))),
    );
    server.signal('SIGCONT');
    expect(asked.map((error) => error && (error as { status: number }).status)).toEqual([
      null,
      null,
      null,
      429,
      429,
    ]);
  });
});
