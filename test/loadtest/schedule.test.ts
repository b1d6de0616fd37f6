import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Schedule } from '../../loadtest/schedule.ts';

describe('a schedule', () => {
  test('[LT1] is due evenly, at its rate', () => {
    const schedule = new Schedule(1_000, 4);
    expect([...schedule.take(999)]).toEqual([]);
    expect([...schedule.take(1_500)]).toEqual([1_000, 1_250, 1_500]);
    expect([...schedule.take(1_749)]).toEqual([]);
    expect([...schedule.take(1_750)]).toEqual([1_750]);
  });

  test('[LT1] after a stall all is made up for, with the times at which it was due', () => {
    const schedule = new Schedule(0, 2);
    expect([...schedule.take(0)]).toEqual([0]);
    expect([...schedule.take(3_000)]).toEqual([500, 1_000, 1_500, 2_000, 2_500, 3_000]);
  });

  test('[LT1] however often it is asked, the same is due', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), pauses, (rate, steps) => {
        const [often, once] = [new Schedule(5, rate), new Schedule(5, rate)];
        let now = 0;
        const due = steps.flatMap((step) => [...often.take((now += step))]);
        expect(due).toEqual([...once.take(now)]);
      }),
    );
  });

  test('[LT1] ends where so many are all, comes at once where there is no time for it, and never at a rate of 0', () => {
    expect([...new Schedule(0, 10, 3).take(1e6)]).toEqual([0, 100, 200]);
    expect([...new Schedule(7, Infinity, 2).take(7)]).toEqual([7, 7]);
    expect([...new Schedule(0, 0).take(1e6)]).toEqual([]);
  });
});
