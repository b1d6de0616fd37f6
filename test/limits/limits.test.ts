import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Limits } from '../../src/http/limits.ts';
import { hasRedis, openRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/server.ts';
import { makeLimits, passed, type Rates, refusal } from './support.ts';

const [ann, bob] = ['192.0.2.1', '192.0.2.2'];
const tooMany = { status: 429, code: 'http/too_many' };
const shared: TestRedis | null = hasRedis ? openRedis() : null;
afterAll(() => shared?.close());

type Make = (rates: Rates) => Promise<Limits>;
const inMemory: Make = async (rates) => makeLimits(rates);
const onRedis: Make = async (rates) => {
  const redis = shared!.connect();
  await until(() => redis.status === 'ready');
  return makeLimits(rates, { redis, prefix: `${shared!.prefix}:${randomUUID()}:` });
};
const lanes: [string, Make][] = [
  ['in memory', inMemory],
  ...(shared ? [['on Redis', onRedis] as [string, Make]] : []),
];

describe.each(lanes)('limits %s', (_, make) => {
  test('[LM1] an address may ask so often, and five times as often for files of pages', async () => {
    const limits = await make({ perAddress: 4 });
    expect(await passed(6, () => limits.address(ann, 'usual'))).toBe(4);
    expect(await passed(25, () => limits.address(ann, 'pages'))).toBe(20);
    expect(await passed(6, () => limits.address(bob, 'usual'))).toBe(4);
    expect(await passed(50, () => limits.address(ann, 'free'))).toBe(50);
  });

  test('[LM1] more is refused with the seconds to wait', async () => {
    const limits = await make({ perAddress: 1 });
    await limits.address(ann, 'usual');
    for (let i = 0; i < 3; i++) {
      const error = await refusal(limits.address(ann, 'usual'));
      expect(error).toMatchObject({ ...tooMany, retryAfter: expect.any(Number) });
      const { retryAfter } = error as { retryAfter: number };
      expect(Number.isInteger(retryAfter) && retryAfter > 50 && retryAfter <= 60).toBe(true);
    }
  });

  test('[LM2] what is strict has its own limit, and counts as usual too', async () => {
    const limits = await make({ perAddress: 5, strict: 2 });
    expect(await passed(4, () => limits.address(ann, 'strict'))).toBe(2);
    expect(await passed(3, () => limits.address(ann, 'usual'))).toBe(1);
  });

  test('[LM2] the strict limit holds where there is no usual one', async () => {
    const limits = await make({ strict: 2 });
    expect(await passed(4, () => limits.address(ann, 'strict'))).toBe(2);
    expect(await passed(4, () => limits.address(ann, 'usual'))).toBe(4);
  });

  test('[LM3] an account may ask so often; the same id in another tenant is another account', async () => {
    const limits = await make({ perAccount: 3 });
    expect(await passed(5, () => limits.account('a', 'ann', 'usual'))).toBe(3);
    expect(await passed(5, () => limits.account('b', 'ann', 'strict'))).toBe(3);
    expect(await passed(5, () => limits.account('a', 'ann', 'free'))).toBe(5);
    await limits.account('a","ann', '', 'usual');
  });

  test('[LM4] after so many wrong tokens an address gets nothing but probes', async () => {
    const limits = await make({ perAddress: 100, strict: 3 });
    for (let i = 0; i < 2; i++) await limits.failed(ann);
    await limits.address(ann, 'usual');
    await limits.failed(ann);
    for (const limit of ['usual', 'pages', 'strict'] as const) {
      const error = await refusal(limits.address(ann, limit));
      expect(error).toMatchObject({ ...tooMany, retryAfter: expect.any(Number) });
    }
    await limits.address(ann, 'free');
    await limits.address(bob, 'strict');
    await limits.failed(ann);
  });

  test('[LM4] that holds where there is no other limit', async () => {
    const limits = await make({ strict: 1 });
    await limits.failed(ann);
    expect(await passed(2, () => limits.address(ann, 'usual'))).toBe(0);
  });

  test('[LM5] a limit of 0 is none', async () => {
    const limits = await make({});
    expect(await passed(500, () => limits.address(ann, 'strict'))).toBe(500);
    expect(await passed(500, () => limits.account('a', 'ann', 'strict'))).toBe(500);
    await passed(500, () => limits.failed(ann));
    await limits.address(ann, 'strict');
  });

  test('[LM6] a network of IPv6 has the limit of one address', async () => {
    const limits = await make({ perAddress: 3 });
    expect(await passed(6, (i) => limits.address(`2001:db8::${i}`, 'usual'))).toBe(3);
    expect(await passed(6, (i) => limits.address(`2001:db8:0:${i}::1`, 'usual'))).toBe(5);
  });
});

describe('limits in memory', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('[LM1] [LM4] are whole again when the minute has ended', async () => {
    const limits = makeLimits({ perAddress: 2, strict: 2 });
    for (let minute = 0; minute < 3; minute++) {
      expect(await passed(3, () => limits.address(ann, 'usual'))).toBe(2);
      vi.advanceTimersByTime(30_000);
      for (let i = 0; i < 2; i++) await limits.failed(bob);
      expect(await refusal(limits.address(bob, 'usual'))).toMatchObject({ ...tooMany, retryAfter: 60 });
      expect(await refusal(limits.address(ann, 'usual'))).toMatchObject({ ...tooMany, retryAfter: 30 });
      vi.advanceTimersByTime(60_001);
      await limits.address(bob, 'usual');
      vi.advanceTimersByTime(60_001);
    }
  });

  test('[LM11] a crowd of new addresses shares counts, until the minute has ended', async () => {
    const limits = makeLimits({ perAddress: 1 });
    const crowd = (from: number, count: number): Promise<number> =>
      passed(count, (i) =>
        limits.address(
          `2001:db8:${((from + i) >> 16).toString(16)}:${((from + i) & 0xff_ff).toString(16)}::1`,
          'usual',
        ),
      );
    expect(await crowd(0, 50_000)).toBe(50_000);
    const more = await crowd(50_000, 20_000);
    expect(more).toBeLessThanOrEqual(4_096);
    expect(more).toBeGreaterThan(3_500);
    vi.advanceTimersByTime(60_001);
    expect(await crowd(90_000, 1_000)).toBe(1_000);
  });
});

describe('sockets', () => {
  test.each([
    { take: 'takeSocket', rate: 200, most: 200 },
    { take: 'takeDial', rate: 200, most: 200 },
    // others of the house hand sockets on by the dozen
    { take: 'takeDial', rate: 2, most: 100 },
  ] as const)('[LM7] of an address are $most at a time ($take)', ({ take, rate, most }) => {
    const limits = makeLimits({ socketsPerAddress: rate });
    const first = limits[take](ann)!;
    for (let i = 2; i <= most; i++) expect(limits[take](`::ffff:${ann}`)).toBeTypeOf('function');
    expect(limits[take](ann)).toBeNull();
    expect(limits[take](bob)).toBeTypeOf('function');
    first();
    first();
    expect(limits[take](ann)).toBeTypeOf('function');
    expect(limits[take](ann)).toBeNull();
  });

  test('[LM5] [LM7] are as many as come where the limit is 0', () => {
    const limits = makeLimits({});
    for (let i = 0; i < 1_000; i++) expect(limits.takeSocket(ann)).toBeTypeOf('function');
  });
});
