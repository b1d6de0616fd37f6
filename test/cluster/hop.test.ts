/** What a process says when it hands a socket on. */
import { describe, expect, test } from 'vitest';
import { Hops } from '../../src/cluster/hop.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { macOf } from './support.ts';

const target = '/p/room?sessionId=s';

function setUp() {
  const clock = new FakeClock();
  const of = (processId: string, secret?: string): Hops =>
    new Hops(macOf('hop', secret), () => processId, clock.now);
  return { clock, from: of('from'), to: of('to'), of };
}

describe('a hop', () => {
  test('[CU30] is good for its process and target, once', () => {
    const { from, to } = setUp();
    const hop = from.make('to', target);
    expect(to.accept(hop, target)).toBe(true);
    expect(to.accept(hop, target)).toBe(false);
    expect(to.accept(`${hop}.more`, target)).toBe(false);
    expect(to.accept(from.make('to', target), target)).toBe(true);
  });

  test('[CU30] is good for ten seconds, and replayed ones are known for longer than that', async () => {
    const { clock, from, to } = setUp();
    const [used, unused, late] = [1, 2, 3].map(() => from.make('to', target)) as [string, string, string];
    expect(to.accept(used, target)).toBe(true);
    await clock.advance(10_000);
    expect(to.accept(unused, target)).toBe(true);
    expect(to.accept(used, target)).toBe(false);
    await clock.advance(1);
    expect(to.accept(late, target)).toBe(false);
  });

  test('[CU30] of the future is one of another clock: within ten seconds it is good', async () => {
    const { clock, to, from } = setUp();
    const now = clock.now();
    await clock.advance(10_000);
    const [near, far] = [from.make('to', target), (await clock.advance(1), from.make('to', target))];
    const behind = new Hops(
      macOf('hop'),
      () => 'to',
      () => now,
    );
    expect([behind.accept(near, target), behind.accept(far, target)]).toEqual([true, false]);
    expect(to.accept(far, target)).toBe(true);
  });

  test.each([
    ['for another process', (s: ReturnType<typeof setUp>) => s.from.make('other', target)],
    ['for another target', (s: ReturnType<typeof setUp>) => s.from.make('to', `${target}x`)],
    [
      'under another secret',
      (s: ReturnType<typeof setUp>) => s.of('from', 'x'.repeat(40)).make('to', target),
    ],
    [
      'with another time',
      (s: ReturnType<typeof setUp>) =>
        s.from.make('to', target).replace(/\.(\d+)\./, (_, at) => `.${Number(at) + 1}.`),
    ],
    ['with another id', (s: ReturnType<typeof setUp>) => `0${s.from.make('to', target)}`],
    ['that is empty', () => ''],
    ['of dots', () => '..'],
    ['without a time', () => 'id..proof'],
    ['with no number for a time', () => 'id.x.proof'],
  ])('[CU31] %s is refused', (_, make) => {
    const all = setUp();
    expect(all.to.accept(make(all), target)).toBe(false);
  });
});
