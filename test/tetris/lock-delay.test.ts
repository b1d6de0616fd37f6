import { describe, expect, test } from 'vitest';
import { MOVE_LEFT, MOVE_RIGHT, ROTATE_CW, SOFT_DROP_ON } from '../../rooms/tetris/actions.ts';
import { draw, enter, press, pressEach, run, solo, soloWith } from './support.ts';

/** A T on the floor, the tick that it came to rest over. */
function resting(...rows: string[]) {
  const match = soloWith('T', ...rows);
  match.board.y = rows.length - 1;
  run(match.state, 1);
  return match;
}

/** Ticks until the piece locks. */
function ticksToLock(match: ReturnType<typeof solo>, most = 10_000): number {
  const { placed } = match.board;
  for (let ticks = 1; ticks <= most; ticks++) {
    run(match.state, 1);
    if (match.board.placed > placed) return ticks;
  }
  return Infinity;
}

describe('lock delay', () => {
  test('[T9] a piece locks 30 ticks after it came to rest', () => {
    expect(ticksToLock(resting())).toBe(30);
  });

  test.each([MOVE_LEFT, ROTATE_CW])('[T10] action %i in the 29th tick starts them again', (action) => {
    const match = resting();
    run(match.state, 28);
    pressEach(match.state, 0, action);
    expect(match.board.resets).toBe(1);
    expect(ticksToLock(match)).toBe(30);
  });

  test('[T10] a move that is impossible starts nothing again', () => {
    const match = resting();
    match.board.x = 0;
    run(match.state, 10);
    const { rested } = match.board;
    pressEach(match.state, 0, MOVE_LEFT);
    expect(match.board.rested).toBe(rested + 1);
  });

  test('[T10] 15 resets, no more', () => {
    const match = resting();
    const moves = Array.from({ length: 15 }, (_, i) => (i % 2 === 0 ? MOVE_LEFT : MOVE_RIGHT));
    pressEach(match.state, 0, ...moves);
    expect([match.board.resets, match.board.rested]).toEqual([15, 1]);
    pressEach(match.state, 0, MOVE_LEFT, MOVE_RIGHT);
    expect([match.board.resets, match.board.rested]).toEqual([15, 3]);
    expect(ticksToLock(match)).toBe(28);
  });

  test('[T10] a new lowest row gives all of them back', () => {
    const match = resting('_XXXXXXXXX');
    match.board.x = 1;
    pressEach(match.state, 0, ...Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? MOVE_RIGHT : MOVE_LEFT)));
    expect(match.board.resets).toBe(8);
    draw(match.board);
    press(match.state, 0, SOFT_DROP_ON);
    run(match.state, 4);
    expect([match.board.y, match.board.resets]).toEqual([-1, 0]);
  });

  test('[T10] with all resets used the ticks run on in the air, before not', () => {
    for (const [resets, ticks] of [
      [14, 10],
      [15, 15],
    ]) {
      const { state, board } = resting();
      Object.assign(board, { y: 3, resets, rested: 10 });
      run(state, 5);
      expect([board.rested, board.placed]).toEqual([ticks, 0]);
    }
  });

  test('[T10] nobody stays for ever by turning', () => {
    for (const name of 'IJLOSTZ') {
      const match = solo();
      enter(match.board, name);
      const { placed } = match.board;
      let ticks = 0;
      while (match.board.placed === placed && ticks < 10_000) {
        pressEach(match.state, 0, ROTATE_CW);
        ticks++;
      }
      expect(ticks).toBeLessThan(2_500);
    }
  });
});
