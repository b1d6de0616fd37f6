/** What clients see of a Tetris match: boards by their changed rows, so that a minute of play is a few kilobytes. */
import { schema, t, type SchemaType } from '@colyseus/schema';
import { type GameTable, seatFields, tableFields, withSeats } from '../../src/match/table.ts';
import type { TickView } from '../../src/match/tick-engine.ts';
import { boardHash, packPiece, packRow } from './packing.ts';
import { pieceNumber } from './pieces.ts';
import type { BoardView, TetrisView } from './view.ts';

/** Rows that are shown: the visible 20, and where pieces come in. */
export const SHOWN_ROWS = 24;

export const TetrisSeat = schema(
  {
    ...seatFields,
    /** From the floor up; see packing.ts. */
    rows: t.array('uint32'),
    /** The piece that falls; see packing.ts. 0: none. */
    piece: t.uint32().default(0),
    /** The piece on hold: its number + 1, 0 for none. */
    hold: t.uint8().default(0),
    /** The next five pieces as letters. */
    next: t.string().default(''),
    /** Garbage rows that wait. */
    pending: t.uint8().default(0),
    score: t.uint32().default(0),
    lines: t.uint16().default(0),
    level: t.uint8().default(0),
    /** False once the elimination is in the log. */
    alive: t.boolean().default(true),
    /** 0 until it is known. */
    placement: t.uint8().default(0),
    /** Pieces that have locked. */
    placed: t.uint16().default(0),
    /** The seat's own, to hold its prediction against: the hash of its board after the last lock (packing.ts). */
    lockHash: t.uint32().default(0).view(),
    /** The seat's own: packets of garbage that wait, as JSON of garbage.ts. */
    garbage: t.string().default('[]').view(),
  },
  'TetrisSeat',
);
export type TetrisSeat = SchemaType<typeof TetrisSeat>;

export const TetrisTable = schema(
  {
    ...tableFields,
    seats: t.array(TetrisSeat),
    /** The server's tick, about once a second. */
    tick: t.number().default(0),
  },
  'TetrisTable',
);
export type TetrisTable = SchemaType<typeof TetrisTable>;

const ticksPerMark = 60;

/** A table without seats: how many there are is an option of the match. */
export const newTable = (): TetrisTable => new TetrisTable();

/** Sets what has changed since the last time. `isTold(seat)`: whether its elimination may be told. */
export function mirrorTetris(table: TetrisTable, view: TetrisView, isTold: (seat: number) => boolean): void {
  const isOver = table.phase === 'over';
  if (view.tick >= table.tick + ticksPerMark || view.tick < table.tick) table.tick = view.tick;
  for (const [seat, board] of view.boards.entries())
    mirrorBoard(table.seats[seat]!, board, isTold(seat), isOver);
}

function mirrorBoard(shown: TetrisSeat, board: BoardView, isOut: boolean, isOver: boolean): void {
  shown.piece = packPiece(board.piece);
  if (shown.placed !== board.placed || shown.rows.length === 0) mirrorRows(shown, board);
  shown.hold = board.hold === null ? 0 : pieceNumber(board.hold) + 1;
  shown.next = board.next;
  shown.pending = board.garbage.reduce((rows, packet) => rows + packet.rows, 0);
  shown.garbage = JSON.stringify(board.garbage);
  shown.score = board.score;
  shown.lines = board.lines;
  shown.level = board.level;
  shown.alive = !isOut;
  shown.placement = isOut || isOver ? board.placement : 0;
}

/** Rows change only when a piece locks. */
function mirrorRows(shown: TetrisSeat, board: BoardView): void {
  for (let y = 0; y < SHOWN_ROWS; y++) {
    const row = packRow(board.rows[y] ?? 0);
    if (shown.rows[y] !== row) shown.rows[y] = row;
  }
  shown.placed = board.placed;
  shown.lockHash = boardHash(board);
}

export const addSeats = (table: TetrisTable, seats: number): TetrisTable =>
  withSeats(table, seats, () => new TetrisSeat());

export const tetrisTable: GameTable<TetrisTable, TetrisView> = {
  make: (seats) => addSeats(newTable(), seats),
  mirror(table, view, isTold) {
    const { game, eliminatedAt } = view(null) as TickView<TetrisView>;
    // a replay may tell all that there is
    const isOut = (n: number | null | undefined): boolean => typeof n === 'number' && isTold(n);
    if (game) mirrorTetris(table, game, (seat) => isOut(eliminatedAt[seat]));
  },
};
