import { describe, expect, test } from 'vitest';
import { HARD_DROP, HOLD } from '../../rooms/tetris/actions.ts';
import { pieceName } from '../../rooms/tetris/pieces.ts';
import { dataOf, draw, enter, newMatch, options, press, pressEach, run, solo, type Told } from './support.ts';

describe('events', () => {
  test('[T29] a match begins with its players and options, and a piece for each', () => {
    const state = newMatch(1, { players: 3 });
    const piece = 'IJLOSTZ'[state.boards[0]!.queue[0]!]!;
    const spawn = { piece, x: 3, y: piece === 'I' ? 19 : 20 };
    expect(run(state, 1)).toEqual([
      { type: 'game_start', seat: null, data: { players: [0, 1, 2], options: options({ players: 3 }) } },
      ...[0, 1, 2].map((seat): Told => ({ type: 'piece_spawn', seat, data: spawn })),
    ]);
  });

  test('[T29] a lock with its board and score after the clear, the clear, the garbage and the next piece, in this order', () => {
    const state = newMatch(1);
    run(state, 1);
    const board = state.boards[0]!;
    board.score = 40;
    draw(board, 'X________X', ...Array<string>(4).fill('XXX_XXXXXX'));
    enter(board, 'I');
    Object.assign(board, { x: 1, y: 2, rotation: 1 });
    const told = pressEach(state, 0, HARD_DROP);
    expect(told).toEqual([
      {
        type: 'piece_lock',
        seat: 0,
        data: { piece: 'I', x: 1, y: 0, rotation: 1, spin: 'none', board: '201', score: 844 },
      },
      {
        type: 'line_clear',
        seat: 0,
        data: { rows: [0, 1, 2, 3], count: 4, spin: 'none', combo: 0, b2b: 0, perfect: false, attack: 4 },
      },
      { type: 'piece_spawn', seat: 0, data: { piece: pieceName(board.piece), x: board.x, y: board.y } },
      { type: 'garbage_sent', seat: 0, data: { target: 1, rows: 4 } },
    ]);
  });

  test('[T29] rows that clear need not lie together', () => {
    const { state, board } = solo();
    draw(board, 'XXX_XXXXXX', '__X_______', 'XXX_XXXXXX', 'XX__XXXXXX');
    enter(board, 'I');
    Object.assign(board, { x: 1, y: 0, rotation: 1 });
    expect(dataOf(pressEach(state, 0, HARD_DROP), 'line_clear')).toMatchObject([{ rows: [1, 3], count: 2 }]);
  });

  test('[T29] a perfect clear', () => {
    const { state, board } = solo();
    draw(board, 'XXX____XXX');
    enter(board, 'I');
    const told = pressEach(state, 0, HARD_DROP);
    expect(dataOf(told, 'line_clear')).toMatchObject([{ perfect: true, attack: 10 }]);
    expect(dataOf(told, 'piece_lock')).toMatchObject([{ board: '' }]);
  });

  test('[T29] hold tells the piece that comes in', () => {
    const { state, board } = solo();
    const told = pressEach(state, 0, HOLD);
    expect(told.map(({ type, seat, data }) => [type, seat, (data as { piece: string }).piece])).toEqual([
      ['piece_spawn', 0, pieceName(board.piece)],
    ]);
  });

  test('[T29] the end: who went out, then the whole table', () => {
    const state = newMatch(1);
    run(state, 1);
    const board = state.boards[1]!;
    draw(board, ...Array<string>(20).fill('___XXXX___'));
    enter(board, 'O');
    state.boards[0]!.score = 70;
    press(state, 1, HARD_DROP);
    const told = run(state, 1);
    expect(told.slice(-2)).toEqual([
      { type: 'elimination', seat: 1, data: { placement: 2, reason: 'lock_out' } },
      {
        type: 'game_end',
        seat: null,
        data: {
          placements: [1, 2],
          scores: [70, 2],
          lines_cleared: [0, 0],
          garbage_sent: [0, 0],
          garbage_received: [0, 0],
          pieces_placed: [0, 1],
          duration_ms: [33, 33],
        },
      },
    ]);
  });
});
