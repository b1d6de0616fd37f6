/** What a load counts: kept in each worker since it was last asked, sent to the runner, and added up there. */
import { type Durations, Histogram } from './histogram.ts';

export const durations = ['moves', 'joins', 'returns'] as const;

export interface Counted extends Readonly<Record<(typeof durations)[number], Durations>> {
  /** Matches that came to their end. */
  readonly matches: number;
  /** Moves that were not timed, because a cut of this load was in their way: see SPEC.md. */
  readonly untimed: number;
  /** Errors by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Microseconds of CPU that the load took. */
  readonly cpu: number;
}

export class Tally implements Counted {
  /** Milliseconds from when a move was due until all who were connected had seen it. */
  readonly moves = new Histogram();
  /** From asking for a seat until the state is there. */
  readonly joins = new Histogram();
  /** From a cut until the state is there again, the wait before the first dial included. */
  readonly returns = new Histogram();
  readonly errors: Record<string, number> = {};
  matches = 0;
  untimed = 0;
  cpu = 0;

  failed(code: string, times = 1): void {
    this.errors[code] = (this.errors[code] ?? 0) + times;
  }

  add(other: Counted): void {
    for (const name of durations) this[name].merge(other[name]);
    for (const [code, times] of Object.entries(other.errors)) this.failed(code, times);
    this.matches += other.matches;
    this.untimed += other.untimed;
    this.cpu += other.cpu;
  }

  get errorCount(): number {
    return Object.values(this.errors).reduce((sum, times) => sum + times, 0);
  }
}
