import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGuard, type Guard, type GuardOptions } from '../../src/resilience/guard.ts';
import { createGuards } from '../../src/resilience/guards.ts';
import type { GuardObserver } from '../../src/resilience/observer.ts';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const refused = Object.assign(new Error('duplicate key'), { code: '23505' });
const unavailable = { status: 503, code: 'resilience/unavailable' };

/** A dependency that is there, or away; how often it was asked. */
function makeDependency() {
  const dependency = {
    isAway: false,
    asked: 0,
    ask: async (): Promise<number> => {
      dependency.asked++;
      if (dependency.isAway) throw away;
      return 7;
    },
  };
  return dependency;
}

const isFailure = (error: unknown): boolean => error === away;
const make = (more: Partial<GuardOptions> = {}): Guard => createGuard({ name: 'test', isFailure, ...more });
const failure = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => null,
    (error: unknown) => error,
  );

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function breakIt(guard: Guard, { ask }: ReturnType<typeof makeDependency>): Promise<void> {
  for (let i = 0; i < 5; i++) await failure(guard.run(ask));
}

describe('a guard', () => {
  test('[RS1] lets results and errors through as they are', async () => {
    const full = { timeoutMs: 100, retries: 3, bulkhead: { atOnce: 1, waiting: 0 } };
    for (const guard of [make(), make({ breaker: null }), make(full)]) {
      expect(await guard.run(async () => 'result')).toBe('result');
      expect(await failure(guard.run(() => Promise.reject(refused)))).toBe(refused);
      expect(await failure(guard.run(() => Promise.reject(away)))).toBe(away);
      // thrown before there was a promise
      const throws = (): Promise<never> => {
        throw refused;
      };
      expect(await failure(guard.run(throws))).toBe(refused);
      expect(guard.state).toBe('closed');
    }
  });

  test('[RS2] does idempotent work again, so often at most, and nothing else', async () => {
    const dependency = makeDependency();
    dependency.isAway = true;
    const guard = make({ retries: 2, breaker: null });
    expect(await failure(guard.run(dependency.ask))).toBe(away);
    expect(dependency.asked).toBe(1);
    const running = failure(guard.run(dependency.ask, { idempotent: true }));
    await vi.runAllTimersAsync();
    expect(await running).toBe(away);
    expect(dependency.asked).toBe(4);
    const again = guard.run(dependency.ask, { idempotent: true });
    dependency.isAway = false;
    await vi.runAllTimersAsync();
    expect(await again).toBe(7);
    expect(dependency.asked).toBe(6);
  });

  test('[RS2] does not do again what failed late: who waits has waited long enough', async () => {
    let asked = 0;
    const late = async (): Promise<never> => {
      asked++;
      await new Promise((resume) => setTimeout(resume, 1_500));
      throw away;
    };
    const hang = async (): Promise<never> => {
      asked++;
      return new Promise(() => {});
    };
    const failed = failure(make({ retries: 3 }).run(late, { idempotent: true }));
    const gaveUp = failure(make({ retries: 3, timeoutMs: 2_000 }).run(hang, { idempotent: true }));
    await vi.runAllTimersAsync();
    expect(await failed).toBe(away);
    expect(await gaveUp).toMatchObject({ code: 'resilience/timeout' });
    expect(asked).toBe(2);
  });

  test('[RS2] does not do again what was answered with an error', async () => {
    let asked = 0;
    const work = async (): Promise<never> => {
      asked++;
      throw refused;
    };
    expect(await failure(make({ retries: 5 }).run(work, { idempotent: true }))).toBe(refused);
    expect(asked).toBe(1);
  });

  test('[RS3] opens after five failures in a row, and not before', async () => {
    const dependency = makeDependency();
    const guard = make();
    const fail = async (times: number): Promise<void> => {
      dependency.isAway = true;
      for (let i = 0; i < times; i++) await failure(guard.run(dependency.ask));
      dependency.isAway = false;
    };
    await fail(4);
    await guard.run(dependency.ask);
    await fail(4);
    await failure(guard.run(() => Promise.reject(refused)));
    await fail(4);
    expect(guard.state).toBe('closed');
    await fail(1);
    expect(guard.state).toBe('open');
  });

  test('[RS3] never opens for errors that are answers', async () => {
    const guard = make();
    for (let i = 0; i < 100; i++) await failure(guard.run(() => Promise.reject(refused)));
    expect(guard.state).toBe('closed');
  });

  test('[RS4] that is open refuses at once, and says why and how long', async () => {
    const dependency = makeDependency();
    const guard = make({ retries: 3 });
    guard.check();
    dependency.isAway = true;
    await breakIt(guard, dependency);
    expect(dependency.asked).toBe(5);
    const error = await failure(guard.run(dependency.ask, { idempotent: true }));
    expect(error).toMatchObject({ ...unavailable, retryAfter: 1, guard: 'test', cause: away });
    expect((error as Error).message).not.toMatch(/test|ECONN/);
    expect(() => guard.check()).toThrow(expect.objectContaining(unavailable));
    expect(dependency.asked).toBe(5);
  });

  test('[RS5] lets one try after a pause that grows from 1 s to 10 s', async () => {
    const dependency = makeDependency();
    const guard = make();
    dependency.isAway = true;
    await breakIt(guard, dependency);
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      vi.advanceTimersByTime(seconds * 1000 - 1);
      expect(await failure(guard.run(dependency.ask))).toMatchObject({ ...unavailable, retryAfter: seconds });
      vi.advanceTimersByTime(1);
      expect(await failure(guard.run(dependency.ask))).toBe(away);
    }
    expect(dependency.asked).toBe(11);
    dependency.isAway = false;
    vi.advanceTimersByTime(10_000);
    expect(await guard.run(dependency.ask)).toBe(7);
    expect(guard.state).toBe('closed');
  });

  test('[RS5] who comes while one tries waits for how it goes', async () => {
    const dependency = makeDependency();
    const guard = make();
    for (const isBack of [false, true]) {
      dependency.isAway = true;
      if (guard.state === 'closed') await breakIt(guard, dependency);
      vi.advanceTimersByTime(10_000);
      const trying = Promise.withResolvers<void>();
      const first = failure(guard.run(() => trying.promise));
      expect(guard.state).toBe('half_open');
      const before = dependency.asked;
      const others = [1, 2, 3].map(() => failure(guard.run(dependency.ask)));
      await vi.advanceTimersByTimeAsync(1);
      expect(dependency.asked).toBe(before);
      dependency.isAway = false;
      if (isBack) trying.resolve();
      else trying.reject(away);
      await first;
      const answers = await Promise.all(others);
      for (const answer of answers)
        if (isBack) expect(answer).toBeNull();
        else expect(answer).toMatchObject(unavailable);
    }
  });

  test('[RS6] with a probe closes by itself, and its probes stop then', async () => {
    const dependency = makeDependency();
    const guard = make({ breaker: { firstPauseMs: 250, longestPauseMs: 500, probe: dependency.ask } });
    dependency.isAway = true;
    await breakIt(guard, dependency);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(guard.state).toBe('open');
    const probes = dependency.asked - 5;
    expect(probes > 100 && probes < 125).toBe(true);
    dependency.isAway = false;
    await vi.advanceTimersByTimeAsync(510);
    expect(guard.state).toBe('closed');
    expect(dependency.asked).toBe(5 + probes + 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dependency.asked).toBe(5 + probes + 1);
  });

  test('[RS6] gives up a probe that is not answered, and asks again', async () => {
    const dependency = makeDependency();
    let hanging = 0;
    const probe = async (): Promise<void> => {
      hanging++;
      if (hanging < 3) await new Promise(() => {});
    };
    const guard = make({ breaker: { probe } });
    dependency.isAway = true;
    await breakIt(guard, dependency);
    await vi.advanceTimersByTimeAsync(1_010 + 2_000 + 2_010 + 2_000);
    expect([hanging, guard.state]).toEqual([2, 'open']);
    // what tells of an outage of the dependency is its own failure
    expect(await failure(guard.run(dependency.ask))).toMatchObject({ ...unavailable, cause: away });
    await vi.advanceTimersByTimeAsync(4_010);
    expect([hanging, guard.state]).toEqual([3, 'closed']);
  });

  test('[RS6] lets nobody wait while its probe does: what hangs is waited for by the probe alone', async () => {
    const dependency = makeDependency();
    const probing = Promise.withResolvers<void>();
    const guard = make({ breaker: { probe: () => probing.promise } });
    dependency.isAway = true;
    await breakIt(guard, dependency);
    await vi.advanceTimersByTimeAsync(1_010);
    expect(guard.state).toBe('half_open');
    let isRefused = false;
    const refusal = failure(guard.run(dependency.ask)).finally(() => (isRefused = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(isRefused).toBe(true);
    expect(await refusal).toMatchObject({ ...unavailable, cause: away });
    expect(() => guard.check()).toThrow(expect.objectContaining(unavailable));
    expect(dependency.asked).toBe(5);
    probing.resolve();
    await vi.advanceTimersByTimeAsync(0);
    guard.check();
    dependency.isAway = false;
    expect(await guard.run(dependency.ask)).toBe(7);
  });

  test('[RS6] that is closed for good probes no more', async () => {
    const dependency = makeDependency();
    const guard = make({ breaker: { probe: dependency.ask } });
    dependency.isAway = true;
    await breakIt(guard, dependency);
    guard.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dependency.asked).toBe(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('[RS7] bounds what is under way and what waits, and keeps the order', async () => {
    const guard = make({ bulkhead: { atOnce: 2, waiting: 3 } });
    const order: number[] = [];
    const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const running = ends.map(({ promise }, i) =>
      guard.run(async () => {
        order.push(i);
        await promise;
      }),
    );
    const tooMuch = { status: 503, code: 'resilience/overloaded', retryAfter: 1 };
    for (let i = 0; i < 8; i++)
      expect(await failure(guard.run(async () => order.push(9)))).toMatchObject(tooMuch);
    expect(order).toEqual([0, 1]);
    for (const { resolve } of ends) resolve();
    await Promise.all(running);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect([await guard.run(async () => 7), guard.state]).toEqual([7, 'closed']);
  });

  test('[RS4] [RS7] what waits when the breaker opens is refused, and not begun', async () => {
    const guard = make({ bulkhead: { atOnce: 1, waiting: 10 } });
    const dependency = makeDependency();
    dependency.isAway = true;
    const errors = await Promise.all(Array.from({ length: 8 }, () => failure(guard.run(dependency.ask))));
    expect(errors.slice(0, 5)).toEqual(Array(5).fill(away));
    for (const error of errors.slice(5)) expect(error).toMatchObject(unavailable);
    expect(dependency.asked).toBe(5);
  });

  test('[RS8] gives up what takes too long, says so, and counts it', async () => {
    const guard = make({ timeoutMs: 100 });
    const signals: AbortSignal[] = [];
    const hang = (signal: AbortSignal): Promise<never> => {
      signals.push(signal);
      return new Promise(() => {});
    };
    for (let i = 0; i < 5; i++) {
      const running = failure(guard.run(hang));
      expect(signals[i]!.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(101);
      expect(await running).toMatchObject({ status: 503, code: 'resilience/timeout' });
      expect(signals[i]!.aborted).toBe(true);
    }
    expect(guard.state).toBe('open');
  });

  test('[RS9] tells its observer what happens, and the states of all can be looked up', async () => {
    const told: unknown[] = [];
    const note =
      (what: string) =>
      (...args: unknown[]): void =>
        void told.push([what, ...args.filter((arg) => typeof arg !== 'number')]);
    const observer: GuardObserver = {
      onCall: note('call'),
      onChange: note('change'),
      onRejected: note('rejected'),
      onRetry: note('retry'),
    };
    const guards = createGuards(observer);
    const guard = guards.create({ name: 'one', isFailure, retries: 1, bulkhead: { atOnce: 1, waiting: 0 } });
    guards.create({ name: 'other', isFailure });
    const dependency = makeDependency();
    await guard.run(dependency.ask);
    await failure(guard.run(() => Promise.reject(refused)));
    dependency.isAway = true;
    const again = failure(guard.run(dependency.ask, { idempotent: true }));
    await vi.runAllTimersAsync();
    await again;
    const busy = guard.run(async () => 7);
    await failure(guard.run(dependency.ask));
    await busy;
    expect(told).toEqual([
      ['call', 'one', true],
      ['call', 'one', true],
      ['call', 'one', false],
      ['retry', 'one'],
      ['call', 'one', false],
      ['call', 'one', true],
      ['rejected', 'one', 'overloaded'],
    ]);
    told.length = 0;
    await breakIt(guard, dependency);
    expect(guards.states()).toEqual({ one: 'open', other: 'closed' });
    await failure(guard.run(dependency.ask));
    dependency.isAway = false;
    vi.advanceTimersByTime(1_000);
    await guard.run(dependency.ask);
    guards.tell('third', 'open');
    expect(told.slice(4)).toEqual([
      ['call', 'one', false],
      ['change', 'one', 'open'],
      ['rejected', 'one', 'unavailable'],
      ['change', 'one', 'half_open'],
      ['call', 'one', true],
      ['change', 'one', 'closed'],
      ['change', 'third', 'open'],
    ]);
    expect(guards.states()).toEqual({ one: 'closed', other: 'closed', third: 'open' });
    guards.close();
  });
});
