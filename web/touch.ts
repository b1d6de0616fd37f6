/** Fingers: drag to move, tap to turn (left third: back), swipe down to drop, slow down to soft drop, swipe up to hold. */
import type { Key, KeyRepeat } from '../client/tetris/key-repeat.ts';

interface Finger {
  readonly id: number;
  readonly startX: number;
  readonly startY: number;
  readonly startedAt: number;
  /** Where the last column was moved from. */
  x: number;
  hasMoved: boolean;
}

/** Pixels of CSS. */
const columnWidth = 26;
const tapDistance = 12;
const swipeDistance = 48;
const swipeMs = 260;

export function listenToTouch(element: HTMLElement, repeat: KeyRepeat, signal: AbortSignal): void {
  let finger: Finger | null = null;
  const strike = (key: Key): void => {
    repeat.press(key);
    repeat.release(key);
  };
  const down = ({ pointerId, pointerType, clientX, clientY, timeStamp }: PointerEvent): void => {
    if (pointerType === 'mouse' || finger) return;
    finger = {
      id: pointerId,
      startX: clientX,
      startY: clientY,
      startedAt: timeStamp,
      x: clientX,
      hasMoved: false,
    };
  };
  const move = ({ pointerId, clientX, clientY, timeStamp }: PointerEvent): void => {
    if (finger?.id !== pointerId) return;
    if (Math.abs(clientX - finger.x) >= columnWidth) {
      strike(clientX < finger.x ? 'left' : 'right');
      finger.x += Math.sign(clientX - finger.x) * columnWidth;
      finger.hasMoved = true;
    }
    const isSlow = timeStamp - finger.startedAt > swipeMs;
    if (isSlow && clientY - finger.startY > swipeDistance) {
      repeat.press('softDrop');
      finger.hasMoved = true;
    }
  };
  const up = ({ pointerId, type, clientX, clientY, timeStamp }: PointerEvent): void => {
    if (finger?.id !== pointerId) return;
    const { startX, startY, startedAt, hasMoved } = finger;
    finger = null;
    repeat.release('softDrop');
    if (hasMoved || type === 'pointercancel') return;
    const [dx, dy] = [clientX - startX, clientY - startY];
    if (Math.hypot(dx, dy) < tapDistance) strike(isLeft(element, clientX) ? 'counterClockwise' : 'clockwise');
    else if (timeStamp - startedAt <= swipeMs && Math.abs(dy) > swipeDistance)
      strike(dy > 0 ? 'hardDrop' : 'hold');
  };
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
}

function isLeft(element: HTMLElement, x: number): boolean {
  const { left, width } = element.getBoundingClientRect();
  return x < left + width / 3;
}
