import { describe, expect, test } from 'vitest';
import { HEIGHT, type Board } from '../../rooms/tetris/board.ts';
import { lock } from '../../rooms/tetris/lock.ts';
import { drop, rotate, shift } from '../../rooms/tetris/movement.ts';
import { shapeAt, SHAPES } from '../../rooms/tetris/pieces.ts';
import { boardText } from '../../rooms/tetris/rows.ts';
import type { TetrisState } from '../../rooms/tetris/rules.ts';
import { dataOf, draw, enter, fixture, newMatch, type Told } from './support.ts';

interface Placement {
  readonly piece: string;
  readonly before: string[];
  readonly keys: string[];
  readonly cells: [number, number][];
  readonly rotation: string;
  readonly spin: string;
  readonly lines: number;
  readonly attack: number[];
}

interface Game {
  readonly pieces: string;
  readonly locks: [keys: string, lines: number, spin: string, combo: number, b2b: number, attack: number][];
}

interface Locked {
  readonly rotation: number;
  readonly spin: string;
}

const left = (board: Board) => shift(board, -1);
const right = (board: Board) => shift(board, 1);
const clockwise = (board: Board) => rotate(board, 1);
const counterClockwise = (board: Board) => rotate(board, 3);
const down = (board: Board) => drop(board, 1);

const KEYS: Readonly<Record<string, (board: Board) => unknown>> = {
  moveLeft: left,
  moveRight: right,
  rotateCW: clockwise,
  rotateCCW: counterClockwise,
  down,
  L: left,
  R: right,
  c: clockwise,
  z: counterClockwise,
  d: down,
};

/** Presses the keys and drops the piece hard. */
function place(state: TetrisState, board: Board, piece: string, keys: Iterable<string>) {
  enter(board, piece);
  for (const key of keys) KEYS[key]!(board);
  drop(board, HEIGHT);
  const cells = cellsOfPiece(board);
  const told: Told[] = [];
  lock(state, board, (type, seat, data) => told.push({ type, seat, data }));
  const [locked] = dataOf(told, 'piece_lock') as [Locked];
  const [clear] = dataOf(told, 'line_clear') as [{ count: number; attack: number }?];
  return { cells, locked, lines: clear?.count ?? 0, attack: clear?.attack ?? 0 };
}

function cellsOfPiece({ piece, rotation, x, y }: Board): string[] {
  const cells: string[] = [];
  for (let at = 0; at < 16; at++) {
    const row = SHAPES[shapeAt(piece, rotation) + (at >> 2)]!;
    if ((row >> (at & 3)) & 1) cells.push(`${x + (at & 3)},${y + (at >> 2)}`);
  }
  return cells.sort();
}

const newBoard = () => {
  const state = newMatch(1, { players: 1 });
  return { state, board: state.boards[0]! };
};

describe('cases with known outcomes', () => {
  test('[T2] [T4] [T11] [T12] 472 placements: cells, rotation, spin, lines and attack', () => {
    const cases = fixture<Placement>('placements');
    expect(cases).toHaveLength(472);
    for (const { piece, before, keys, cells, rotation, spin, lines, attack } of cases) {
      const { state, board } = newBoard();
      draw(board, ...before.toReversed());
      const placed = place(state, board, piece, keys);
      expect([placed.cells, 'NESW'[placed.locked.rotation], placed.locked.spin]).toEqual([
        cells.map(String).sort(),
        rotation,
        spin,
      ]);
      expect([placed.lines, placed.attack]).toEqual([lines, attack.reduce((sum, rows) => sum + rows, 0)]);
    }
  });

  test('[T12] [T13] 30 games: lines, spin, combo, back-to-back and attack of 4,208 locks', () => {
    const games = fixture<Game>('games');
    let locks = 0;
    for (const game of games) {
      const { state, board } = newBoard();
      for (const [at, [keys, lines, spin, combo, b2b, attack]] of game.locks.entries()) {
        const placed = place(state, board, game.pieces[at]!, keys);
        const mini = placed.locked.spin === 'mini' ? 'm' : 'n';
        expect([placed.lines, mini, board.combo, board.backToBack, placed.attack]).toEqual([
          lines,
          spin,
          combo,
          b2b,
          attack,
        ]);
        // these games know no top-out, and go on with pieces that locked above what is seen
        board.out = 0;
        locks++;
      }
    }
    expect([games.length, locks]).toEqual([30, 4208]);
  });

  test('[T1] [T29] the text of a board', () => {
    const { board } = newBoard();
    draw(board, 'X_________', '_________X', 'XXXX______');
    expect(boardText(board)).toBe('00f200001');
  });
});
