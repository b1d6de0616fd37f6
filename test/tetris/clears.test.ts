import { describe, expect, test } from 'vitest';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { lock } from '../../rooms/tetris/lock.ts';
import { MOVED, TURNED, TURNED_FAR } from '../../rooms/tetris/movement.ts';
import { attackOf, isDifficult, pointsOf, type Clear } from '../../rooms/tetris/scoring.ts';
import { spinOf } from '../../rooms/tetris/spin.ts';
import { dataOf, draw, drawn, enter, pressEach, solo } from './support.ts';

const clear = (given: Partial<Clear>): Clear => ({
  lines: 1,
  spin: 'none',
  combo: 0,
  backToBack: -1,
  perfect: false,
  ...given,
});

const attacks = (spin: Clear['spin'], most: number, given: Partial<Clear> = {}): number[] =>
  Array.from({ length: most }, (_, at) => attackOf(clear({ lines: at + 1, spin, ...given })));

const points = (spin: Clear['spin'], most: number, given: Partial<Clear> = {}, level = 1): number[] =>
  Array.from({ length: most + 1 }, (_, lines) =>
    pointsOf(clear({ lines, spin, combo: -1, ...given }), level),
  );

describe('spins', () => {
  /** A T in the box at 3, 0 with these corners taken, clockwise from the upper left. */
  function spin(corners: string, rotation: number, arrival: number, piece = 'T') {
    const { board } = solo();
    const [a, b, c, d] = corners;
    draw(board, `___${a}_${b}____`, '__________', `___${d}_${c}____`);
    enter(board, piece);
    Object.assign(board, { x: 3, y: 0, rotation, arrival });
    return spinOf(board);
  }

  test('[T11] three corners, after a rotation; the two in front decide whether it is mini', () => {
    expect(['XXX_', '_XXX', 'X_XX', 'XX_X', 'XXXX'].map((corners) => spin(corners, 0, TURNED))).toEqual([
      'normal',
      'mini',
      'mini',
      'normal',
      'normal',
    ]);
    expect([0, 1, 2, 3].map((rotation) => spin('XX_X', rotation, TURNED))).toEqual([
      'normal',
      'mini',
      'mini',
      'normal',
    ]);
  });

  test('[T11] two corners, another way to get there or another piece are none', () => {
    expect([spin('X_X_', 0, TURNED), spin('XXXX', 0, MOVED), spin('XXXX', 0, TURNED, 'S')]).toEqual([
      'none',
      'none',
      'none',
    ]);
  });

  test('[T11] the far kick makes it whole', () => {
    expect([spin('_XXX', 0, TURNED), spin('_XXX', 0, TURNED_FAR)]).toEqual(['mini', 'normal']);
  });

  test('[T11] walls and floor are taken', () => {
    const { board } = solo();
    draw(board, 'X_________', '__________');
    enter(board, 'T');
    Object.assign(board, { x: 0, y: -1, rotation: 2, arrival: TURNED });
    expect(spinOf(board)).toBe('normal');
    Object.assign(board, { x: -1, y: 5, rotation: 1, arrival: TURNED });
    expect(spinOf(board)).toBe('none');
  });
});

describe('a clear', () => {
  test('[T1] takes the row and its colours out, and leaves none at the top', () => {
    const { state, board } = solo();
    draw(board, ...Array<string>(39).fill('X_________'), 'XXX____XXX');
    enter(board, 'I');
    board.y = -2;
    pressEach(state, 0, HARD_DROP);
    expect(drawn(board)).toEqual(Array<string>(39).fill('X_________'));
    const colours = Array.from({ length: 40 }, (_, y) => [board.colours[y * 2], board.colours[y * 2 + 1]]);
    expect(colours).toEqual([...Array<number[]>(39).fill([8, 0]), [0, 0]]);
  });
});

describe('attack', () => {
  test('[T12] by lines and spin', () => {
    expect([attacks('none', 4), attacks('mini', 2), attacks('normal', 3)]).toEqual([
      [0, 1, 2, 4],
      [0, 1],
      [2, 4, 6],
    ]);
    expect(attackOf(clear({ lines: 0, spin: 'normal', combo: -1, backToBack: 3 }))).toBe(0);
  });

  test('[T12] back-to-back from the second, perfect clear, and combos that stop growing', () => {
    expect([-1, 0, 1, 2, 30].map((backToBack) => attackOf(clear({ lines: 4, backToBack })))).toEqual([
      4, 4, 5, 5, 5,
    ]);
    expect(attacks('none', 4, { perfect: true })).toEqual([10, 11, 12, 14]);
    const combos = Array.from({ length: 14 }, (_, combo) => attackOf(clear({ combo })));
    expect(combos).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5]);
  });

  test('[T13] difficult clears are four lines, and spins with lines', () => {
    expect([1, 2, 3, 4].map((lines) => isDifficult(lines, 'none'))).toEqual([false, false, false, true]);
    expect([0, 1, 2, 3].map((lines) => isDifficult(lines, 'normal'))).toEqual([false, true, true, true]);
    expect([isDifficult(0, 'mini'), isDifficult(1, 'mini')]).toEqual([false, true]);
  });

  test('[T13] combo and back-to-back from lock to lock', () => {
    const { state, board } = solo();
    const counts = ['I', 'I', 'O', 'O', 'I'].map((name, at) => {
      const gap = name === 'I' ? '___X______' : '___XX_____';
      const rows = name === 'I' ? 4 : 2;
      const full = [...gap].map((cell) => (cell === 'X' ? '_' : 'X')).join('');
      // the fourth piece, O, clears nothing
      draw(board, ...(at === 3 ? [] : ['X_________', ...Array<string>(rows).fill(full)]));
      enter(board, name);
      Object.assign(board, name === 'I' ? { x: 1, y: 0, rotation: 1 } : { x: 2, y: -1 });
      lock(state, board, () => {});
      return [board.combo, board.backToBack];
    });
    expect(counts).toEqual([
      [0, 0],
      [1, 1],
      [2, -1],
      [-1, -1],
      [0, 0],
    ]);
  });
});

describe('points', () => {
  test('[T14] by lines and spin, times the level', () => {
    expect(points('none', 4)).toEqual([0, 100, 300, 500, 800]);
    expect(points('mini', 2)).toEqual([100, 200, 400]);
    expect(points('normal', 3, {}, 3)).toEqual([1200, 2400, 3600, 4800]);
  });

  test('[T14] half more for back-to-back, 50 a combo, perfect clears', () => {
    expect(points('normal', 3, { backToBack: 1 }).slice(1)).toEqual([1200, 1800, 2400]);
    expect([0, 1, 2].map((combo) => pointsOf(clear({ combo }), 2))).toEqual([200, 300, 400]);
    expect(points('none', 4, { perfect: true }).slice(1)).toEqual([900, 1500, 2300, 2800]);
    expect(pointsOf(clear({ lines: 4, backToBack: 1, perfect: true }), 1)).toBe(1200 + 3200);
  });

  test('[T14] the level before the clear counts, and a hard drop is on top', () => {
    const { state, board } = solo();
    board.lines = 9;
    draw(board, 'X_________', 'XXX____XXX');
    enter(board, 'I');
    board.y = 3;
    const told = pressEach(state, 0, HARD_DROP);
    expect([board.score, board.level]).toEqual([100 + 2 * 5, 2]);
    expect(drawn(board)).toEqual(['X_________']);
    expect(dataOf(told, 'line_clear')).toEqual([
      { rows: [0], count: 1, spin: 'none', combo: 0, b2b: -1, perfect: false, attack: 0 },
    ]);
  });
});
