/** The field of a seat with its piece, its queues and its figures: a stretch of the words of the match. */
import { defineFields, type Fields, type Words } from './fields.ts';
import { NONE } from './pieces.ts';

const FIELDS = [
  /** How the seat went out (ending.ts); 0 while it plays. */
  'out',
  /** 0 until it is known. */
  'placement',
  /** The tick of the seat's last step, once it has ended. */
  'endedAt',
  /** Actions of the next step. */
  'pending',
  /** 1 while soft drop is on. */
  'softDrop',
  /** The piece that falls, or NONE; then its place. */
  'piece',
  'x',
  'y',
  'rotation',
  /** How far it has fallen towards the next row, in 1/65,536 of a cell. */
  'fallen',
  /** Ticks that it has rested since the last reset. */
  'rested',
  /** Resets of the lock delay that it has used. */
  'resets',
  /** The lowest y that it has reached. */
  'lowest',
  /** How it came to where it is: see spin.ts. */
  'arrival',
  /** The piece on hold, or NONE; and 1 if hold was used for this piece. */
  'hold',
  'holdUsed',
  /** Pieces taken from the queue so far, and pieces that wait in it. */
  'drawn',
  'queued',
  'lines',
  'score',
  'level',
  'combo',
  'backToBack',
  'placed',
  /** Rows of all attacks, and those of them that were sent after cancelling. */
  'attack',
  'sent',
  /** Garbage rows that have entered. */
  'received',
  /** Rows that others have sent to this seat. */
  'aimed',
  /** The seat that sent to this one last, or NONE. */
  'attacker',
  /** Rows to send at the end of this step. */
  'outgoing',
  /** Packets of garbage that wait. */
  'packets',
] as const;

export const WIDTH = 10;
export const HEIGHT = 40;
/** Rows that are seen; a piece that locks above them ends the play. */
export const VISIBLE_HEIGHT = 20;
/** Solid rows below the floor, so that no piece needs a test for it. */
export const FLOOR = 4;
export const ROWS = FLOOR + HEIGHT + 4;
export const QUEUE_LENGTH = 12;
export const MAX_PACKETS = 32;
export const PACKET_WORDS = 4;

const queueAt = FIELDS.length;
const bagAt = queueAt + QUEUE_LENGTH;
const packetsAt = bagAt + 4;
const rowsAt = packetsAt + MAX_PACKETS * PACKET_WORDS;
const coloursAt = rowsAt + ROWS;
export const BOARD_WORDS = coloursAt + HEIGHT * 2;

class BoardMemory implements Words {
  readonly seat: number;
  readonly words: Int32Array;
  /** The pieces to come. */
  readonly queue: Int32Array;
  /** The random generator that fills the bags. */
  readonly bag: Int32Array;
  /** The garbage that waits: see garbage.ts. */
  readonly garbage: Int32Array;
  /** Masks with walls: see rows.ts. */
  readonly rows: Int32Array;
  /** Two words a row, of five cells each: see rows.ts. */
  readonly colours: Int32Array;
  /** `rowsOf` of view.ts, kept until the rows change; not part of the state. */
  rowsSeen: readonly number[] | null = null;

  constructor(seat: number, words: Int32Array) {
    this.seat = seat;
    this.words = words;
    this.queue = words.subarray(queueAt, bagAt);
    this.bag = words.subarray(bagAt, packetsAt);
    this.garbage = words.subarray(packetsAt, rowsAt);
    this.rows = words.subarray(rowsAt, coloursAt);
    this.colours = words.subarray(coloursAt, BOARD_WORDS);
  }
}
defineFields(BoardMemory.prototype, FIELDS);

export type Board = BoardMemory & Fields<(typeof FIELDS)[number]>;

/** A board on existing words. */
export function boardOn(seat: number, words: Int32Array): Board {
  return new BoardMemory(seat, words) as Board;
}

/** Sets up a board on words that are all 0. */
export function clearBoard(board: Board, level: number): void {
  board.piece = board.hold = board.attacker = NONE;
  board.combo = board.backToBack = -1;
  board.level = level;
}
