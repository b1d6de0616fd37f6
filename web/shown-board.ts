/** What is drawn of a board, whether it comes from the own prediction or from the server's state. */
import type { Board } from '../rooms/tetris/board.ts';
import { collides } from '../rooms/tetris/rows.ts';
import { NONE, pieceNumber, shapeAt, SHAPES } from '../rooms/tetris/pieces.ts';
import { unpackPiece, unpackRow } from '../rooms/tetris/packing.ts';
import { colourAt, rowsOf } from '../rooms/tetris/view.ts';
import type { TetrisSeat } from '../rooms/tetris/state.ts';

export interface ShownPiece {
  /** Number in PIECES. */
  readonly piece: number;
  readonly rotation: number;
  readonly x: number;
  readonly y: number;
}

export interface ShownBoard {
  /** From the floor up, each of ten colours: 0 empty, 1 to 7 the piece + 1, 8 garbage. */
  readonly rows: readonly (readonly number[])[];
  readonly piece: ShownPiece | null;
  /** The y at which the piece would land; only of a board that one plays. */
  readonly ghostY: number | null;
  /** Numbers in PIECES. */
  readonly hold: number | null;
  readonly next: readonly number[];
  /** Garbage rows that wait. */
  readonly pending: number;
  readonly score: number;
  readonly lines: number;
  readonly level: number;
  readonly isOut: boolean;
}

const columns = [...Array(10).keys()];

export function fromPrediction(board: Board): ShownBoard {
  const { piece, rotation, x, y, hold, queue, queued, score, lines, level } = board;
  return {
    rows: rowsOf(board).map((row) => columns.map((column) => colourAt(row, column))),
    piece: piece === NONE ? null : { piece, rotation, x, y },
    ghostY: piece === NONE ? null : landing(board),
    hold: hold === NONE ? null : hold,
    next: [...queue.subarray(0, Math.min(queued, 5))],
    pending: pendingRows(board),
    score,
    lines,
    level,
    isOut: board.out !== 0,
  };
}

export function fromSeat(seat: TetrisSeat): ShownBoard {
  const piece = unpackPiece(seat.piece);
  return {
    rows: [...seat.rows].map(unpackRow),
    piece: piece && { ...piece, piece: pieceNumber(piece.type) },
    ghostY: null,
    hold: seat.hold === 0 ? null : seat.hold - 1,
    next: [...seat.next].map(pieceNumber),
    pending: seat.pending,
    score: seat.score,
    lines: seat.lines,
    level: seat.level,
    isOut: !seat.alive,
  };
}

/** The four cells of a piece. */
export function cellsOf({ piece, rotation, x, y }: ShownPiece): [x: number, y: number][] {
  const cells: [number, number][] = [];
  for (let row = 0; row < 4; row++) {
    const mask = SHAPES[shapeAt(piece, rotation) + row]!;
    for (let column = 0; column < 4; column++) if (mask & (1 << column)) cells.push([x + column, y + row]);
  }
  return cells;
}

function landing(board: Board): number {
  let { y } = board;
  while (!collides(board, board.piece, board.rotation, board.x, y - 1)) y--;
  return y;
}

function pendingRows({ garbage, packets }: Board): number {
  let rows = 0;
  for (let packet = 0; packet < packets; packet++) rows += garbage[packet * 4]!;
  return rows;
}
