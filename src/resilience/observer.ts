/** Who watches the guards of what is outside: metrics (src/ops). Nothing of it may throw, or wait. */

export type BreakerState = 'closed' | 'open' | 'half_open';

/** Why a guard did not let work through: too much was under way and waiting, or the breaker was open. */
export type Rejection = 'overloaded' | 'unavailable';

/** `name`: of the guard, such as `postgres`, `redis_store` or `nats`; a label of metrics. There are few. */
export interface GuardObserver {
  onChange(name: string, state: BreakerState): void;
  /** An attempt failed, and the work will be done again. */
  onRetry(name: string): void;
  onRejected(name: string, reason: Rejection): void;
  /**
   * An attempt has ended after `ms` milliseconds; where it was waiting for its turn is not counted. `ok`: the dependency
   * answered, though it may have been with an error of the work's own (a refused statement).
   */
  onCall(name: string, ms: number, ok: boolean): void;
}
