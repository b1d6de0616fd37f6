/**
 * What stands between us and everything that is outside: it bounds how much is under way, gives up what takes too long,
 * does again what may be done twice, and leaves alone what has failed five times in a row. Rules with ids in SPEC.md.
 */
import {
  type IPolicy,
  BrokenCircuitError,
  BulkheadRejectedError,
  ExponentialBackoff,
  TaskCancelledError,
  TimeoutStrategy,
  bulkhead,
  handleWhen,
  noop,
  retry,
  timeout,
  wrap,
} from 'cockatiel';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { GuardError } from './guard-error.ts';
import type { BreakerState, GuardObserver } from './observer.ts';

/** `signal` is aborted where the guard has given it up. */
export type Work<T> = (signal: AbortSignal) => Promise<T>;

export interface GuardOptions {
  /** Short, such as `postgres`: a label of metrics. */
  readonly name: string;
  /** Whether an error says that the dependency is away or hangs. Any other is an answer of it, and passes as it is. */
  readonly isFailure: (error: unknown) => boolean;
  /** An attempt without an answer after so many milliseconds has failed; absent: the dependency's client sees to that. */
  readonly timeoutMs?: number;
  /** How often idempotent work is done again after a failure that came quickly; 0 by default. */
  readonly retries?: number;
  /** Most work under way, and most that waits for its turn, in order; absent: as much as comes. */
  readonly bulkhead?: { readonly atOnce: number; readonly waiting: number };
  /** Null: none, where failing costs nothing, or the client has one of its own. */
  readonly breaker?: BreakerOptions | null;
  readonly observer?: GuardObserver | undefined;
}

export interface Guard {
  readonly name: string;
  readonly state: BreakerState;
  /**
   * Throws what `work` throws, and GuardError where the guard itself has given up. Work that is `idempotent` may be done
   * again; any other is done once at most.
   */
  run<T>(work: Work<T>, how?: { readonly idempotent?: boolean }): Promise<T>;
  /** Throws GuardError while the breaker is open: for work that does not pass through the guard. */
  check(): void;
  /** Looks no more whether the dependency is back. */
  close(): void;
}

const firstRetryMs = 50;
const longestRetryMs = 1_000;
/** Who has waited longer than this for a failure does not wait for another. */
const quickMs = 1_000;
const overloadedSeconds = 1;

export function createGuard(options: GuardOptions): Guard {
  return new PolicyGuard(options);
}

class PolicyGuard implements Guard {
  readonly #options: GuardOptions;
  readonly #breaker: Breaker | null;
  readonly #once: IPolicy;
  readonly #again: IPolicy;
  readonly #timeout: IPolicy | null;
  readonly #lateFailures = new WeakSet<Error>();
  /** The latest that tells which dependency is away: that we gave up waiting tells it only where nothing else does. */
  #lastFailure: unknown;

  constructor(options: GuardOptions) {
    this.#options = options;
    const { name, breaker = {}, observer, timeoutMs } = options;
    const attempt = this.#attempt;
    const onChange = (state: BreakerState): void => observer?.onChange(name, state);
    this.#breaker = breaker && new Breaker({ ...breaker, isFailure: this.#isFailure, attempt, onChange });
    const once = [...this.#bulkhead(), ...(this.#breaker ? [this.#breaker.policy] : [])];
    this.#timeout = timeoutMs === undefined ? null : timeout(timeoutMs, TimeoutStrategy.Aggressive);
    this.#once = composed(once);
    this.#again = composed([...this.#retry(), ...once]);
  }

  get name(): string {
    return this.#options.name;
  }

  get state(): BreakerState {
    return this.#breaker?.state ?? 'closed';
  }

  async run<T>(work: Work<T>, { idempotent = false } = {}): Promise<T> {
    if (this.#breaker?.isShut) throw this.#unavailable();
    const policy = idempotent ? this.#again : this.#once;
    try {
      return await policy.execute(({ signal }) => this.#attempt(work, signal));
    } catch (error) {
      throw this.#explained(error);
    }
  }

  check(): void {
    if (this.state === 'open' || this.#breaker?.isShut) throw this.#unavailable();
  }

  close(): void {
    this.#breaker?.close();
  }

  readonly #attempt = async <T>(work: Work<T>, signal: AbortSignal): Promise<T> => {
    const { observer, name } = this.#options;
    const began = performance.now();
    try {
      const value = await (this.#timeout
        ? this.#timeout.execute((inner) => work(inner.signal))
        : work(signal));
      observer?.onCall(name, performance.now() - began, true);
      return value;
    } catch (error) {
      const ms = performance.now() - began;
      const hasFailed = this.#isFailure(error);
      if (this.#options.isFailure(error)) this.#lastFailure = error;
      if (!hasFailed) this.#breaker?.answered();
      else if (ms > quickMs && error instanceof Error) this.#lateFailures.add(error);
      observer?.onCall(name, ms, !hasFailed);
      throw error;
    }
  };

  readonly #isFailure = (error: unknown): boolean =>
    error instanceof TaskCancelledError || this.#options.isFailure(error);

  #retry(): IPolicy[] {
    const { name, retries = 0, observer } = this.#options;
    if (retries === 0) return [];
    const backoff = new ExponentialBackoff({ initialDelay: firstRetryMs, maxDelay: longestRetryMs });
    const isQuick = (error: unknown): boolean =>
      this.#isFailure(error) && !this.#lateFailures.has(error as Error);
    const policy = retry(handleWhen(isQuick), { maxAttempts: retries, backoff });
    policy.onRetry(() => observer?.onRetry(name));
    return [policy];
  }

  #bulkhead(): IPolicy[] {
    const most = this.#options.bulkhead;
    return most ? [bulkhead(most.atOnce, most.waiting)] : [];
  }

  /** The library's own errors as ours. */
  #explained(error: unknown): unknown {
    const { name, observer } = this.#options;
    if (error instanceof BrokenCircuitError) return this.#unavailable();
    if (error instanceof BulkheadRejectedError) {
      observer?.onRejected(name, 'overloaded');
      return new GuardError('resilience/overloaded', name, overloadedSeconds);
    }
    if (error instanceof TaskCancelledError)
      return new GuardError('resilience/timeout', name, overloadedSeconds);
    return error;
  }

  #unavailable(): GuardError {
    this.#options.observer?.onRejected(this.name, 'unavailable');
    const seconds = Math.ceil((this.#breaker?.pauseMs ?? 0) / 1000);
    return new GuardError('resilience/unavailable', this.name, seconds, this.#lastFailure);
  }
}

/** From the outermost to the innermost. */
function composed(policies: readonly IPolicy[]): IPolicy {
  return policies.length === 0 ? noop : wrap(...policies);
}
