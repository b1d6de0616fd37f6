/** What everyone may see of a match: all of it but the random generators and the pieces beyond the shown ones. */
import type { Board } from './board.ts';
import type { TetrisOptions } from './commands.ts';
import { packetAt, type Packet } from './garbage.ts';
import { NONE, pieceName, PIECES, type PieceName } from './pieces.ts';
import { SHOWN } from './queue.ts';
import { stackHeight } from './rows.ts';
import type { TetrisState } from './tetris-state.ts';

export interface TetrisView {
  /** Steps taken. */
  readonly tick: number;
  readonly phase: 'playing' | 'over';
  readonly options: TetrisOptions;
  /** By seat. */
  readonly boards: readonly BoardView[];
}

export interface BoardView {
  /**
   * The occupied rows from the floor up, each a whole number below 2^40: the digit x in base 16 is the colour of column
   * x (`colourAt`). The same array as long as nothing in it changes.
   */
  readonly rows: readonly number[];
  readonly piece: PieceView | null;
  readonly motion: Motion;
  readonly hold: PieceName | null;
  /** Whether hold was used since the last piece locked. */
  readonly holdUsed: boolean;
  /** The next five pieces as letters, the first to come first. */
  readonly next: string;
  /** Pieces taken from the queue so far. */
  readonly drawn: number;
  /** Waiting to enter, the oldest first. */
  readonly garbage: readonly Packet[];
  readonly lines: number;
  readonly score: number;
  readonly level: number;
  /** -1: none; 0: the first clear, and so on. */
  readonly combo: number;
  readonly backToBack: number;
  readonly placed: number;
  readonly attack: number;
  readonly sent: number;
  readonly received: number;
  readonly alive: boolean;
  /** 0 until it is known. */
  readonly placement: number;
}

/** Where the box of a piece is (pieces.ts); rotation 0 to 3, clockwise from north. */
export interface PieceView {
  readonly type: PieceName;
  readonly x: number;
  readonly y: number;
  readonly rotation: number;
}

/** What changes with every tick, and only a prediction needs; the fields of board.ts. */
export interface Motion {
  readonly softDrop: number;
  readonly fallen: number;
  readonly rested: number;
  readonly resets: number;
  readonly lowest: number;
  readonly arrival: number;
}

/** Written field by field, so that a new field of the state is secret until someone decides otherwise. */
export function visible(state: TetrisState): TetrisView {
  return {
    tick: state.tick,
    phase: state.over === 1 ? 'over' : 'playing',
    options: state.options,
    boards: state.boards.map(boardView),
  };
}

function boardView(board: Board): BoardView {
  return {
    rows: rowsOf(board),
    piece: pieceView(board),
    motion: {
      softDrop: board.softDrop,
      fallen: board.fallen,
      rested: board.rested,
      resets: board.resets,
      lowest: board.lowest,
      arrival: board.arrival,
    },
    hold: board.hold === NONE ? null : pieceName(board.hold),
    holdUsed: board.holdUsed === 1,
    next: nextNames(board),
    drawn: board.drawn,
    garbage: Array.from({ length: board.packets }, (_, index) => packetAt(board, index)),
    lines: board.lines,
    score: board.score,
    level: board.level,
    combo: board.combo,
    backToBack: board.backToBack,
    placed: board.placed,
    attack: board.attack,
    sent: board.sent,
    received: board.received,
    alive: board.out === 0,
    placement: board.placement,
  };
}

function pieceView({ piece, x, y, rotation }: Board): PieceView | null {
  return piece === NONE ? null : { type: pieceName(piece), x, y, rotation };
}

function nextNames(board: Board): string {
  let names = '';
  for (let at = 0; at < Math.min(SHOWN, board.queued); at++) names += PIECES[board.queue[at]!]!;
  return names;
}

const HALF_ROW = 2 ** 20;

/** The rows of a board as in a view. */
export function rowsOf(board: Board): readonly number[] {
  board.rowsSeen ??= Array.from(
    { length: stackHeight(board) },
    (_, y) => board.colours[y * 2 + 1]! * HALF_ROW + board.colours[y * 2]!,
  );
  return board.rowsSeen;
}

/** The colour of a cell of a row of a view: 0 empty, 1 to 7 the piece in PIECES + 1, 8 garbage. */
export function colourAt(row: number, x: number): number {
  return Math.floor(row / 16 ** x) % 16;
}
