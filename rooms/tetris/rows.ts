/**
 * The rows of a board. A row is a mask with bit WALL + x for column x; all other bits are set, they are the walls. Its
 * colours are two words of five cells, four bits a cell from the left: 0 empty, 1 to 7 the piece + 1, 8 garbage.
 */
import { FLOOR, HEIGHT, ROWS, WIDTH, type Board } from './board.ts';
import { shapeAt, SHAPES } from './pieces.ts';

/** Columns of wall to the left, enough for every kick. */
export const WALL = 8;
const CELLS = (1 << WIDTH) - 1;
export const EMPTY_ROW = ~(CELLS << WALL);
export const FULL_ROW = -1;
export const GARBAGE_COLOUR = 8;

export function clearRows(board: Board): void {
  board.rows.fill(EMPTY_ROW).fill(FULL_ROW, 0, FLOOR);
  board.colours.fill(0);
  board.rowsSeen = null;
}

/** Whether a piece at this place would overlap the walls, the floor or the stack. */
export function collides(
  { rows }: Pick<Board, 'rows'>,
  piece: number,
  rotation: number,
  x: number,
  y: number,
): boolean {
  const shape = shapeAt(piece, rotation);
  const row = y + FLOOR;
  const shift = x + WALL;
  return (
    ((rows[row]! & (SHAPES[shape]! << shift)) |
      (rows[row + 1]! & (SHAPES[shape + 1]! << shift)) |
      (rows[row + 2]! & (SHAPES[shape + 2]! << shift)) |
      (rows[row + 3]! & (SHAPES[shape + 3]! << shift))) !==
    0
  );
}

/** The occupied columns of row y as a mask, bit x for column x. */
export const maskOf = (board: Board, y: number): number => (board.rows[y + FLOOR]! >> WALL) & CELLS;

/** Whether the cell is taken; walls and floor are. */
export const isTaken = (board: Board, x: number, y: number): boolean =>
  (board.rows[y + FLOOR]! & (1 << (x + WALL))) !== 0;

/** Number of rows from the floor to the highest occupied one. */
export function stackHeight(board: Board): number {
  let height = HEIGHT;
  while (height > 0 && board.rows[height - 1 + FLOOR] === EMPTY_ROW) height--;
  return height;
}

/** Puts the piece into the rows. */
export function place(board: Board): void {
  const shape = shapeAt(board.piece, board.rotation);
  for (let row = 0; row < 4; row++) {
    for (let mask = SHAPES[shape + row]!, x = board.x; mask !== 0; mask >>= 1, x++) {
      if (mask & 1) paint(board, x, board.y + row, board.piece + 1);
    }
  }
}

/** Takes out the full rows; gives their y before, from the floor up. */
export function clearFullRows(board: Board): number[] {
  const cleared: number[] = [];
  for (let y = 0; y < HEIGHT; y++) if (board.rows[y + FLOOR] === FULL_ROW) cleared.push(y);
  for (const y of cleared.toReversed()) {
    board.rows.copyWithin(y + FLOOR, y + FLOOR + 1, FLOOR + HEIGHT);
    board.rows[FLOOR + HEIGHT - 1] = EMPTY_ROW;
    board.colours.copyWithin(y * 2, y * 2 + 2);
    board.colours.fill(0, HEIGHT * 2 - 2);
  }
  return cleared;
}

/** Lifts the stack by garbage rows with this hole. False when something is pushed out at the top. */
export function raise(board: Board, count: number, hole: number): boolean {
  const fits = stackHeight(board) + count <= HEIGHT;
  board.rows.copyWithin(FLOOR + count, FLOOR, FLOOR + HEIGHT);
  board.rows.fill(EMPTY_ROW, FLOOR + HEIGHT, ROWS);
  board.colours.copyWithin(count * 2, 0);
  board.rows.fill(EMPTY_ROW, FLOOR, FLOOR + count);
  board.colours.fill(0, 0, count * 2);
  for (let y = 0; y < count; y++) {
    for (let x = 0; x < WIDTH; x++) if (x !== hole) paint(board, x, y, GARBAGE_COLOUR);
  }
  return fits;
}

/** The occupied rows from the floor up, three hexadecimal digits each: bit x is column x. */
export function boardText(board: Board): string {
  let text = '';
  const height = stackHeight(board);
  for (let y = 0; y < height; y++) text += maskOf(board, y).toString(16).padStart(3, '0');
  return text;
}

/** Fills a cell with a colour that is not empty; above the field nothing is kept. */
export function paint(board: Board, x: number, y: number, colour: number): void {
  if (y >= HEIGHT) return;
  board.rowsSeen = null;
  board.rows[y + FLOOR]! |= 1 << (x + WALL);
  board.colours[y * 2 + (x < 5 ? 0 : 1)]! |= colour << ((x % 5) * 4);
}
