/** How a match looks in a terminal: boards side by side. Colours where it shows them (NO_COLOR is heeded). */
import { styleText } from 'node:util';
import { unpackPiece, unpackRow } from '../../rooms/tetris/packing.ts';
import { pieceNumber, PIECES, shapeAt, SHAPES } from '../../rooms/tetris/pieces.ts';
import type { TetrisSeat, TetrisTable } from '../../rooms/tetris/state.ts';

type Style = Parameters<typeof styleText>[0];

const height = 20;
const width = 10;
const hasColours = styleText('inverse', ' ') !== ' ';
/** By cell: 1 to 7 the pieces in the order of PIECES, 8 garbage. */
const styles: readonly Style[] = [
  'none',
  'bgCyan',
  'bgBlue',
  'bgWhite',
  'bgYellow',
  'bgGreen',
  'bgMagenta',
  'bgRed',
  'bgGray',
];

/** The lines of a frame. `mostTicks`: when the match ends at the latest. */
export function drawTable({ seats, tick }: TetrisTable, mostTicks: number): string[] {
  const boards = [...seats].map(drawBoard);
  const left = Math.max(0, Math.ceil((mostTicks - tick) / 60));
  return [
    '',
    ...boards[0]!.map((_, row) => `  ${boards.map((board) => board[row]!).join('    ')}`),
    styleText('dim', `  ${left} s left`),
  ];
}

/** One line of figures, where boards can't be redrawn. */
export function tellTable({ seats, tick }: TetrisTable): string {
  const figures = [...seats].map(
    ({ name, score, lines, placed, alive }) =>
      `${name.padEnd(8)}${`${score}`.padStart(7)} points ${`${lines}`.padStart(3)} lines ${`${placed}`.padStart(3)} pieces${alive ? '' : ' (out)'}`,
  );
  return `  ${`${Math.round(tick / 60)} s`.padStart(5)}   ${figures.join('   ')}`;
}

function drawBoard(seat: TetrisSeat): string[] {
  const edge = (left: string, right: string): string =>
    styleText('dim', left + '─'.repeat(2 * width) + right);
  const side = styleText('dim', '│');
  const rows = cellsOf(seat).map((row) => side + row.map(drawCell).join('') + side);
  const hold = seat.hold === 0 ? '·' : PIECES[seat.hold - 1]!;
  return [
    styleText('bold', fit(seat.name + (seat.alive ? '' : ' is out'))),
    fit(`${seat.score} points`),
    fit(`${seat.lines} lines · level ${seat.level}`),
    styleText('dim', fit(`next ${seat.next} · hold ${hold}`)),
    edge('┌', '┐'),
    ...rows.toReversed(),
    edge('└', '┘'),
    styleText(seat.pending > 0 ? 'red' : 'dim', fit(`${seat.pending} garbage rows wait`)),
  ];
}

/** Padded before it is styled: styles have no width. */
const fit = (text: string): string => text.slice(0, 2 * width + 2).padEnd(2 * width + 2);

function drawCell(cell: number): string {
  if (cell === 0) return styleText('dim', ' ·');
  return hasColours ? styleText(styles[cell]!, '  ') : '[]';
}

/** Cells by row from the floor up, with the piece that falls. */
function cellsOf({ rows, piece: packed }: TetrisSeat): number[][] {
  const cells = Array.from({ length: height }, (_, y) => unpackRow(rows[y] ?? 0));
  const piece = unpackPiece(packed);
  if (!piece) return cells;
  const number = pieceNumber(piece.type);
  for (const [row, mask] of [...SHAPES.subarray(shapeAt(number, piece.rotation)).subarray(0, 4)].entries()) {
    for (let x = 0; x < 4; x++) {
      const shown = cells[piece.y + row];
      if (mask & (1 << x) && shown) shown[piece.x + x] = number + 1;
    }
  }
  return cells;
}
