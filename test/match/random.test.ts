import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFrom, seededRandom } from '../../src/match/random.ts';
import { seed } from './support.ts';

const seeds = fc.stringMatching(/^[0-9a-f]{32}$/);
const some = (random: ReturnType<typeof seededRandom>): number[] =>
  Array.from({ length: 20 }, () => random.int(1_000_000));

test('[X1] the same seed and label give the same numbers, other labels others', () => {
  fc.assert(
    fc.property(seeds, fc.string(), fc.string(), (one, label, other) => {
      expect(some(seededRandom(one, label))).toEqual(some(seededRandom(one, label)));
      if (label !== other) expect(some(seededRandom(one, label))).not.toEqual(some(seededRandom(one, other)));
    }),
  );
  expect(() => seededRandom('not a seed')).toThrow(RangeError);
});

test('[X2] a generator made from another one goes on where that stands', () => {
  fc.assert(
    fc.property(seeds, fc.nat(50), (one, steps) => {
      const random = seededRandom(one);
      for (let i = 0; i < steps; i++) random.int(7);
      const copy = randomFrom(JSON.parse(JSON.stringify(random.state())) as number[]);
      expect(some(copy)).toEqual(some(random));
    }),
  );
});

test('[X3] numbers are in range and evenly spread; a shuffle keeps the items', () => {
  const random = seededRandom(seed);
  const counts = Array.from({ length: 6 }, () => 0);
  for (let i = 0; i < 60_000; i++) counts[random.int(6)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  const items = Array.from({ length: 52 }, (_, i) => i);
  const shuffled = random.shuffle([...items]);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  // each item in each place about as often: chi-square of 52 cards over 52 places, 5 sigma
  const first = Array.from({ length: 52 }, () => 0);
  for (let i = 0; i < 26_000; i++) first[random.shuffle([...items])[0]!]!++;
  const chi = first.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
  expect(chi).toBeLessThan(51 + 5 * Math.sqrt(102));
});
