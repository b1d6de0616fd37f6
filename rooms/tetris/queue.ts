/** The pieces to come: bags of all seven, shuffled; each board has its own copy of the same generator. */
import { randomFrom } from '../../src/match/random.ts';
import { QUEUE_LENGTH, type Board } from './board.ts';
import { NONE } from './pieces.ts';

/** How many of the pieces to come are shown. */
export const SHOWN = 5;

/** The next piece, or NONE when none is known (in a prediction). */
export function nextPiece(board: Board): number {
  const { queue } = board;
  if (board.queued === 0) return NONE;
  const piece = queue[0]!;
  queue.copyWithin(0, 1);
  queue[QUEUE_LENGTH - 1] = 0;
  board.queued--;
  board.drawn++;
  return piece;
}

/** Adds a bag when fewer pieces wait than are shown. A prediction has no generator: all its words are 0. */
export function fillQueue(board: Board): void {
  if (board.queued >= SHOWN || board.bag.every((word) => word === 0)) return;
  const random = randomFrom(Array.from(board.bag));
  for (const piece of random.shuffle([0, 1, 2, 3, 4, 5, 6])) board.queue[board.queued++] = piece;
  board.bag.set(random.state());
}
