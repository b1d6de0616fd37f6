/** Which traces are kept: a share of those that begin here, and of callers' what they have decided, within bounds. */
import { type SpanContext, TraceFlags } from '@opentelemetry/api';

/** Traces of callers who want them kept, a second; beyond that they are kept like any other. */
const callersPerSecond = 10;

export interface SamplingOptions {
  /** 0 to 1. */
  readonly share: number;
  /** 0 to less than 1. */
  readonly random?: () => number;
  /** Milliseconds, on a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * Anybody may send a `traceparent` with the flag `sampled`, and the trace id of his choice. So at most so many a second
 * are kept for that, of all callers together; and chance decides on the others, not the trace id.
 */
export class Sampling {
  readonly #share: number;
  readonly #random: () => number;
  readonly #now: () => number;
  #places = callersPerSecond;
  #filledAt: number;

  constructor({ share, random = Math.random, now = () => performance.now() }: SamplingOptions) {
    this.#share = share;
    this.#random = random;
    this.#now = now;
    this.#filledAt = now();
  }

  /** Whether to keep the trace of this caller, or, without one, a trace that begins here. */
  keeps(caller: SpanContext | undefined): boolean {
    if (!caller) return this.#random() < this.#share;
    if ((caller.traceFlags & TraceFlags.SAMPLED) === 0) return false;
    return this.#takePlace() || this.#random() < this.#share;
  }

  #takePlace(): boolean {
    const now = this.#now();
    const refilled = this.#places + ((now - this.#filledAt) / 1000) * callersPerSecond;
    this.#places = Math.min(refilled, callersPerSecond);
    this.#filledAt = now;
    if (this.#places < 1) return false;
    this.#places--;
    return true;
  }
}
