import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import { colourAt } from '../../rooms/tetris/view.ts';
import { draw, enter, keysOf, newMatch, playTick, pressEach, run, solo } from './support.ts';

const viewText = (state: ReturnType<typeof newMatch>, seat: number | null = null): string =>
  JSON.stringify(tetrisRules.visible(state, seat));

describe('a view', () => {
  test('[T34] stays the same whatever the generators and the hidden pieces are', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 400 }), fc.integer(), (n, ticks, secret) => {
        const state = newMatch(n, { players: 3 });
        const players = keysOf(n);
        for (let i = 0; i < ticks; i++) playTick(state, players);
        const before = viewText(state);
        state.chance.fill(secret);
        for (const board of state.boards) {
          board.bag.fill(secret);
          board.queue.fill(secret, 5);
        }
        expect(viewText(state)).toBe(before);
        expect([viewText(state, 0), viewText(state, 2)]).toEqual([before, before]);
      }),
      { numRuns: 50 },
    );
  });

  test('[T34] holds no more than the next five', () => {
    const state = newMatch(3);
    for (const { next } of tetrisRules.visible(state, 0).boards) expect(next).toMatch(/^[IJLOSTZ]{5}$/);
  });

  test('[T34] holds no field that nobody has thought of', () => {
    const { state } = solo();
    const view = tetrisRules.visible(state, null);
    expect(Object.keys(view)).toEqual(['tick', 'phase', 'options', 'boards']);
    expect(Object.keys(view.boards[0]!).join(' ')).toBe(
      'rows piece motion hold holdUsed next drawn garbage lines score level combo backToBack placed attack sent received alive placement',
    );
  });

  test('[T35] stays as it was when the match goes on', () => {
    const state = newMatch(4);
    const players = keysOf(4);
    for (let i = 0; i < 200; i++) playTick(state, players);
    const view = tetrisRules.visible(state, 0);
    const before = JSON.stringify(view);
    for (let i = 0; i < 500; i++) playTick(state, players);
    expect(JSON.stringify(view)).toBe(before);
    expect(viewText(state)).not.toBe(before);
  });

  test('[T35] rows are the same array until something in them changes', () => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        const state = newMatch(n);
        const players = keysOf(n);
        let rows: readonly number[] = [];
        for (let i = 0; i < 400; i++) {
          playTick(state, players);
          const after = tetrisRules.visible(state, null).boards[0]!.rows;
          const changed = JSON.stringify(after) !== JSON.stringify(rows);
          if (i > 0) expect(after === rows).toBe(!changed);
          const loaded = tetrisRules.decode(tetrisRules.encode(state));
          expect(tetrisRules.visible(loaded, null).boards[0]!.rows).toEqual(after);
          rows = after;
        }
      }),
      { numRuns: 10 },
    );
  });

  test('[T1] [T35] the colours of cells, from the floor up', () => {
    const { state, board } = solo();
    draw(board, 'X________X');
    enter(board, 'O');
    pressEach(state, 0, HARD_DROP);
    const { rows } = tetrisRules.visible(state, 0).boards[0]!;
    const colours = rows.map((row) => Array.from({ length: 10 }, (_, x) => colourAt(row, x)).join(''));
    expect(colours).toEqual(['8000440008', '0000440000']);
    expect(rows[0]).toBe(8 * 16 ** 9 + 4 * 16 ** 5 + 4 * 16 ** 4 + 8);
  });

  test('[T24] phase, life and placement', () => {
    const { state } = solo({ ticks: 3 });
    expect(tetrisRules.visible(state, 0)).toMatchObject({
      phase: 'playing',
      boards: [{ alive: true, placement: 0 }],
    });
    run(state, 2);
    expect(tetrisRules.visible(state, 0)).toMatchObject({
      phase: 'over',
      boards: [{ alive: true, placement: 1 }],
    });
  });
});
