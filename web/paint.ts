/** Boards on a canvas. */
import { cellsOf, type ShownBoard, type ShownPiece } from './shown-board.ts';

/** By colour of a cell: none, the pieces in the order of PIECES, garbage. */
const colours = ['', '#3fd0e6', '#5c7cff', '#ff9d3d', '#f7d547', '#58d977', '#b06cff', '#ff5d6c', '#69718a'];
const width = 10;
const height = 20;

type Pen = CanvasRenderingContext2D;

/** Where a field is on its canvas, in pixels; y of its floor. */
interface Field {
  readonly x: number;
  readonly floor: number;
  readonly cell: number;
}

/** Fits the canvas to its element, in device pixels. */
export function fit(canvas: HTMLCanvasElement): void {
  const { width: w, height: h } = canvas.getBoundingClientRect();
  const [wide, high] = [Math.round(w * devicePixelRatio), Math.round(h * devicePixelRatio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}

/** A whole board: hold and figures to the left, the next pieces to the right. */
export function paintOwn(canvas: HTMLCanvasElement, board: ShownBoard): void {
  const pen = canvas.getContext('2d')!;
  const cell = Math.max(1, Math.floor(Math.min(canvas.width / 20, canvas.height / 20.6)));
  const field: Field = {
    x: Math.floor((canvas.width - width * cell) / 2),
    floor: Math.floor((canvas.height + height * cell) / 2),
    cell,
  };
  pen.clearRect(0, 0, canvas.width, canvas.height);
  paintField(pen, field, board);
  paintPending(pen, field, board.pending);
  paintBeside(pen, field, board);
}

/** The field alone. */
export function paintSmall(canvas: HTMLCanvasElement, board: ShownBoard): void {
  const pen = canvas.getContext('2d')!;
  const cell = canvas.width / width;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const field: Field = { x: 0, floor: canvas.height, cell };
  paintField(pen, field, board);
  paintPending(pen, { ...field, x: cell * 0.4 }, board.pending);
}

function paintField(pen: Pen, field: Field, board: ShownBoard): void {
  paintGround(pen, field);
  pen.save();
  pen.beginPath();
  // pieces come in above: a third of a row of that is seen
  pen.rect(
    field.x,
    field.floor - (height + 0.3) * field.cell,
    width * field.cell,
    (height + 0.3) * field.cell,
  );
  pen.clip();
  pen.globalAlpha = board.isOut ? 0.35 : 1;
  for (const [y, row] of board.rows.entries())
    for (const [x, colour] of row.entries()) if (colour !== 0) paintBlock(pen, field, x, y, colours[colour]!);
  if (board.piece && !board.isOut) paintPiece(pen, field, board.piece, board.ghostY);
  pen.restore();
}

function paintGround(pen: Pen, { x, floor, cell }: Field): void {
  const top = floor - height * cell;
  pen.fillStyle = '#0e1220';
  pen.fillRect(x, top, width * cell, height * cell);
  pen.strokeStyle = '#1a2034';
  pen.lineWidth = 1;
  pen.beginPath();
  for (let column = 1; column < width; column++) {
    pen.moveTo(Math.round(x + column * cell) + 0.5, top);
    pen.lineTo(Math.round(x + column * cell) + 0.5, floor);
  }
  for (let row = 1; row < height; row++) {
    pen.moveTo(x, Math.round(floor - row * cell) + 0.5);
    pen.lineTo(x + width * cell, Math.round(floor - row * cell) + 0.5);
  }
  pen.stroke();
  pen.strokeStyle = '#343d5c';
  pen.lineWidth = Math.max(1, cell / 14);
  pen.strokeRect(x, top, width * cell, height * cell);
}

function paintPiece(pen: Pen, field: Field, piece: ShownPiece, ghostY: number | null): void {
  const colour = colours[piece.piece + 1]!;
  if (ghostY !== null)
    for (const [x, y] of cellsOf({ ...piece, y: ghostY })) paintGhost(pen, field, x, y, colour);
  for (const [x, y] of cellsOf(piece)) paintBlock(pen, field, x, y, colour);
}

function paintBlock(pen: Pen, { x, floor, cell }: Field, column: number, row: number, colour: string): void {
  const [left, top] = [Math.round(x + column * cell), Math.round(floor - (row + 1) * cell)];
  const size = Math.ceil(cell) - 1;
  const edge = Math.max(1, Math.round(cell / 9));
  pen.fillStyle = colour;
  pen.fillRect(left + 1, top + 1, size, size);
  pen.fillStyle = '#ffffff38';
  pen.fillRect(left + 1, top + 1, size, edge);
  pen.fillStyle = '#00000038';
  pen.fillRect(left + 1, top + 1 + size - edge, size, edge);
}

function paintGhost(pen: Pen, { x, floor, cell }: Field, column: number, row: number, colour: string): void {
  const [left, top] = [Math.round(x + column * cell), Math.round(floor - (row + 1) * cell)];
  pen.fillStyle = `${colour}2b`;
  pen.fillRect(left + 1, top + 1, Math.ceil(cell) - 1, Math.ceil(cell) - 1);
  pen.strokeStyle = `${colour}90`;
  pen.lineWidth = Math.max(1, cell / 18);
  pen.strokeRect(left + 2, top + 2, cell - 3, cell - 3);
}

/** A bar at the left edge, as high as the garbage will be. */
function paintPending(pen: Pen, { x, floor, cell }: Field, rows: number): void {
  if (rows === 0) return;
  const high = Math.min(rows, height) * cell;
  pen.fillStyle = '#ff3d55';
  pen.fillRect(x - cell * 0.4, floor - high, cell * 0.28, high);
}

function paintBeside(pen: Pen, { x, floor, cell }: Field, board: ShownBoard): void {
  const top = floor - height * cell;
  const [left, right] = [x - cell * 4.6, x + (width + 0.6) * cell];
  label(pen, 'HOLD', left, top, cell);
  if (board.hold !== null) paintWaiting(pen, board.hold, left, top + cell * 3, cell);
  label(pen, 'NEXT', right, top, cell);
  for (const [at, piece] of board.next.entries())
    paintWaiting(pen, piece, right, top + cell * (3 + at * 2.7), cell);
  const figures = [
    ['SCORE', board.score],
    ['LINES', board.lines],
    ['LEVEL', board.level],
  ] as const;
  for (const [at, [name, value]] of figures.entries()) {
    const y = floor - cell * (7 - at * 2.3);
    label(pen, name, left, y, cell);
    pen.fillStyle = '#e8ecf8';
    pen.font = `700 ${cell}px system-ui, sans-serif`;
    pen.fillText(value.toLocaleString('en'), left, y + cell * 1.65);
  }
}

function label(pen: Pen, text: string, x: number, y: number, cell: number): void {
  pen.fillStyle = '#8d97b5';
  pen.font = `600 ${cell * 0.55}px system-ui, sans-serif`;
  pen.fillText(text, x, y + cell * 0.6);
}

/** A piece that waits, in a box four cells wide on this floor. */
function paintWaiting(pen: Pen, piece: number, x: number, floor: number, cell: number): void {
  const small = Math.floor(cell * 0.85);
  const cells = cellsOf({ piece, rotation: 0, x: 0, y: 0 });
  const lowest = Math.min(...cells.map(([, y]) => y));
  for (const [cx, cy] of cells)
    paintBlock(pen, { x, floor, cell: small }, cx, cy - lowest, colours[piece + 1]!);
}
