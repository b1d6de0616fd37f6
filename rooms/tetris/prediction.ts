/**
 * What a client may work out by itself before the server tells: its own board, by the same rules, from what it sees.
 * It knows neither the seed nor later pieces: where they run out, the prediction waits for `learn`.
 */
import type { Emit } from '../../src/match/rules.ts';
import { sanitise } from './actions.ts';
import { QUEUE_LENGTH, WIDTH, type Board } from './board.ts';
import { addPacket, type Packet } from './garbage.ts';
import { NONE, pieceNumber } from './pieces.ts';
import { paint } from './rows.ts';
import { emptyState, type TetrisState } from './tetris-state.ts';
import { stepBoard } from './turn.ts';
import { colourAt, type BoardView, type TetrisView } from './view.ts';

/** A match of one seat alone that goes on where the view is. */
export type Prediction = TetrisState;

export function startPrediction(view: TetrisView, seat: number): Prediction {
  const { boards, tick, options } = view;
  const prediction = emptyState(options, 1);
  prediction.tick = tick;
  copyBoard(prediction.boards[0]!, boards[seat]!);
  return prediction;
}

/** One tick with these actions (0 for none); nothing once the seat is out. */
export function predict(prediction: Prediction, actions: number, emit: Emit = () => {}): void {
  const board = prediction.boards[0]!;
  if (board.out !== 0) return;
  prediction.tick++;
  board.pending = sanitise(actions);
  stepBoard(prediction, board, emit);
  board.outgoing = 0;
}

/**
 * Pieces that the server has shown meanwhile: `drawn` and `next` of a later view of the board. Learns nothing from a view
 * so late that pieces between are missing: start anew from it.
 */
export function learn(prediction: Prediction, { drawn, next }: Pick<BoardView, 'drawn' | 'next'>): void {
  const board = prediction.boards[0]!;
  const known = board.drawn + board.queued - drawn;
  if (known < 0) return;
  for (const name of next.slice(known)) {
    if (board.queued < QUEUE_LENGTH) board.queue[board.queued++] = pieceNumber(name);
  }
}

/** Garbage that was sent to the seat meanwhile. */
export function receive(prediction: Prediction, packet: Packet): void {
  addPacket(prediction.boards[0]!, packet);
}

function copyBoard(board: Board, from: BoardView): void {
  const { piece, hold, motion, next } = from;
  for (const [y, row] of from.rows.entries()) {
    for (let x = 0; x < WIDTH; x++) if (colourAt(row, x) > 0) paint(board, x, y, colourAt(row, x));
  }
  Object.assign(board, motion, {
    piece: piece ? pieceNumber(piece.type) : NONE,
    x: piece?.x ?? 0,
    y: piece?.y ?? 0,
    rotation: piece?.rotation ?? 0,
    hold: hold ? pieceNumber(hold) : NONE,
    holdUsed: Number(from.holdUsed),
    queued: next.length,
    drawn: from.drawn,
    lines: from.lines,
    score: from.score,
    level: from.level,
    combo: from.combo,
    backToBack: from.backToBack,
    placed: from.placed,
    attack: from.attack,
    sent: from.sent,
    received: from.received,
    out: Number(!from.alive),
  });
  board.queue.set([...next].map(pieceNumber));
  for (const packet of from.garbage) addPacket(board, packet);
}
