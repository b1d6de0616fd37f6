/** The moves of a piece. Each is done wholly or not at all; what is impossible is no error. */
import type { Board } from './board.ts';
import { canFall, resetLockDelay } from './lock-delay.ts';
import { kicks } from './pieces.ts';
import { collides } from './rows.ts';

/** How a piece came to where it is; the fifth kick moves it so far that its T-spins are never mini. */
export const MOVED = 0;
export const TURNED = 1;
export const TURNED_FAR = 2;
const FAR_KICK = 4;

/** One column to the left (-1) or right (1). */
export function shift(board: Board, by: number): boolean {
  if (collides(board, board.piece, board.rotation, board.x + by, board.y)) return false;
  board.x += by;
  board.arrival = MOVED;
  resetLockDelay(board);
  return true;
}

/** A quarter turn (1 clockwise, 3 counter-clockwise), to the first of its kicks that fits. */
export function rotate(board: Board, turns: number): boolean {
  const { piece, x, y } = board;
  const rotation = (board.rotation + turns) & 3;
  const places = kicks(piece, board.rotation, turns);
  const fit = places.findIndex(([dx, dy]) => !collides(board, piece, rotation, x + dx, y + dy));
  if (fit < 0) return false;
  board.rotation = rotation;
  board.x = x + places[fit]![0];
  board.y = y + places[fit]![1];
  board.arrival = fit === FAR_KICK ? TURNED_FAR : TURNED;
  resetLockDelay(board);
  return true;
}

/** Lets the piece fall so many rows, or as far as it can; gives how far it fell. */
export function drop(board: Board, most: number): number {
  let rows = 0;
  while (rows < most && canFall(board)) {
    board.y--;
    rows++;
  }
  if (rows > 0) board.arrival = MOVED;
  return rows;
}
