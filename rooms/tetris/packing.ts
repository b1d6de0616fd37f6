/** How boards stand in the state that clients see: a row and a piece are one number each. */
import { pieceNumber, pieceName, type PieceName } from './pieces.ts';
import { GARBAGE_COLOUR } from './rows.ts';
import type { BoardView, PieceView } from './view.ts';

const WIDTH = 10;
const GARBAGE_ROW = 2 ** 30;

/** Three bits a cell from column 0: 0 empty, 1 to 7 the piece + 1. A garbage row has bit 30, and 1 for its cells. */
export function packRow(row: number): number {
  let packed = 0;
  for (let x = 0, rest = row; x < WIDTH; x++, rest = Math.floor(rest / 16)) {
    const colour = rest % 16;
    if (colour === GARBAGE_COLOUR) packed |= GARBAGE_ROW | (1 << (x * 3));
    else packed |= colour << (x * 3);
  }
  return packed;
}

/** The colours of a packed row, by column, as in a view: 0 to 8. */
export function unpackRow(packed: number): number[] {
  const isGarbage = (packed & GARBAGE_ROW) !== 0;
  return Array.from({ length: WIDTH }, (_, x) => {
    const cell = (packed >> (x * 3)) & 7;
    return isGarbage && cell !== 0 ? GARBAGE_COLOUR : cell;
  });
}

/** 0 for none, else (number + 1) | rotation << 3 | (x + 4) << 5 | (y + 4) << 9. */
export function packPiece(piece: PieceView | null): number {
  if (!piece) return 0;
  return (pieceNumber(piece.type) + 1) | (piece.rotation << 3) | ((piece.x + 4) << 5) | ((piece.y + 4) << 9);
}

export function unpackPiece(packed: number): PieceView | null {
  if (packed === 0) return null;
  const type: PieceName = pieceName((packed & 7) - 1);
  return { type, rotation: (packed >> 3) & 3, x: ((packed >> 5) & 15) - 4, y: (packed >> 9) - 4 };
}

/** FNV-1a, 32 bits, of what changes at a lock alone: a prediction that had the same lock has the same hash. */
export function boardHash(
  board: Pick<BoardView, 'rows' | 'lines' | 'combo' | 'backToBack' | 'received' | 'placed'>,
): number {
  const { rows, lines, combo, backToBack, received, placed } = board;
  let hash = 0x811c9dc5;
  for (const word of [...rows.map(packRow), lines, combo, backToBack, received, placed]) {
    hash = Math.imul(hash ^ (word & 0xffff), 0x01000193);
    hash = Math.imul(hash ^ (word >>> 16), 0x01000193);
  }
  return hash >>> 0;
}
