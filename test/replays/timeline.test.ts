import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/match/engine.ts';
import { Timeline } from '../../src/replays/timeline.ts';

type Draft = Partial<Entry> & { type: string; t: number };

/** A log of these entries after a lobby of a minute. */
function lineOf(hz: number | undefined, entries: readonly Draft[]): Timeline {
  const lobby: Draft[] = [
    { type: 'create', t: 0 },
    { type: 'sit', t: 20_000 },
    { type: 'ready', t: 60_000 },
    { type: 'start', t: 60_000 },
  ];
  const line = new Timeline(hz);
  line.add([...lobby, ...entries].map((entry, i) => ({ n: i + 1, seat: 0, data: null, ...entry })));
  return line;
}

const mark = (tick: unknown, t = 100_000): Draft => ({ type: 'mark', t, data: { tick } });
const input = (tick: unknown, t = 100_000): Draft => ({ type: 'input', t, data: { tick, actions: 1 } });
const places = (line: Timeline): (number | null)[] =>
  Array.from({ length: line.length }, (_, i) => line.atEntry(i + 1));

describe('a turn-based match', () => {
  const line = lineOf(undefined, [
    { type: 'bid', t: 61_000 },
    { type: 'bid', t: 61_000 },
    { type: 'away', t: 71_000 },
    { type: 'play', t: 81_001 },
    { type: 'play', t: 3_600_000 },
  ]);

  test('[RP1] begins with its start: the lobby takes no time', () => {
    expect(places(line).slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(line.entriesUntil(0)).toBe(4);
  });

  test('[RP3] takes the time between its entries, and of a pause ten seconds', () => {
    expect(places(line).slice(4)).toEqual([1_000, 1_000, 11_000, 21_000, 31_000]);
    expect(line.duration).toBe(31_000);
    expect([999, 1_000, 10_999, 11_000, 99_000].map((at) => line.entriesUntil(at))).toEqual([4, 6, 6, 7, 9]);
  });

  test('[RP2] has no ticks', () => {
    expect(line.atTick(1)).toBeNull();
    expect(line.tickAt(1_000)).toBe(0);
  });
});

describe('a tick-based match', () => {
  test('[RP2] takes the time of its ticks; entries about seats stand where the one before them stands', () => {
    const line = lineOf(60, [mark(15), { type: 'away', t: 100_000 }, input(61), mark(61), mark(60_000, 1e6)]);
    expect(places(line)).toEqual([0, 0, 0, 0, 250, 250, 1_000, 1_017, 1_000_000]);
  });

  test('[RP2] a pause of the server takes no time', () => {
    expect(lineOf(60, [mark(15), mark(30, 86_400_000)]).duration).toBe(500);
  });

  test('[RP1] places never fall', () => {
    expect(places(lineOf(60, [mark(60), mark(30), mark(61)])).slice(4)).toEqual([1_000, 1_000, 1_017]);
  });

  test('[RP2] a tick has been played where it is, and not a millisecond before', () => {
    const ticks = fc.tuple(fc.integer({ min: 1, max: 5_184_000 }), fc.constantFrom(10, 30, 60, 64, 144));
    fc.assert(
      fc.property(ticks, ([tick, hz]) => {
        const line = new Timeline(hz);
        expect(line.tickAt(line.atTick(tick)!)).toBe(tick);
        expect(line.tickAt(line.atTick(tick)! - 1)).toBe(tick - 1);
      }),
    );
  });
});

test('[RP1] entries are in order, and none is left out', () => {
  const steps = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 30_000 }), ticks: fc.nat(100) }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, fc.constantFrom(60, undefined), (made, hz) => {
      let [t, tick] = [60_000, 0];
      const line = lineOf(
        hz,
        made.map(({ ms, ticks }) => mark((tick += ticks), (t += ms + ticks * 17))),
      );
      for (let n = 1; n <= line.length; n++) {
        expect(line.entriesUntil(line.atEntry(n)!)).toBeGreaterThanOrEqual(n);
        if (line.atEntry(n)! > 0) expect(line.entriesUntil(line.atEntry(n)! - 1)).toBeLessThan(n);
      }
      expect(line.atEntry(0)).toBeNull();
      expect(line.atEntry(line.length + 1)).toBeNull();
    }),
  );
});

describe('no log', () => {
  test.each<[string, number | undefined, Draft[]]>([
    ['with a gap', 60, [{ ...mark(1), n: 6 }]],
    ['that begins anew', 60, [{ ...mark(1), n: 1 }]],
    ['whose time falls', undefined, [{ type: 'bid', t: 59_999 }]],
    ['with half a millisecond', undefined, [{ type: 'bid', t: 60_000.5 }]],
    ['without a time', undefined, [{ type: 'bid', t: Number.NaN }]],
    ['with half a tick', 60, [mark(1.5)]],
    ['with a tick that is a text', 60, [input('1')]],
    ['with a tick of 2^53', 60, [mark(2 ** 53)]],
    ['of more than a day of play', 60, [mark(25 * 3_600 * 60, 1e9)]],
    ['with ticks that nobody had the time to play', 60, [mark(3_600 * 60)]],
  ])('[RP9] %s', (_, hz, entries) => {
    expect(() => lineOf(hz, entries)).toThrow(expect.objectContaining({ code: 'history/bad_log' }));
  });
});
