import { describe, expect, test } from 'vitest';
import { KeyRepeat, repeatRate, shiftDelay } from '../../client/tetris/key-repeat.ts';
import {
  HARD_DROP,
  HOLD,
  MOVE_LEFT,
  MOVE_RIGHT,
  ROTATE_CCW,
  ROTATE_CW,
  SOFT_DROP_OFF,
  SOFT_DROP_ON,
} from '../../rooms/tetris/actions.ts';

const take = (keys: KeyRepeat, ticks: number): number[] =>
  Array.from({ length: ticks }, () => keys.take(false));

describe('keys', () => {
  test('[CL3] a held side moves at once, after 150 ms, and then each 33 ms', () => {
    const keys = new KeyRepeat();
    keys.press('left');
    const ticks = take(keys, 16);
    expect(ticks.flatMap((actions, tick) => (actions === MOVE_LEFT ? [tick] : []))).toEqual([
      0, 9, 11, 13, 15,
    ]);
    expect([shiftDelay / 60, repeatRate / 60].map((seconds) => Math.round(seconds * 1000))).toEqual([
      150, 33,
    ]);
    keys.release('left');
    expect(take(keys, 20)).toEqual(Array(20).fill(0));
  });

  test('[CL3] of two held sides the last one counts; the other begins anew when it is alone again', () => {
    const keys = new KeyRepeat();
    keys.press('left');
    take(keys, 12);
    keys.press('right');
    expect(take(keys, 10)).toEqual([MOVE_RIGHT, ...Array(8).fill(0), MOVE_RIGHT]);
    keys.release('right');
    expect(take(keys, 10)).toEqual([...Array(9).fill(0), MOVE_LEFT]);
  });

  test('[CL4] a tap shorter than a tick acts once', () => {
    const keys = new KeyRepeat();
    for (const key of ['hold', 'clockwise', 'left', 'hardDrop'] as const) {
      keys.press(key);
      keys.release(key);
    }
    expect(keys.isPending).toBe(true);
    expect(take(keys, 3)).toEqual([MOVE_LEFT | ROTATE_CW | HARD_DROP | HOLD, 0, 0]);
    expect(keys.isPending).toBe(false);
    keys.press('counterClockwise');
    expect(take(keys, 2)).toEqual([ROTATE_CCW, 0]);
  });

  test('[CL4] what would act before an earlier strike waits for the next tick, and so does the same key again', () => {
    const keys = new KeyRepeat();
    const strikes = [
      'left',
      'left',
      'hardDrop',
      'clockwise',
      'counterClockwise',
      'right',
      'hardDrop',
    ] as const;
    for (const key of strikes) {
      keys.press(key);
      keys.release(key);
    }
    const ticks = [MOVE_LEFT, MOVE_LEFT | HARD_DROP, ROTATE_CW, ROTATE_CCW | MOVE_RIGHT | HARD_DROP, 0];
    expect(take(keys, 5)).toEqual(ticks);
    for (let strike = 0; strike < 100; strike++) keys.press('hold');
    expect(take(keys, 20).filter((actions) => actions === HOLD)).toHaveLength(8);
  });

  test('[CL4] soft drop is switched by what the board has', () => {
    const keys = new KeyRepeat();
    keys.press('softDrop');
    expect([keys.take(false), keys.take(true), keys.take(false)]).toEqual([SOFT_DROP_ON, 0, SOFT_DROP_ON]);
    keys.release('softDrop');
    expect([keys.take(true), keys.take(true), keys.take(false)]).toEqual([SOFT_DROP_OFF, SOFT_DROP_OFF, 0]);
    keys.press('softDrop');
    keys.release('softDrop');
    expect(take(keys, 2)).toEqual([SOFT_DROP_ON | SOFT_DROP_OFF, 0]);
  });

  test('[CL3] [CL4] a window that lost the keyboard holds nothing', () => {
    const keys = new KeyRepeat();
    keys.press('right');
    keys.press('softDrop');
    keys.take(false);
    keys.releaseAll();
    expect(keys.take(true)).toBe(SOFT_DROP_OFF);
    expect(take(keys, 20)).toEqual(Array(20).fill(0));
  });
});
