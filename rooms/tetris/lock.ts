import type { Emit } from '../../src/match/rules.ts';
import { VISIBLE_HEIGHT, type Board } from './board.ts';
import { goOut, LOCKED_ABOVE, PUSHED_OUT } from './ending.ts';
import { cancel, enterGarbage } from './garbage.ts';
import { levelOf } from './gravity.ts';
import { NONE, pieceName, shapeAt, SHAPES } from './pieces.ts';
import { boardText, clearFullRows, place, stackHeight } from './rows.ts';
import { attackOf, isDifficult, pointsOf, type Clear } from './scoring.ts';
import { spawnNext } from './spawn.ts';
import { spinOf, type Spin } from './spin.ts';
import type { TetrisState } from './tetris-state.ts';

/** The piece becomes part of the stack, with all that follows from it, and the next one comes in. */
export function lock(state: TetrisState, board: Board, emit: Emit): void {
  const spin = spinOf(board);
  const { piece, x, y, rotation } = board;
  if (isAbove(board)) goOut(board, LOCKED_ABOVE);
  place(board);
  const rows = clearFullRows(board);
  board.piece = NONE;
  board.holdUsed = 0;
  board.placed++;
  const clear = count(board, rows.length, spin);
  board.score += pointsOf(clear, board.level);
  const locked = { piece: pieceName(piece), x, y, rotation, spin };
  emit('piece_lock', board.seat, { ...locked, board: boardText(board), score: board.score });
  attackWith(state, board, rows, clear, emit);
  if (rows.length === 0 && !enterGarbage(board, state.tick, emit)) goOut(board, PUSHED_OUT);
  if (board.out === 0) spawnNext(board, emit);
}

/** Whether every cell of the piece is above what is seen. */
function isAbove(board: Board): boolean {
  const shape = shapeAt(board.piece, board.rotation);
  const lowest = [0, 1, 2, 3].find((row) => SHAPES[shape + row] !== 0)!;
  return board.y + lowest >= VISIBLE_HEIGHT;
}

function attackWith(
  state: TetrisState,
  board: Board,
  rows: readonly number[],
  clear: Clear,
  emit: Emit,
): void {
  const attack = attackOf(clear);
  board.lines += rows.length;
  board.level = levelOf(state.startLevel, board.lines);
  board.attack += attack;
  board.outgoing = cancel(board, attack);
  if (rows.length === 0) return;
  const { lines, spin, combo, backToBack, perfect } = clear;
  emit('line_clear', board.seat, { rows, count: lines, spin, combo, b2b: backToBack, perfect, attack });
}

/** Counts combo and back-to-back on. A spin without lines ends the combo and keeps back-to-back. */
function count(board: Board, lines: number, spin: Spin): Clear {
  board.combo = lines > 0 ? board.combo + 1 : -1;
  if (lines > 0) board.backToBack = isDifficult(lines, spin) ? board.backToBack + 1 : -1;
  const { combo, backToBack } = board;
  return { lines, spin, combo, backToBack, perfect: lines > 0 && stackHeight(board) === 0 };
}
