/**
 * The seven pieces and how they turn: the Super Rotation System of the Tetris guideline (harddrop.com/wiki/SRS).
 * A piece lies in a box, 4x4 for I and 3x3 for the others; its x, y is the lower left cell of the box, which may be
 * outside the field. Rotations are 0 to 3, clockwise from north.
 */
export const PIECES = 'IJLOSTZ';
export type PieceName = 'I' | 'J' | 'L' | 'O' | 'S' | 'T' | 'Z';
export const NONE = -1;
export const I = 0;
export const O = 3;
export const T = 5;

/** In the order of PIECES, facing north, rows from the top. */
const BOXES = [
  ['____', 'XXXX', '____', '____'],
  ['X__', 'XXX', '___'],
  ['__X', 'XXX', '___'],
  ['_XX', '_XX', '___'],
  ['_XX', 'XX_', '___'],
  ['_X_', 'XXX', '___'],
  ['XX_', '_XX', '___'],
];

/** Four row masks for each piece and rotation, from the floor up; bit x is column x of the box. */
export const SHAPES = Int32Array.from(
  BOXES.flatMap((box, piece) =>
    [0, 1, 2, 3].flatMap((turns) => rowMasks(piece === O ? box : turn(box, turns))),
  ),
);

export const shapeAt = (piece: number, rotation: number): number => (piece * 4 + rotation) * 4;

export const spawnX = 3;
/** Cells come in at rows 21 and 22. */
export const spawnY = (piece: number): number => (piece === I ? 19 : 20);

export const pieceName = (piece: number): PieceName => PIECES[piece] as PieceName;
export const pieceNumber = (name: string): number => PIECES.indexOf(name);

function turn(box: readonly string[], times: number): readonly string[] {
  if (times === 0) return box;
  const turned = box.map((_, row) => box.map((_row, column) => box[box.length - 1 - column]![row]).join(''));
  return turn(turned, times - 1);
}

function rowMasks(box: readonly string[]): number[] {
  const fromFloor = box.toReversed();
  return [0, 1, 2, 3].map((row) =>
    [...(fromFloor[row] ?? '')].reduce((mask, cell, x) => (cell === 'X' ? mask | (1 << x) : mask), 0),
  );
}

type Kicks = readonly (readonly [x: number, y: number])[];

const toEast: Kicks = [
  [0, 0],
  [-1, 0],
  [-1, 1],
  [0, -2],
  [-1, -2],
];
const fromEast: Kicks = [
  [0, 0],
  [1, 0],
  [1, -1],
  [0, 2],
  [1, 2],
];
const toWest: Kicks = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, -2],
  [1, -2],
];
const fromWest: Kicks = [
  [0, 0],
  [-1, 0],
  [-1, -1],
  [0, 2],
  [-1, 2],
];
const iNorthEast: Kicks = [
  [0, 0],
  [-2, 0],
  [1, 0],
  [-2, -1],
  [1, 2],
];
const iEastNorth: Kicks = [
  [0, 0],
  [2, 0],
  [-1, 0],
  [2, 1],
  [-1, -2],
];
const iEastSouth: Kicks = [
  [0, 0],
  [-1, 0],
  [2, 0],
  [-1, 2],
  [2, -1],
];
const iSouthEast: Kicks = [
  [0, 0],
  [1, 0],
  [-2, 0],
  [1, -2],
  [-2, 1],
];
const unkicked: Kicks = [[0, 0]];

/** By rotation before, clockwise and counter-clockwise. */
const KICKS = [toEast, toWest, fromEast, fromEast, toWest, toEast, fromWest, fromWest];
const I_KICKS = [
  iNorthEast,
  iEastSouth,
  iEastSouth,
  iEastNorth,
  iEastNorth,
  iSouthEast,
  iSouthEast,
  iNorthEast,
];

/** The places to try for a rotation, in order, relative to the place before. `turns`: 1 clockwise, 3 counter-clockwise. */
export function kicks(piece: number, rotation: number, turns: number): Kicks {
  if (piece === O) return unkicked;
  return (piece === I ? I_KICKS : KICKS)[rotation * 2 + (turns === 1 ? 0 : 1)]!;
}
