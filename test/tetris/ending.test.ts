import { describe, expect, test } from 'vitest';
import { HARD_DROP, HOLD, MOVE_LEFT } from '../../rooms/tetris/actions.ts';
import { addPacket } from '../../rooms/tetris/garbage.ts';
import { hashState, tetrisRules, type TetrisState } from '../../rooms/tetris/rules.ts';
import { dataOf, draw, enter, newMatch, press, pressEach, run, solo } from './support.ts';

/** All these seats go out in the next step. */
function endSeats(state: TetrisState, ...seats: number[]): void {
  for (const seat of seats) {
    const board = state.boards[seat]!;
    draw(board, ...Array<string>(20).fill('___XXXX___'));
    enter(board, 'O');
    press(state, seat, HARD_DROP);
  }
}

const placements = (state: TetrisState): number[] => state.boards.map(({ placement }) => placement);

function started(players: number, given = {}): TetrisState {
  const state = newMatch(5, { players, ...given });
  run(state, 1);
  return state;
}

describe('a seat is out', () => {
  test('[T21] when a piece has no room to come in', () => {
    const { state, board } = solo();
    draw(board, ...Array<string>(22).fill('XXXX______'));
    enter(board, 'O');
    Object.assign(board, { x: 6, y: 10, lowest: 10, out: 0 });
    board.queue[0] = 5;
    const told = pressEach(state, 0, HARD_DROP);
    expect(dataOf(told, 'elimination')).toEqual([{ placement: 1, reason: 'block_out' }]);
    expect(state.over).toBe(1);
  });

  test('[T21] also when it comes from hold', () => {
    const { state, board } = solo();
    board.hold = 0;
    draw(board, ...Array<string>(22).fill('XXXX______'));
    enter(board, 'O');
    Object.assign(board, { x: 6, y: 10, lowest: 10, out: 0 });
    expect(dataOf(pressEach(state, 0, HOLD | MOVE_LEFT | HARD_DROP), 'elimination')).toHaveLength(1);
    expect(board.placed).toBe(0);
  });

  test('[T21] when a piece locks wholly above row 19, not when a cell of it is below', () => {
    for (const [height, reasons] of [
      [20, [{ placement: 1, reason: 'lock_out' }]],
      [19, []],
    ] as const) {
      const { state, board } = solo();
      draw(board, ...Array<string>(height).fill('XX________'));
      enter(board, 'O');
      board.x = -1;
      board.queue[0] = 5;
      expect(dataOf(pressEach(state, 0, HARD_DROP), 'elimination')).toEqual(reasons);
    }
  });

  test('[T21] when garbage pushes the stack out at the top', () => {
    for (const [rows, reasons] of [
      [3, [{ placement: 1, reason: 'top_out' }]],
      [2, []],
    ] as const) {
      const { state, board } = solo();
      draw(board, ...Array<string>(38).fill('X_________'));
      addPacket(board, { rows, hole: 4, source: 0, due: 0 });
      enter(board, 'O');
      expect(dataOf(pressEach(state, 0, HARD_DROP), 'elimination')).toEqual(reasons);
    }
  });

  test('[T21] also when only the first of two packets pushes something out', () => {
    const { state, board } = solo();
    draw(board, '________X_', ...Array<string>(39).fill('__________'));
    for (const hole of [4, 5]) addPacket(board, { rows: 1, hole, source: 0, due: 0 });
    enter(board, 'O');
    const told = pressEach(state, 0, HARD_DROP);
    expect(dataOf(told, 'elimination')).toEqual([{ placement: 1, reason: 'top_out' }]);
  });
});

describe('placements', () => {
  test('[T22] from the last to the first', () => {
    const state = started(4);
    for (const seat of [2, 0]) {
      endSeats(state, seat);
      run(state, 10);
    }
    expect([placements(state), tetrisRules.result(state)]).toEqual([[3, 0, 4, 0], null]);
    endSeats(state, 3);
    run(state, 1);
    expect(placements(state)).toEqual([3, 1, 4, 2]);
    expect(tetrisRules.result(state)!.map(({ placement }) => placement)).toEqual([3, 1, 4, 2]);
  });

  test('[T22] who goes out in the same tick shares; all at once are all first', () => {
    const four = started(4);
    endSeats(four, 1, 2);
    run(four, 1);
    expect(placements(four)).toEqual([0, 3, 3, 0]);
    endSeats(four, 0, 3);
    run(four, 1);
    expect([placements(four), four.over]).toEqual([[1, 3, 3, 1], 1]);
  });

  test('[T23] a seat with the lines ends the match, and is ahead whatever the score', () => {
    const state = started(3, { lines: 40 });
    Object.assign(state.boards[0]!, { score: 9000, lines: 39 });
    Object.assign(state.boards[1]!, { score: 10, lines: 40 });
    Object.assign(state.boards[2]!, { score: 9000 });
    run(state, 1);
    expect([placements(state), state.over]).toEqual([[2, 1, 2], 1]);
  });

  test('[T23] the limit of ticks ends the match, and the score decides; who is out stays behind', () => {
    const state = started(4, { ticks: 100 });
    for (const [seat, score] of [5, 0, 90, 90].entries()) state.boards[seat]!.score = score;
    endSeats(state, 2);
    run(state, 98);
    expect([state.tick, state.over]).toEqual([99, 0]);
    run(state, 1);
    expect([placements(state), state.over, state.tick]).toEqual([[2, 3, 4, 1], 1, 100]);
  });

  test('[T23] a solo match ends at its lines', () => {
    const { state, board } = solo({ lines: 1 });
    draw(board, 'XXX____XXX');
    enter(board, 'I');
    expect(dataOf(pressEach(state, 0, HARD_DROP), 'game_end')).toHaveLength(1);
    expect(tetrisRules.result(state)).toMatchObject([{ seat: 0, placement: 1, stats: { lines_cleared: 1 } }]);
  });

  test('[T23] after the end nothing changes any more', () => {
    const { state } = solo({ ticks: 5 });
    run(state, 4);
    const hash = hashState(state);
    expect(run(state, 10)).toEqual([]);
    expect(hashState(state)).toBe(hash);
  });

  test('[T24] the figures of a seat', () => {
    const state = started(2);
    const [first, second] = state.boards as [TetrisState['boards'][0], TetrisState['boards'][0]];
    draw(first, 'X_________', ...Array<string>(4).fill('XXX_XXXXXX'));
    enter(first, 'I');
    Object.assign(first, { x: 1, y: 0, rotation: 1 });
    addPacket(first, { rows: 1, hole: 0, source: 1, due: 0 });
    pressEach(state, 0, HARD_DROP);
    run(state, 28);
    pressEach(state, 1, HARD_DROP);
    endSeats(state, 1);
    run(state, 1);
    expect(state.tick).toBe(32);
    expect(tetrisRules.result(state)).toEqual([
      {
        seat: 0,
        placement: 1,
        score: 800,
        stats: {
          lines_cleared: 4,
          garbage_sent: 3,
          garbage_received: 0,
          pieces_placed: 1,
          duration_ms: 533,
          level: 1,
          attack: 4,
        },
      },
      {
        seat: 1,
        placement: 2,
        score: second.score,
        stats: {
          lines_cleared: 0,
          garbage_sent: 0,
          garbage_received: 3,
          pieces_placed: 2,
          duration_ms: 533,
          level: 1,
          attack: 0,
        },
      },
    ]);
  });
});
