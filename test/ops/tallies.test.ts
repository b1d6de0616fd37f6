import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counter, histogram } from '../../src/ops/tallies.ts';

const bounds = [0.001, 0.01, 0.1, 1];

describe('instruments', () => {
  test('[OP31] what has no labels is there from the beginning, as 0', () => {
    expect(counter('a_total', 'A.', []).samples()).toEqual([{ labels: {}, value: 0 }]);
    expect(counter('a_total', 'A.', ['game']).samples()).toEqual([]);
  });

  test('[OP31] more sets of labels than a scrape should hold are counted together, and none is lost', () => {
    const codes = counter('a_total', 'A.', ['code']);
    for (let i = 0; i < 5_000; i++) codes.of(`code ${i}`).add();
    codes.of('code 7').add();
    const samples = codes.samples();
    expect(samples).toHaveLength(2_001);
    expect(samples.find(({ labels }) => labels['code'] === 'code 7')?.value).toBe(2);
    expect(samples.at(-1)).toEqual({ labels: { code: 'other' }, value: 3_000 });
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(5_001);
  });

  test('[OP31] a duration is in the buckets of all bounds that it does not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true })), (durations) => {
        const observed = histogram('a_seconds', 'A.', [], bounds);
        for (const seconds of durations) observed.of().observe(seconds);
        const counts = [...bounds, Infinity].map((le) => durations.filter((one) => one <= le).length);
        const samples = observed.samples();
        expect(samples.slice(0, 5).map(({ value }) => value)).toEqual(counts);
        expect(samples[5]!.value).toBeCloseTo(durations.reduce((sum, one) => sum + one, 0));
        expect(samples[6]).toEqual({ metricName: 'a_seconds_count', labels: {}, value: durations.length });
      }),
    );
  });

  test('[OP31] what is no duration spoils no sum', () => {
    const observed = histogram('a_seconds', 'A.', [], bounds);
    for (const seconds of [Number.NaN, -1, 0.5]) observed.of().observe(seconds);
    expect(
      observed
        .samples()
        .slice(-2)
        .map(({ value }) => value),
    ).toEqual([0.5, 1]);
  });
});
