/** All guards of a process: one for each thing outside, and what is known of each now. */
import { createGuard, type Guard, type GuardOptions } from './guard.ts';
import type { BreakerState, GuardObserver } from './observer.ts';

export interface Guards {
  create(options: Omit<GuardOptions, 'observer'>): Guard;
  /** Of a dependency whose client is a breaker by itself: it says when it goes and comes. */
  tell(name: string, state: BreakerState): void;
  /** By name of the guard. */
  states(): Readonly<Record<string, BreakerState>>;
  close(): void;
}

export function createGuards(observer?: GuardObserver): Guards {
  const guards = new Map<string, Guard>();
  const told = new Map<string, BreakerState>();
  return {
    create(options) {
      const guard = createGuard({ ...options, observer });
      guards.set(guard.name, guard);
      return guard;
    },
    tell(name, state) {
      told.set(name, state);
      observer?.onChange(name, state);
    },
    states: () => ({
      ...Object.fromEntries([...guards.values()].map(({ name, state }) => [name, state])),
      ...Object.fromEntries(told),
    }),
    close: () => guards.forEach((guard) => guard.close()),
  };
}
