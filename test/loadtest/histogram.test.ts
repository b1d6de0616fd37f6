import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../loadtest/histogram.ts';

const times = fc.array(fc.double({ min: 0, max: 4_000_000, noNaN: true }), { minLength: 1, maxLength: 300 });
const shares = fc.constantFrom(0.01, 0.5, 0.9, 0.99, 0.999, 1);

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('a histogram', () => {
  test('[LT2] a percentile is never below the exact one, and little above it', () => {
    fc.assert(
      fc.property(times, shares, (values, share) => {
        const micros = values.map((ms) => Math.round(ms * 1000)).toSorted((a, b) => a - b);
        const exact = micros[Math.ceil(share * micros.length) - 1]! / 1000;
        const found = histogramOf(values).percentile(share);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 64) + 0.001);
      }),
    );
  });

  test('[LT2] the highest is exact, and nothing is lost', () => {
    fc.assert(
      fc.property(times, (values) => {
        const histogram = histogramOf(values);
        expect(histogram.count).toBe(values.length);
        expect(histogram.percentile(1)).toBe(Math.round(Math.max(...values) * 1000) / 1000);
      }),
    );
  });

  test('[LT2] added up they are the histogram of all', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const sum = histogramOf(some);
        sum.merge(histogramOf(others));
        expect(sum).toEqual(histogramOf([...some, ...others]));
      }),
    );
  });

  test('[LT2] it takes the same memory whatever is counted: also what is negative, or longer than 71 minutes', () => {
    const histogram = histogramOf([-5, 0, 1e12]);
    expect(histogram.counts).toHaveLength(new Histogram().counts.length);
    expect(histogram.count).toBe(3);
    expect(histogram.percentile(0.5)).toBe(0);
    expect(histogram.max).toBe((2 ** 32 - 1) / 1000);
  });

  test('[LT2] of nothing every percentile is 0', () => {
    expect(new Histogram().percentile(0.99)).toBe(0);
  });
});
