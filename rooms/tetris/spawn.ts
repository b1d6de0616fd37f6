import type { Emit } from '../../src/match/rules.ts';
import type { Board } from './board.ts';
import { BLOCKED, goOut } from './ending.ts';
import { MOVED } from './movement.ts';
import { NONE, pieceName, spawnX, spawnY } from './pieces.ts';
import { fillQueue, nextPiece } from './queue.ts';
import { collides } from './rows.ts';

/** The next piece of the queue comes in. A prediction that knows none waits. */
export function spawnNext(board: Board, emit: Emit): void {
  const piece = nextPiece(board);
  if (piece === NONE) return;
  fillQueue(board);
  spawn(board, piece, emit);
}

/** A piece comes in at the top; where there is no room the seat is out. */
export function spawn(board: Board, piece: number, emit: Emit): void {
  board.piece = piece;
  board.x = spawnX;
  board.y = board.lowest = spawnY(piece);
  board.rotation = board.fallen = board.rested = board.resets = 0;
  board.arrival = MOVED;
  emit('piece_spawn', board.seat, { piece: pieceName(piece), x: board.x, y: board.y });
  if (collides(board, piece, 0, board.x, board.y)) goOut(board, BLOCKED);
}
