import { describe, expect, test } from 'vitest';
import { HARD_DROP, MOVE_LEFT, MOVE_RIGHT, ROTATE_CCW } from '../../rooms/tetris/actions.ts';
import { fieldOf, landing, withPiece } from '../../rooms/tetris/bots/field.ts';
import { findPlace } from '../../rooms/tetris/bots/search.ts';
import { steer } from '../../rooms/tetris/bots/steer.ts';
import { O, PIECES, T } from '../../rooms/tetris/pieces.ts';
import { tetrisRules, type TetrisState } from '../../rooms/tetris/rules.ts';
import { draw, enter, pressEach, run, solo } from './support.ts';

const shownField = (state: TetrisState) => fieldOf(tetrisRules.visible(state, 0).boards[0]!.rows);

describe('a plan', () => {
  const taste = { height: 5, hole: 200, step: 20, well: 0, danger: 0, clears: [0, 1, 2, 3, 4] };

  test('[T40] looks at no more than depth, width and places allow', () => {
    const pieces = [T, 0, O, 6, 2];
    const PLACES = 34;
    for (const [depth, width] of [
      [1, 1],
      [2, 8],
      [3, 6],
    ] as const) {
      for (const holds of [false, true]) {
        const { looked } = findPlace(fieldOf([]), pieces, 1, { taste, depth, width, holds });
        expect(looked).toBeGreaterThan(depth * 9);
        expect(looked).toBeLessThanOrEqual(PLACES * (holds ? 2 : 1) + (depth - 1) * width * PLACES);
      }
    }
  });

  test('[T40] is made once a piece, however often the bot is asked', () => {
    const { state } = solo();
    let reads = 0;
    const view = tetrisRules.visible(state, 0);
    const counted = new Proxy(view.boards[0]!.rows, {
      get(target, key, receiver) {
        if (key === 'entries') reads++;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    const seen = { ...view, boards: [{ ...view.boards[0]!, rows: counted }] };
    for (let tick = 0; tick < 60; tick++) tetrisRules.bot(seen, 0, 'strong', tick);
    expect(reads).toBe(1);
  });

  test('[T40] there is none where nothing fits, and the bot drops what it has', () => {
    const { state, board } = solo();
    draw(board, ...Array<string>(30).fill('XXXXXXXXX_'));
    Object.assign(board, { x: 3, y: 30 });
    expect(
      findPlace(shownField(state), [O], null, {
        taste,
        depth: 1,
        width: 1,
        holds: false,
      }),
    ).toEqual({ place: null, looked: 0 });
    const asked = [0, 1, 2, 3, 4, 5].flatMap((tick) =>
      tetrisRules.bot(tetrisRules.visible(state, 0), 0, 'strong', tick),
    );
    expect(asked).toMatchObject([{ payload: { actions: HARD_DROP } }]);
  });

  test('[T40] the hole for I is found', () => {
    const { state, board } = solo();
    draw(board, ...Array<string>(4).fill('XXXXXXXXX_'));
    enter(board, 'I');
    const { place } = findPlace(shownField(state), [0], null, {
      taste,
      depth: 1,
      width: 1,
      holds: false,
    });
    expect(place).toMatchObject({ rotation: 1, x: 7, y: 0 });
  });

  test('[T40] the field that a bot imagines is the one that the match makes', () => {
    for (const name of PIECES) {
      const { state, board } = solo();
      draw(board, 'X_XX______', 'XXXXXXX___');
      enter(board, name);
      run(state, 2);
      const before = shownField(state);
      const { piece, rotation, x, y } = board;
      const { field, lines } = withPiece(before, landing(before, { piece, rotation, x: 6, y }));
      expect(x).toBe(3);
      pressEach(state, 0, MOVE_RIGHT, MOVE_RIGHT, MOVE_RIGHT, HARD_DROP);
      expect([field.rows, lines]).toEqual([shownField(state).rows, board.lines]);
    }
  });

  test('[T38] it turns and moves at once, then drops', () => {
    const field = fieldOf([]);
    const from = { piece: T, rotation: 0, x: 3, y: 18 };
    expect(steer(field, from, { ...from, rotation: 3, x: 1 })).toBe(ROTATE_CCW | MOVE_LEFT);
    expect(steer(field, from, from)).toBe(HARD_DROP);
    expect(steer(field, { ...from, x: 0 }, { ...from, x: -1 })).toBe(HARD_DROP);
  });
});
