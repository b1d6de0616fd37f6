import type { Board } from './board.ts';
import { MOVED, TURNED_FAR } from './movement.ts';
import { T } from './pieces.ts';
import { isTaken } from './rows.ts';

export type Spin = 'none' | 'mini' | 'normal';

/**
 * The T-spin of the piece where it is: by the three-corner rule a T that got there by turning and has three of the four
 * corners of its box taken. Mini, unless both corners in front of it are, or it came by the far kick.
 */
export function spinOf(board: Board): Spin {
  if (board.piece !== T || board.arrival === MOVED) return 'none';
  const corners = [
    cornerAt(board, 0, 2),
    cornerAt(board, 2, 2),
    cornerAt(board, 2, 0),
    cornerAt(board, 0, 0),
  ];
  if (corners.filter(Boolean).length < 3) return 'none';
  const frontTaken = corners[board.rotation]! && corners[(board.rotation + 1) & 3]!;
  return frontTaken || board.arrival === TURNED_FAR ? 'normal' : 'mini';
}

const cornerAt = (board: Board, x: number, y: number): boolean => isTaken(board, board.x + x, board.y + y);
