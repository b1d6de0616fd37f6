/** Leaves a dependency alone that has failed five times in a row, and finds out when it is back. */
import {
  type IPolicy,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  TimeoutStrategy,
  circuitBreaker,
  handleWhen,
  timeout,
} from 'cockatiel';
import type { BreakerState } from './observer.ts';

export interface BreakerOptions {
  /** How long it is left alone, in milliseconds: 1,000 at first, doubled up to 10,000 with each failure to come back. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /**
   * Asks the dependency whether it is there, at the end of each pause: nobody's work has to find out or waits for how that
   * goes, and all goes on as soon as it is back. Without it the first work after the pause is the one that tries.
   */
  readonly probe?: () => Promise<unknown>;
}

interface BreakerDeps extends BreakerOptions {
  readonly isFailure: (error: unknown) => boolean;
  /** Around a probe, as around any attempt. */
  readonly attempt: (work: () => Promise<unknown>, signal: AbortSignal) => Promise<unknown>;
  readonly onChange: (state: BreakerState) => void;
}

const failuresInRow = 5;
/** A probe may hit a connection that is dead without knowing it: the next one takes another. */
const probeMs = 2_000;
/** Timers and the clock of the library disagree by a moment. */
const slackMs = 2;

const names: Readonly<Partial<Record<CircuitState, BreakerState>>> = {
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
};

export class Breaker {
  readonly #deps: BreakerDeps;
  readonly #failures = new ConsecutiveBreaker(failuresInRow);
  readonly #circuit;
  readonly #timeout = timeout(probeMs, TimeoutStrategy.Aggressive);
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Of now, or the latest, in milliseconds. */
  pauseMs = 0;

  constructor(deps: BreakerDeps) {
    this.#deps = deps;
    const { firstPauseMs = 1_000, longestPauseMs = 10_000 } = deps;
    const pause = ({ attempt }: { attempt: number }): number =>
      (this.pauseMs = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs));
    this.#circuit = circuitBreaker(handleWhen(deps.isFailure), {
      halfOpenAfter: new DelegateBackoff(pause),
      breaker: this.#failures,
    });
    this.#circuit.onStateChange(() => this.#changed());
  }

  get policy(): IPolicy {
    return this.#circuit;
  }

  get state(): BreakerState {
    return names[this.#circuit.state] ?? 'closed';
  }

  /** Whether work is to be refused before it comes to the policy: its probe alone finds out. */
  get isShut(): boolean {
    return this.#deps.probe !== undefined && this.state !== 'closed';
  }

  /** An answer that is an error of the work: the failures before it were not in a row with those after it. */
  answered(): void {
    this.#failures.success();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #changed(): void {
    this.#deps.onChange(this.state);
    if (this.state === 'open') this.#probeLater();
  }

  #probeLater(): void {
    const { probe } = this.#deps;
    clearTimeout(this.#timer);
    if (!probe || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#probe(probe), this.pauseMs + slackMs).unref();
  }

  async #probe(probe: () => Promise<unknown>): Promise<void> {
    const inTime = (): Promise<unknown> => this.#timeout.execute(probe);
    await this.#circuit.execute(({ signal }) => this.#deps.attempt(inTime, signal)).catch(() => {});
    // someone's work was faster, or the clock was set back
    if (this.state === 'open') this.#probeLater();
  }
}
