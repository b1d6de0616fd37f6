import { describe, expect, test } from 'vitest';
import {
  HARD_DROP,
  HOLD,
  MOVE_LEFT,
  MOVE_RIGHT,
  ROTATE_CCW,
  ROTATE_CW,
  SOFT_DROP_OFF,
  SOFT_DROP_ON,
} from '../../rooms/tetris/actions.ts';
import { gravityOf, levelOf } from '../../rooms/tetris/gravity.ts';
import { pieceName } from '../../rooms/tetris/pieces.ts';
import { dataOf, draw, drawn, enter, press, pressEach, run, solo, soloWith } from './support.ts';

describe('a step', () => {
  test('[T6] hold, rotation, move, soft drop and hard drop, in this order', () => {
    const { state, board } = soloWith('O');
    board.queue[0] = 5;
    pressEach(state, 0, HOLD | ROTATE_CW | MOVE_LEFT | SOFT_DROP_ON | HARD_DROP);
    expect(pieceName(board.hold)).toBe('O');
    expect(drawn(board)).toEqual(['___X______', '___XX_____', '___X______']);
  });

  test('[T6] rotation comes before the move', () => {
    const { state, board } = soloWith('I');
    board.x = 7;
    board.rotation = 1;
    // upright in the last column: a move to the right is possible only before it turns
    pressEach(state, 0, ROTATE_CCW | MOVE_RIGHT);
    expect([board.rotation, board.x]).toEqual([0, 6]);
  });

  test('[T6] after a hard drop the next piece is there in the same tick, and has not moved', () => {
    const { state, board } = soloWith('T');
    const told = pressEach(state, 0, HARD_DROP);
    expect(told.map(({ type }) => type)).toEqual(['piece_lock', 'piece_spawn']);
    expect(dataOf(told, 'piece_spawn')).toEqual([{ piece: pieceName(board.piece), x: board.x, y: board.y }]);
  });

  test('[T7] soft drop is 20 times as fast, stays on from piece to piece, and gives a point a row', () => {
    const { state, board } = soloWith('T');
    press(state, 0, SOFT_DROP_ON);
    run(state, 30);
    // 30 ticks of 20 * 1,092 / 65,536
    expect([board.y, board.score]).toEqual([18 - 9, 9]);
    enter(board, 'O');
    run(state, 12);
    expect(board.score).toBe(9 + 2 + 3);
    pressEach(state, 0, SOFT_DROP_OFF);
    const { score } = board;
    run(state, 100);
    expect(board.score).toBe(score);
  });

  test('[T7] on and off in one tick is a soft drop of that tick', () => {
    const { state, board } = soloWith('T');
    board.fallen = 0;
    pressEach(state, 0, SOFT_DROP_ON | SOFT_DROP_OFF);
    expect([board.fallen, board.softDrop]).toEqual([20 * 1092, 0]);
  });

  test('[T7] a hard drop gives two points a row', () => {
    const { state, board } = soloWith('T');
    pressEach(state, 0, HARD_DROP);
    expect(board.score).toBe(2 * (18 + 1));
  });

  test('[T7] a hard drop ends a soft drop of one tick as well', () => {
    const { state, board } = soloWith('T');
    pressEach(state, 0, SOFT_DROP_ON | SOFT_DROP_OFF | HARD_DROP);
    expect(board.softDrop).toBe(0);
  });
});

describe('speed', () => {
  test('[T8] is that of the guideline at every level', () => {
    for (let level = 1; level <= 20; level++) {
      const seconds = (0.8 - (level - 1) * 0.007) ** (level - 1);
      expect(gravityOf(level, false)).toBe(Math.round(65_536 / 60 / seconds));
    }
  });

  test('[T8] a level is ten lines, from startLevel to 20', () => {
    expect([0, 9, 10, 19, 20, 500].map((lines) => levelOf(1, lines))).toEqual([1, 1, 2, 2, 3, 20]);
    expect([0, 49, 50, 60].map((lines) => levelOf(15, lines))).toEqual([15, 19, 20, 20]);
  });

  test.each([
    [1, 61],
    [5, 22],
    [10, 4],
  ])('[T8] level %i falls a row in %i ticks', (startLevel, ticks) => {
    const { state, board } = solo({ startLevel });
    enter(board, 'T');
    run(state, 2);
    board.fallen = 0;
    const { y } = board;
    run(state, ticks - 1);
    expect(board.y).toBe(y);
    run(state, 1);
    expect(board.y).toBe(y - 1);
  });

  test('[T8] at level 20 a piece is down in its first tick', () => {
    const { state, board } = solo({ startLevel: 15 });
    board.level = 20;
    enter(board, 'O');
    run(state, 1);
    expect(board.y).toBe(-1);
  });

  test('[T8] the tenth line raises the level', () => {
    const { state, board } = solo();
    board.lines = 9;
    draw(board, 'XXX____XXX');
    enter(board, 'I');
    pressEach(state, 0, HARD_DROP);
    expect([board.lines, board.level]).toEqual([10, 2]);
  });
});
