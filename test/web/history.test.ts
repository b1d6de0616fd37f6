/** The history page's parts that need no page. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplayMoment } from '../../client/replay.ts';
import { layoutBoards } from '../../web/history/boards-layout.ts';
import { actionOf } from '../../web/history/player-keys.ts';
import { filterNames, formatRoute, parseRoute, type Route, toQuery } from '../../web/history/route.ts';
import {
  justBeen,
  mergeMoments,
  momentAfter,
  momentBefore,
  nextSpeed,
  share,
} from '../../web/history/time-line.ts';
import { clock, countTypes, length, nameOf, ordinal, title } from '../../web/history/words.ts';

const id = '01a1f8b3-54dc-7d44-bbda-c5b0db39160d';
const moment = (number: number, at: number, seat: number | null = 0): ReplayMoment => ({
  number,
  type: 'tetris',
  seat,
  n: number,
  at,
});

describe('addresses', () => {
  const spot = fc.oneof(
    fc.constant(null),
    fc.record({ at: fc.nat() }),
    fc.record({ moment: fc.integer({ min: 1, max: 1e6 }) }),
  );
  const filters = fc
    .dictionary(fc.constantFrom(...filterNames), fc.string({ minLength: 1 }))
    .map((some) => Object.fromEntries(Object.entries(some).filter(([, value]) => value.trim() === value)));
  const route: fc.Arbitrary<Route> = fc.oneof(
    fc.record({ view: fc.constant('match' as const), id: fc.uuid(), spot }),
    fc.record({ view: fc.constant('list' as const), filters }),
  );

  test('[CL12] an address gives back the view it was made from', () => {
    fc.assert(
      fc.property(route, (view) => {
        expect(parseRoute(formatRoute(view))).toEqual(view);
      }),
    );
  });

  test('[CL12] the short forms that people share', () => {
    expect(parseRoute(`#/match/${id}?at=83250`)).toEqual({ view: 'match', id, spot: { at: 83_250 } });
    expect(parseRoute(`#/match/${id}?moment=3`)).toEqual({ view: 'match', id, spot: { moment: 3 } });
    expect(formatRoute({ view: 'match', id, spot: null })).toBe(`#/match/${id}`);
    expect(formatRoute({ view: 'list', filters: {} })).toBe('#/');
  });

  test('[CL12] what is not understood is left out', () => {
    const list = { view: 'list', filters: {} };
    for (const hash of [
      '',
      '#',
      '#/',
      '#/nothing',
      '#/match/',
      '#/match/<b>',
      '#/match/../x',
      '#/?seed=1&game=',
    ])
      expect(parseRoute(hash), hash).toEqual(list);
    for (const search of ['at=-1', 'at=1e9', 'at=x', 'moment=1.5', `at=${'9'.repeat(20)}`, 'tick=4'])
      expect(parseRoute(`#/match/${id}?${search}`), search).toEqual({ view: 'match', id, spot: null });
    fc.assert(fc.property(fc.string(), (hash) => void parseRoute(hash)));
  });

  test('[CL12] days are this machine’s, and the last one counts in full', () => {
    const query = toQuery({ game: 'whist', from: '2026-02-27', to: '2026-02-28' });
    expect(query).toEqual({
      game: 'whist',
      from: new Date(2026, 1, 27).toISOString(),
      to: new Date(2026, 2, 1).toISOString(),
    });
    expect(toQuery({ from: 'yesterday' })).toEqual({ from: 'yesterday' });
  });
});

describe('the time line', () => {
  test('[CL13] a mark stands at its share of the time, and never beside the line', () => {
    expect([0, 250, 1000].map((at) => share(at, 1000))).toEqual([0, 0.25, 1]);
    expect([share(0, 0), share(5, 0)]).toEqual([0, 0]);
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (at, duration) => {
        expect(share(at, duration)).toBeGreaterThanOrEqual(0);
        expect(share(at, duration)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('[CL13] next and back go through all moments', () => {
    const moments = [moment(1, 5_000), moment(2, 5_000), moment(3, 9_000)];
    expect([0, 5_000, 9_000].map((at) => momentAfter(moments, at)?.number)).toEqual([1, 3, undefined]);
    // back from just behind one goes to the one before
    expect([20_000, 10_000, 5_500, 100].map((at) => momentBefore(moments, at)?.number)).toEqual([
      3,
      2,
      undefined,
      undefined,
    ]);
  });

  test('[CL13] those just passed are told, as long in time of the viewer at every speed; none to come', () => {
    const moments = [1, 2, 3, 4, 5].map((number) => moment(number, number * 1_000));
    const numbers = (at: number, speed: number): number[] =>
      justBeen(moments, at, speed).map(({ number }) => number);
    expect(numbers(999, 1)).toEqual([]);
    expect(numbers(1_000, 1)).toEqual([1]);
    expect(numbers(5_000, 1)).toEqual([3, 4, 5]);
    expect(numbers(7_499, 1)).toEqual([5]);
    expect(numbers(7_500, 1)).toEqual([]);
    expect(numbers(24_000, 8)).toEqual([5]);
    // no more than can be read
    expect(numbers(5_000, 8)).toEqual([3, 4, 5]);
    expect(numbers(7_400, 0.25)).toEqual([5]);
  });

  test('[CL13] moments that come again, or late, stand once and in order', () => {
    const [one, two, three] = [moment(1, 10), moment(2, 20), moment(3, 30)];
    expect(mergeMoments([one, three], [two, three])).toEqual([one, two, three]);
  });

  test('[CL13] keys: what they do, and none that belongs to the browser', () => {
    const plain = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
    const struck = (key: string, held: object = {}) => actionOf({ ...plain, ...held, key });
    expect(struck(' ')).toEqual({ type: 'toggle' });
    expect(struck('ArrowLeft')).toEqual({ type: 'skip', by: -5_000 });
    expect(struck('ArrowRight', { shiftKey: true })).toEqual({ type: 'moment', direction: 1 });
    expect([struck(','), struck('.')]).toEqual([
      { type: 'step', by: -1 },
      { type: 'step', by: 1 },
    ]);
    expect([struck('a'), struck('Tab'), struck('ArrowLeft', { altKey: true })]).toEqual([null, null, null]);
  });

  test('[CL13] speeds go up and down by one, and stop at the ends', () => {
    const speeds = [0.25, 0.5, 1, 2];
    expect(nextSpeed(speeds, 1, 1)).toBe(2);
    expect(nextSpeed(speeds, 1, -1)).toBe(0.5);
    expect([nextSpeed(speeds, 2, 1), nextSpeed(speeds, 0.25, -1)]).toEqual([2, 0.25]);
  });
});

describe('words', () => {
  test('[CL14] times and lengths', () => {
    expect([-5, 0, 59_999, 83_250, 3_723_000].map(clock)).toEqual([
      '0:00',
      '0:00',
      '0:59',
      '1:23',
      '1:02:03',
    ]);
    expect([0, 42_400, 60_000, 185_000, 7_800_000, 90_000_000].map(length)).toEqual([
      '0 s',
      '42 s',
      '1 min',
      '3 min 5 s',
      '2 h 10 min',
      '1 d 1 h',
    ]);
    // never 60 of a unit
    fc.assert(
      fc.property(fc.nat(1e9), (ms) => {
        expect(length(ms)).not.toMatch(/\b60 (s|min)|\b24 h/);
      }),
    );
  });

  test('[CL14] names of the machine', () => {
    expect(
      ['t_spin_double', 'bidsMet', 'near_death_survival', 'back_to_back', 'lines_cleared'].map(title),
    ).toEqual(['T-spin double', 'Bids met', 'Near-death survival', 'Back-to-back', 'Lines cleared']);
    expect([1, 2, 3, 4, 11, 21].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '21st']);
  });

  test('[CL14] who played', () => {
    const guest = `guest-${id}`;
    expect([null, '', 'ada', guest, 'guest-x'].map((account) => nameOf(account, 'me'))).toEqual([
      'bot',
      'bot',
      'ada',
      'guest 01a1',
      'guest-x',
    ]);
    expect(nameOf(guest, guest)).toBe('you');
    expect([...countTypes(['b', 'a', 'b'].map((type) => ({ type })))]).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });
});

describe('boards', () => {
  const margins = { width: 12, height: 46 };
  const size = fc.record({
    width: fc.integer({ min: 300, max: 4_000 }),
    height: fc.integer({ min: 200, max: 2_500 }),
  });

  test('[CL15] one to eight boards stand within the area', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), size, (boards, area) => {
        const { columns, isFull, cell } = layoutBoards(boards, area, margins);
        const rows = Math.ceil(boards / columns);
        expect(columns * (cell * (isFull ? 20 : 10) + margins.width)).toBeLessThanOrEqual(area.width + 1e-6);
        expect(rows * (cell * (isFull ? 20.6 : 20) + margins.height)).toBeLessThanOrEqual(area.height + 1e-6);
      }),
    );
  });

  test('[CL15] whole boards where they can be read, else fields as large as can be', () => {
    expect(layoutBoards(2, { width: 900, height: 600 }, margins)).toMatchObject({ columns: 2, isFull: true });
    expect(layoutBoards(2, { width: 330, height: 350 }, margins)).toMatchObject({
      columns: 2,
      isFull: false,
    });
    expect(layoutBoards(8, { width: 900, height: 600 }, margins)).toMatchObject({
      columns: 4,
      isFull: false,
    });
    expect(layoutBoards(1, { width: 330, height: 350 }, margins)).toMatchObject({ columns: 1, isFull: true });
  });
});
