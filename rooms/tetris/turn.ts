/** What one seat does in one step. */
import type { Emit } from '../../src/match/rules.ts';
import * as actions from './actions.ts';
import { HEIGHT, type Board } from './board.ts';
import { CELL, gravityOf } from './gravity.ts';
import { lock } from './lock.ts';
import { hasRested } from './lock-delay.ts';
import { drop, rotate, shift } from './movement.ts';
import { NONE, spawnY } from './pieces.ts';
import { spawn, spawnNext } from './spawn.ts';
import type { TetrisState } from './tetris-state.ts';

export function stepBoard(state: TetrisState, board: Board, emit: Emit): void {
  if (board.piece === NONE) spawnNext(board, emit);
  const asked = board.pending;
  board.pending = 0;
  if (asked !== 0) act(board, asked, emit);
  if (board.out !== 0 || board.piece === NONE) return;
  if (asked & actions.HARD_DROP) {
    board.score += 2 * drop(board, HEIGHT);
    lock(state, board, emit);
  } else {
    fall(board);
    if (hasRested(board)) lock(state, board, emit);
  }
  if (asked & actions.SOFT_DROP_OFF) board.softDrop = 0;
}

/** All but the hard drop, in the order of the rules. */
function act(board: Board, asked: number, emit: Emit): void {
  if (asked & actions.HOLD) hold(board, emit);
  if (board.out === 0 && board.piece !== NONE) {
    if (asked & actions.ROTATE_CW) rotate(board, 1);
    if (asked & actions.ROTATE_CCW) rotate(board, 3);
    if (asked & actions.MOVE_LEFT) shift(board, -1);
    if (asked & actions.MOVE_RIGHT) shift(board, 1);
  }
  if (asked & actions.SOFT_DROP_ON) board.softDrop = 1;
  else if (asked & actions.SOFT_DROP_OFF) board.softDrop = 0;
}

/** Changes the piece with the one on hold, or with the next; once until a piece locks. */
function hold(board: Board, emit: Emit): void {
  if (board.holdUsed === 1 || board.piece === NONE) return;
  const held = board.hold;
  board.hold = board.piece;
  board.piece = NONE;
  board.holdUsed = 1;
  if (held === NONE) spawnNext(board, emit);
  else spawn(board, held, emit);
}

function fall(board: Board): void {
  const gravity = gravityOf(board.level, board.softDrop === 1);
  board.fallen += isComingIn(board) ? Math.max(CELL, gravity) : gravity;
  if (board.fallen < CELL) return;
  const rows = drop(board, Math.floor(board.fallen / CELL));
  board.fallen %= CELL;
  if (board.softDrop === 1) board.score += rows;
}

/** A new piece comes into sight, two rows below, at a row a tick at least, however slow the level. */
const isComingIn = (board: Board): boolean => board.lowest > spawnY(board.piece) - 2;
