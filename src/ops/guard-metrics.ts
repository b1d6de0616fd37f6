/** Metrics of what the guards of everything external do. */
import type { BreakerState, GuardObserver } from '../resilience/observer.ts';
import type { Instruments } from './instruments.ts';

const states: readonly BreakerState[] = ['closed', 'open', 'half_open'];

export function guardMetrics(instruments: Instruments): GuardObserver {
  const { breaker, retries, rejections, failures, callSeconds } = instruments;
  const known = new Set<string>();

  function show(name: string, now: BreakerState): void {
    known.add(name);
    for (const state of states) breaker.of(name, state).value = state === now ? 1 : 0;
  }

  return {
    onChange: show,
    onRetry: (name) => retries.of(name).add(),
    onRejected: (name, reason) => rejections.of(name, reason).add(),
    onCall(name, ms, ok) {
      // a breaker says nothing of itself until it opens
      if (!known.has(name)) show(name, 'closed');
      callSeconds.of(name).observe(ms / 1000);
      if (!ok) failures.of(name).add();
    },
  };
}
