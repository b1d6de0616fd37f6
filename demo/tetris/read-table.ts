/** The rules' view of a match, rebuilt from what a client sees: enough for a bot of the rules. */
import type { TetrisOptions } from '../../rooms/tetris/commands.ts';
import { unpackPiece, unpackRow } from '../../rooms/tetris/packing.ts';
import { pieceName } from '../../rooms/tetris/pieces.ts';
import type { BoardView, TetrisView } from '../../rooms/tetris/rules.ts';
import type { TetrisSeat, TetrisTable } from '../../rooms/tetris/state.ts';

export function readTable(table: TetrisTable, options: TetrisOptions): TetrisView {
  return {
    tick: table.tick,
    phase: table.phase === 'over' ? 'over' : 'playing',
    options,
    boards: [...table.seats].map(readBoard),
  };
}

/** What a table does not show; whether hold may be used neither, so the players here do without. */
const unknown = {
  holdUsed: true,
  motion: { softDrop: 0, fallen: 0, rested: 0, resets: 0, lowest: 0, arrival: 0 },
  garbage: [],
  combo: -1,
  backToBack: -1,
  attack: 0,
  sent: 0,
  received: 0,
};

function readBoard(seat: TetrisSeat): BoardView {
  const { score, lines, level, placed, alive, placement, next, piece, hold } = seat;
  const figures = { score, lines, level, placed, drawn: placed, alive, placement, next };
  return {
    ...unknown,
    ...figures,
    rows: readRows(seat),
    piece: unpackPiece(piece),
    hold: hold === 0 ? null : pieceName(hold - 1),
  };
}

/** The occupied rows from the floor up, as numbers with a digit of base 16 a cell. */
function readRows({ rows }: TetrisSeat): number[] {
  const numbers = [...rows].map((packed) =>
    unpackRow(packed).reduceRight((row, colour) => row * 16 + colour, 0),
  );
  return numbers.slice(0, numbers.findLastIndex((row) => row !== 0) + 1);
}
