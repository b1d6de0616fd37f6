import type { Key, KeyRepeat } from '../client/tetris/key-repeat.ts';

/** By `KeyboardEvent.code`, so that keys stay where they are on every layout. */
const keys: Readonly<Record<string, Key>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowDown: 'softDrop',
  ArrowUp: 'clockwise',
  KeyX: 'clockwise',
  KeyZ: 'counterClockwise',
  ControlLeft: 'counterClockwise',
  Space: 'hardDrop',
  KeyC: 'hold',
  ShiftLeft: 'hold',
  ShiftRight: 'hold',
};

/** Listens until the signal; `struck` is called after each key of the game. */
export function listenToKeys(repeat: KeyRepeat, signal: AbortSignal): void {
  addEventListener(
    'keydown',
    (event) => {
      const key = keys[event.code];
      if (!key || event.altKey || event.metaKey) return;
      event.preventDefault();
      if (!event.repeat) repeat.press(key);
    },
    { signal },
  );
  addEventListener(
    'keyup',
    ({ code }) => {
      if (keys[code]) repeat.release(keys[code]);
    },
    { signal },
  );
  addEventListener('blur', () => repeat.releaseAll(), { signal });
}
