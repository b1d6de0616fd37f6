import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TickClock } from '../../client/tick-clock.ts';

const hz = 60;
const perMs = hz / 1000;

/** A clock that hears a server at tick `offset + now * perMs` each second, over a line with these delays (ms, one way). */
function listen(offset: number, delays: readonly number[]): { clock: TickClock; now: number } {
  const clock = new TickClock(hz);
  let now = 0;
  for (const delay of delays) {
    now += 1000;
    clock.heard(offset + now * perMs, now + delay);
    clock.pinged(2 * delay);
  }
  return { clock, now: now + Math.max(...delays) };
}

describe('the clock', () => {
  test('[CL1] is ahead of the server by half the round trip and two ticks', () => {
    for (const delay of [0, 5, 50, 200]) {
      const { clock, now } = listen(1000, [delay, delay, delay]);
      expect(clock.tick(now) - (1000 + now * perMs)).toBeCloseTo(delay * perMs + 2, 6);
    }
  });

  test('[CL1] with jitter: early enough for the slowest of the last round trips, and no more than that', () => {
    const delay = fc.integer({ min: 10, max: 120 });
    fc.assert(
      fc.property(fc.array(delay, { minLength: 2, maxLength: 6 }), (delays) => {
        const { clock, now } = listen(0, delays);
        const ahead = clock.tick(now) - now * perMs;
        expect(ahead).toBeCloseTo(Math.max(...delays) * perMs + 2, 6);
      }),
    );
  });

  test('[CL1] an old message is forgotten: a server that stood still is followed', () => {
    const { clock, now } = listen(0, [20, 20]);
    clock.tick(now);
    for (let at = now + 1000; at <= now + 10_000; at += 1000) clock.heard((at - 200) * perMs, at + 20);
    let tick = 0;
    for (let at = now; at <= now + 20_000; at += 16) tick = clock.tick(at) - at * perMs;
    expect(tick).toBeCloseTo(-200 * perMs + 20 * perMs + 2, 1);
  });

  test('[CL2] it runs no more than 5 % fast or slow, and jumps where it is far off', () => {
    const { clock, now } = listen(0, [20, 20]);
    const before = clock.tick(now);
    clock.heard(now * perMs + 10, now);
    expect(clock.tick(now + 100) - before).toBeCloseTo(100 * perMs * 1.05, 6);
    clock.heard(now * perMs + 100, now + 100);
    expect(clock.tick(now + 100) - before).toBeGreaterThan(90);
  });

  test('[CL2] after a pause only what is heard from then on counts', () => {
    const { clock, now } = listen(500, [20, 20]);
    const before = clock.tick(now);
    clock.forget();
    expect(clock.tick(now + 16) - before).toBeCloseTo(16 * perMs, 6);
    clock.heard(before - 300, now + 16);
    expect(clock.tick(now + 16)).toBeLessThan(before - 290);
  });
});
