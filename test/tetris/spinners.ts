import {
  HARD_DROP,
  MOVE_LEFT,
  MOVE_RIGHT,
  ROTATE_CCW,
  ROTATE_CW,
  SOFT_DROP_OFF,
  SOFT_DROP_ON,
} from '../../rooms/tetris/actions.ts';
import { FLOOR, type Board } from '../../rooms/tetris/board.ts';
import { canFall } from '../../rooms/tetris/lock-delay.ts';
import { drop, rotate, shift } from '../../rooms/tetris/movement.ts';
import { shapeAt, SHAPES, T } from '../../rooms/tetris/pieces.ts';
import { EMPTY_ROW, FULL_ROW, WALL } from '../../rooms/tetris/rows.ts';
import { spinOf } from '../../rooms/tetris/spin.ts';
import type { Players } from './support.ts';

const KEYS: readonly (readonly [actions: number, press: (board: Board) => unknown])[] = [
  [MOVE_LEFT, (board) => shift(board, -1)],
  [MOVE_RIGHT, (board) => shift(board, 1)],
  [ROTATE_CW, (board) => rotate(board, 1)],
  [ROTATE_CCW, (board) => rotate(board, 3)],
  [SOFT_DROP_ON | SOFT_DROP_OFF, (board) => drop(board, 1)],
];

/** Ticks between keys, as a strong bot has. */
const PACE = 6;

/** The fields of a board that tell where its piece is. */
type Spot = Pick<Board, 'x' | 'y' | 'rotation' | 'arrival' | 'rested' | 'resets'>;

interface Found extends Spot {
  /** The first key of the way here; the hard drop for where it starts. */
  readonly first: number;
}

/** Plays as `others` do, but goes for a T-spin wherever there is one: neither bots nor random keys do. */
export function spinners(others: Players): Players {
  return (state, seat) => {
    const board = state.boards[seat]!;
    if (board.piece !== T) return others(state, seat);
    return (state.tick + seat) % PACE === 0 ? keyToSpin(board) || others(state, seat) : 0;
  };
}

/** The next key on a way to the best T-spin; 0 when there is none. Looks everywhere the piece can get. */
function keyToSpin(board: Board): number {
  const start = spotOf(board);
  const queue: Found[] = [{ ...start, first: HARD_DROP }];
  const known = new Set([nameOf(start)]);
  let [best, most] = [0, 0];
  for (const found of queue) {
    goTo(board, found);
    const worth = canFall(board) ? 0 : worthOf(board);
    if (worth > most) [best, most] = [found.first, worth];
    for (const [actions, press] of KEYS) {
      goTo(board, found);
      press(board);
      const next = spotOf(board);
      if (known.has(nameOf(next))) continue;
      known.add(nameOf(next));
      queue.push({ ...next, first: found === queue[0] ? actions : found.first });
    }
  }
  goTo(board, start);
  return best;
}

const spotOf = ({ x, y, rotation, arrival, rested, resets }: Spot): Spot => ({
  x,
  y,
  rotation,
  arrival,
  rested,
  resets,
});

function goTo(board: Board, { x, y, rotation, arrival, rested, resets }: Spot): void {
  board.x = x;
  board.y = y;
  board.rotation = rotation;
  board.arrival = arrival;
  board.rested = rested;
  board.resets = resets;
}

const WORTH = { none: 0, mini: 1, normal: 2 };

/** 0 for no spin; a whole one is worth more than a mini one, and each line more than that. */
function worthOf(board: Board): number {
  const spin = WORTH[spinOf(board)];
  return spin === 0 ? 0 : spin + 2 * fullRows(board);
}

/** A number for each spot. */
const nameOf = ({ x, y, rotation, arrival }: Spot): number =>
  (((y + 4) * 16 + x + 4) * 4 + rotation) * 4 + arrival;

/** Rows that the piece would fill where it is. */
function fullRows({ rows, piece, rotation, x, y }: Board): number {
  const shape = shapeAt(piece, rotation);
  const after = [0, 1, 2, 3].map(
    (row) => (rows[y + row + FLOOR] ?? EMPTY_ROW) | (SHAPES[shape + row]! << (x + WALL)),
  );
  return after.filter((row, at) => row === FULL_ROW && y + at >= 0).length;
}
