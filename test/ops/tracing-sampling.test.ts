import type { SpanContext } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Sampling } from '../../src/ops/tracing-sampling.ts';
import { parentId, traceId } from './tracing-support.ts';

const caller = (traceFlags: number, id = traceId): SpanContext => ({
  traceId: id,
  spanId: parentId,
  traceFlags,
  isRemote: true,
});
const never = () => 0.999_999;

/** Numbers from 0 to 1, the same each time (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of 20,000, within five standard deviations. */
const aboutTenth = (kept: number) => Math.abs(kept - 2_000) < 5 * Math.sqrt(20_000 * 0.1 * 0.9);

describe('which traces are kept', () => {
  test('[TR4] a tenth of those that begin here', () => {
    const sampling = new Sampling({ share: 0.1, random: seeded(7) });
    const kept = Array.from({ length: 20_000 }, () => sampling.keeps(undefined)).filter(Boolean).length;
    expect(kept).toSatisfy(aboutTenth);
  });

  test('[TR4] all, or none, where the share says so', () => {
    const all = new Sampling({ share: 1 });
    const none = new Sampling({ share: 0 });
    for (let i = 0; i < 1_000; i++)
      expect([all.keeps(undefined), none.keeps(undefined)]).toEqual([true, false]);
  });

  test('[TR4] a caller who says that it is not kept is believed', () => {
    const sampling = new Sampling({ share: 1 });
    for (const flags of [0x00, 0x02, 0xfe]) expect(sampling.keeps(caller(flags))).toBe(false);
  });

  test('[TR4] callers who say that it is kept: ten a second, of all of them together', () => {
    let now = 5_000;
    const sampling = new Sampling({ share: 0, random: never, now: () => now });
    const kept = () => Array.from({ length: 100 }, () => sampling.keeps(caller(1))).filter(Boolean).length;
    expect(kept()).toBe(10);
    now += 99;
    expect(kept()).toBe(0);
    now += 1;
    expect(kept()).toBe(1);
    now += 3_600_000;
    expect(kept()).toBe(10);
  });

  test('[TR4] beyond that the share decides by chance, whatever trace id a caller chose', () => {
    const sampling = new Sampling({ share: 0.1, random: seeded(11), now: () => 0 });
    while (sampling.keeps(caller(1)));
    for (const id of ['00000000000000000000000000000001', traceId, 'f'.repeat(32)]) {
      const kept = Array.from({ length: 20_000 }, () => sampling.keeps(caller(1, id))).filter(Boolean).length;
      expect(kept).toSatisfy(aboutTenth);
    }
  });

  test('[TR4] in no stretch of time more callers than its seconds allow', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 300 });
    fc.assert(
      fc.property(gaps, (all) => {
        let now = 0;
        const sampling = new Sampling({ share: 0, random: never, now: () => now });
        const keptAt: number[] = [];
        for (const gap of all) {
          now += gap;
          if (sampling.keeps(caller(1))) keptAt.push(now);
        }
        for (const [i, from] of keptAt.entries())
          for (const [more, to] of keptAt.slice(i).entries())
            expect(more + 1).toBeLessThanOrEqual(10 + (to - from) / 100 + 1e-6);
      }),
    );
  });
});
