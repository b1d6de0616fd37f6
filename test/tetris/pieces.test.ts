import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARD_DROP, HOLD, MOVE_LEFT, MOVE_RIGHT, ROTATE_CCW, ROTATE_CW } from '../../rooms/tetris/actions.ts';
import { NONE, PIECES, pieceName } from '../../rooms/tetris/pieces.ts';
import { clearRows } from '../../rooms/tetris/rows.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import { dataOf, draw, drawn, enter, newMatch, press, pressEach, run, solo } from './support.ts';

/** The letters of `count` pieces, hard dropped into an ever empty field. */
function spawned(n: number, seats: number, count: number): string[] {
  const state = newMatch(n, { players: seats });
  run(state, 1);
  const names = state.boards.map(({ piece }) => pieceName(piece) as string);
  for (let i = 1; i < count; i++) {
    for (const { seat } of state.boards) press(state, seat, HARD_DROP);
    run(state, 1);
    for (const board of state.boards) {
      clearRows(board);
      names[board.seat] += pieceName(board.piece);
    }
  }
  return names;
}

describe('pieces', () => {
  test('[T2] where they come in, each facing north', () => {
    const { state, board } = solo();
    const places = [...PIECES].map((name) => {
      enter(board, name);
      draw(board);
      return `${name} ${board.x} ${board.y} ${board.rotation}`;
    });
    expect(places).toEqual([
      'I 3 19 0',
      'J 3 20 0',
      'L 3 20 0',
      'O 3 20 0',
      'S 3 20 0',
      'T 3 20 0',
      'Z 3 20 0',
    ]);
    expect(state.tick).toBe(1);
  });

  test.each([...PIECES])('[T2] %s is in sight two ticks after it came in, and slow from then on', (name) => {
    const { state, board } = solo();
    enter(board, name);
    const top = board.y;
    const ys = [1, 2, 3, 4].map(() => {
      run(state, 1);
      return top - board.y;
    });
    expect(ys).toEqual([1, 2, 2, 2]);
  });

  test('[T3] every seven are all seven, in the same order at every seat, and another seed has another', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 }), fc.integer({ min: 2, max: 8 }), (n, seats) => {
        const [first, ...others] = spawned(n, seats, 42);
        for (const bag of first!.match(/.{7}/g)!) expect([...bag].sort().join('')).toBe(PIECES);
        for (const other of others) expect(other).toBe(first);
        expect(spawned(n + 1, 1, 42)).not.toEqual([first]);
      }),
      { numRuns: 30 },
    );
  });

  test('[T3] five are shown, and they come', () => {
    const state = newMatch(4, { players: 1 });
    run(state, 1);
    for (let i = 0; i < 30; i++) {
      const { next } = tetrisRules.visible(state, 0).boards[0]!;
      expect(next).toHaveLength(5);
      clearRows(state.boards[0]!);
      pressEach(state, 0, HARD_DROP);
      const { piece, next: after } = tetrisRules.visible(state, 0).boards[0]!;
      expect([piece!.type, after.slice(0, 4)]).toEqual([next[0], next.slice(1)]);
    }
  });

  test('[T4] O stays where it is when it turns', () => {
    const { state, board } = solo();
    enter(board, 'O');
    run(state, 2);
    pressEach(state, 0, ROTATE_CW, ROTATE_CW, ROTATE_CCW, HARD_DROP);
    expect(drawn(board)).toEqual(['____XX____', '____XX____']);
  });

  test('[T4] four turns of either kind bring a piece back to where it was', () => {
    for (const turn of [ROTATE_CW, ROTATE_CCW]) {
      for (const name of PIECES) {
        const { state, board } = solo();
        enter(board, name);
        run(state, 2);
        const before = [board.x, board.y, board.rotation];
        pressEach(state, 0, turn, turn, turn, turn);
        expect([board.x, board.y, board.rotation]).toEqual(before);
      }
    }
  });

  test('[T4] what has no room to turn or move stays', () => {
    const { state, board } = solo();
    draw(board, ...Array<string>(20).fill('XXXX_XXXXX'));
    enter(board, 'I');
    Object.assign(board, { x: 2, y: 3, rotation: 1, lowest: 3 });
    pressEach(state, 0, ROTATE_CW, ROTATE_CCW, MOVE_LEFT, MOVE_RIGHT);
    expect([board.x, board.y, board.rotation]).toEqual([2, 3, 1]);
  });
});

describe('hold', () => {
  test('[T5] puts the piece away for the next, and later changes it with what was put away', () => {
    const { state, board } = solo();
    const [first, second, third] = [board.piece, ...board.queue];
    pressEach(state, 0, HOLD);
    expect([board.hold, board.piece]).toEqual([first, second]);
    pressEach(state, 0, HARD_DROP);
    expect([board.hold, board.piece]).toEqual([first, third]);
    pressEach(state, 0, ROTATE_CW, MOVE_LEFT, HOLD);
    expect([board.hold, board.piece, board.rotation, board.x]).toEqual([third, first, 0, 3]);
  });

  test('[T5] once until a piece locks', () => {
    const { state, board } = solo();
    pressEach(state, 0, HOLD);
    const { hold, piece } = board;
    pressEach(state, 0, HOLD, HOLD);
    expect([board.hold, board.piece]).toEqual([hold, piece]);
    pressEach(state, 0, HARD_DROP, HOLD);
    expect(board.piece).toBe(hold);
  });

  test('[T5] takes no piece from the queue when it changes two', () => {
    const { state, board } = solo();
    expect(board.hold).toBe(NONE);
    pressEach(state, 0, HOLD, HARD_DROP);
    const before = board.drawn;
    expect(dataOf(pressEach(state, 0, HOLD), 'piece_spawn')).toHaveLength(1);
    expect(board.drawn).toBe(before);
  });
});
