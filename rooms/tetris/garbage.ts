/** Garbage that waits to enter: packets of rows with one hole, from one seat, due at one tick; the oldest first. */
import { MAX_PACKETS, PACKET_WORDS, type Board } from './board.ts';
import type { Emit } from '../../src/match/rules.ts';
import { raise } from './rows.ts';

export interface Packet {
  readonly rows: number;
  /** The column of the hole. */
  readonly hole: number;
  readonly source: number;
  /** The first tick in which it may enter. */
  readonly due: number;
}

/** Rows that enter at one lock, at most. */
const MAX_ENTERING = 8;

export function packetAt(board: Board, index: number): Packet {
  const [rows, hole, source, due] = board.garbage.subarray(index * PACKET_WORDS, (index + 1) * PACKET_WORDS);
  return { rows: rows!, hole: hole!, source: source!, due: due! };
}

/** Queues a packet; when there is no place for one more, its rows join the last. */
export function addPacket(board: Board, { rows, hole, source, due }: Packet): void {
  if (board.packets === MAX_PACKETS) board.garbage[(MAX_PACKETS - 1) * PACKET_WORDS]! += rows;
  else board.garbage.set([rows, hole, source, due], board.packets++ * PACKET_WORDS);
}

/** An attack cancels what waits, due or not; gives the rows of the attack that are left. */
export function cancel(board: Board, attack: number): number {
  let left = attack;
  while (left > 0 && board.packets > 0) left -= takeRows(board, left);
  return left;
}

/** What is due comes in from below. False when it pushes something out at the top. */
export function enterGarbage(board: Board, tick: number, emit: Emit): boolean {
  let room = MAX_ENTERING;
  let fits = true;
  while (room > 0 && board.packets > 0) {
    const { hole, source, due } = packetAt(board, 0);
    if (due > tick) break;
    const rows = takeRows(board, room);
    fits = raise(board, rows, hole) && fits;
    room -= rows;
    board.received += rows;
    emit('garbage_received', board.seat, { source, rows });
  }
  return fits;
}

/** Takes up to `most` rows from the oldest packet; gives how many. */
function takeRows(board: Board, most: number): number {
  const { garbage } = board;
  const rows = Math.min(most, garbage[0]!);
  garbage[0]! -= rows;
  if (garbage[0] === 0) {
    garbage.copyWithin(0, PACKET_WORDS);
    garbage.fill(0, (MAX_PACKETS - 1) * PACKET_WORDS);
    board.packets--;
  }
  return rows;
}
