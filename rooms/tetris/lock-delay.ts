/** Extended placement: how long a piece may rest before it locks. */
import type { Board } from './board.ts';
import { collides } from './rows.ts';

/** Ticks that a piece may rest. */
const LOCK_DELAY = 30;
/** Resets for one piece, until it falls lower than ever. */
const MAX_RESETS = 15;

export function canFall(board: Board): boolean {
  return !collides(board, board.piece, board.rotation, board.x, board.y - 1);
}

/** After a move or turn. */
export function resetLockDelay(board: Board): void {
  if (board.rested === 0 || board.resets === MAX_RESETS) return;
  board.rested = 0;
  board.resets++;
}

/** Counts the ticks at rest. Once all resets are used they run on in the air too, so that nobody stays for ever. */
export function hasRested(board: Board): boolean {
  if (board.y < board.lowest) {
    board.lowest = board.y;
    board.rested = board.resets = 0;
  }
  const rests = !canFall(board);
  if (rests) board.fallen = 0;
  if (rests || board.resets === MAX_RESETS) board.rested++;
  return rests && board.rested > LOCK_DELAY;
}
