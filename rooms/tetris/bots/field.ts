/** A board as a bot imagines it: rows alone, as in rows.ts. */
import { FLOOR, ROWS, WIDTH } from '../board.ts';
import { shapeAt, SHAPES } from '../pieces.ts';
import { collides, EMPTY_ROW, FULL_ROW, WALL } from '../rows.ts';
import { colourAt } from '../view.ts';

export interface Field {
  readonly rows: Int32Array;
  /** Rows from the floor to the highest that may be occupied. */
  height: number;
}

export interface Place {
  readonly piece: number;
  readonly rotation: number;
  readonly x: number;
  readonly y: number;
}

export function fieldOf(rows: readonly number[]): Field {
  const field = { rows: new Int32Array(ROWS).fill(EMPTY_ROW).fill(FULL_ROW, 0, FLOOR), height: rows.length };
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < WIDTH; x++) if (colourAt(row, x) > 0) field.rows[y + FLOOR]! |= 1 << (x + WALL);
  }
  return field;
}

/** Where the piece comes to rest when it falls from this place. */
export function landing(field: Field, { piece, rotation, x, y }: Place): Place {
  let low = y;
  while (!collides(field, piece, rotation, x, low - 1)) low--;
  return { piece, rotation, x, y: low };
}

/** A new field with the piece in it and full rows taken out. */
export function withPiece(field: Field, { piece, rotation, x, y }: Place): { field: Field; lines: number } {
  const rows = field.rows.slice();
  const shape = shapeAt(piece, rotation);
  let lines = 0;
  for (let row = 3; row >= 0; row--) {
    const at = y + row + FLOOR;
    if (SHAPES[shape + row] === 0) continue;
    rows[at]! |= SHAPES[shape + row]! << (x + WALL);
    if (rows[at] !== FULL_ROW) continue;
    rows.copyWithin(at, at + 1);
    lines++;
  }
  return { field: { rows, height: Math.max(field.height, y + 4) - lines }, lines };
}
