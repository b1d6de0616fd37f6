import type { Clock } from './clock.ts';

/**
 * Calls `tick(t)` `hz` times a second of match time, t in milliseconds; late ticks follow at once, so that none is left
 * out. The returned function stops it.
 */
export function startTicks(clock: Clock, hz: number, start: number, tick: (t: number) => void): () => void {
  const began = clock.now();
  let ticks = 0;
  let cancel = (): void => {};
  const arm = (): void => {
    const dueIn = began + ((ticks + 1) * 1000) / hz - clock.now();
    cancel = clock.after(Math.max(0, dueIn), next);
  };
  const next = (): void => {
    tick(start + Math.round((++ticks * 1000) / hz));
    arm();
  };
  arm();
  return () => cancel();
}
