/** What goes wrong, and when: drawn from a seed, so that the same seed gives the same plan. */
import { hash } from 'node:crypto';
import { type Random, seededRandom } from '../src/match/random.ts';

/** What a fault happens to: one thing at a time for each. */
export type Target = `process ${number}` | 'redis' | 'postgres' | 'nats' | 'network';

export type FaultKind =
  | 'kill'
  | 'stop'
  | 'drain'
  | 'redis restart'
  | 'redis loses all'
  | 'redis hangs'
  | 'postgres restart'
  | 'nats restart'
  | 'slow network'
  | 'cut network'
  | 'half-open network';

export interface Fault {
  readonly number: number;
  readonly kind: FaultKind;
  readonly target: Target;
  /** Milliseconds since the faults began. */
  readonly at: number;
  readonly lastsMs: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** The last fault is over by then. */
  readonly durationMs: number;
  readonly processes: number;
}

interface Draw {
  readonly kind: FaultKind;
  readonly weight: number;
  /** How long it lasts. */
  readonly ms: readonly [least: number, most: number];
}

const draws: readonly Draw[] = [
  { kind: 'kill', weight: 5, ms: [300, 3_000] },
  // longer than a process's key (3 s) and its lease in the database (5 s) live
  { kind: 'stop', weight: 3, ms: [5_500, 9_000] },
  { kind: 'drain', weight: 2, ms: [300, 2_000] },
  { kind: 'redis restart', weight: 2, ms: [100, 2_500] },
  { kind: 'redis loses all', weight: 2, ms: [100, 2_500] },
  { kind: 'redis hangs', weight: 1, ms: [500, 3_000] },
  { kind: 'postgres restart', weight: 2, ms: [200, 3_000] },
  { kind: 'nats restart', weight: 2, ms: [200, 3_000] },
  { kind: 'slow network', weight: 2, ms: [2_000, 5_000] },
  { kind: 'cut network', weight: 2, ms: [100, 1_000] },
  { kind: 'half-open network', weight: 2, ms: [2_000, 6_000] },
];

/** From the beginning of one fault to that of the next. */
const gapMs = [800, 3_500] as const;
/** Between two faults of the same target it is well for a while. */
const restMs = 1_500;
/**
 * What is not yet flushed is known to Redis and to the process that holds the match. Whoever loses both at once loses it:
 * so much is the price of writing behind, and no fault of the house. The store flushes every 10 s, and what a dead
 * process left after 20 s; PostgreSQL must be there for that.
 */
const flushMs = 14_000;
const orphanMs = 26_000;
const kinds = draws.flatMap(({ kind, weight }) => Array.from({ length: weight }, () => kind));

/** In the order of their beginnings. */
export function makePlan({ seed, durationMs, processes }: PlanOptions): Fault[] {
  const random = seededRandom(hash('md5', `chaos ${seed}`));
  const between = ([least, most]: readonly [number, number]): number => least + random.int(most - least + 1);
  const plan: Fault[] = [];
  for (let at = between(gapMs); ; at += between(gapMs)) {
    const kind = kinds[random.int(kinds.length)]!;
    const fault = {
      number: plan.length + 1,
      kind,
      target: targetOf(kind, random, processes),
      at,
      lastsMs: between(draws.find((draw) => draw.kind === kind)!.ms),
    };
    if (at + gapMs[1] > durationMs) return plan;
    if (at + fault.lastsMs <= durationMs && plan.every((other) => areApart(fault, other))) plan.push(fault);
  }
}

function targetOf(kind: FaultKind, random: Random, processes: number): Target {
  if (kind === 'kill' || kind === 'stop' || kind === 'drain') return `process ${random.int(processes) + 1}`;
  return kind.split(' ').find((word) => word !== 'slow' && word !== 'cut' && word !== 'half-open') as Target;
}

/** Whether both may happen: never twice to the same, and never what loses both copies of a move. */
export function areApart(one: Fault, other: Fault): boolean {
  const [first, second] = one.at <= other.at ? [one, other] : [other, one];
  const gap = second.at - (first.at + first.lastsMs);
  if (first.target === second.target) return gap >= restMs;
  const loses = [first, second].some(({ kind }) => kind === forgets);
  if (!loses || ![first, second].some(({ kind }) => delaysFlush.has(kind))) return true;
  return gap >= (first.kind === 'kill' ? orphanMs : flushMs);
}

const forgets: FaultKind = 'redis loses all';
/** A process that is stopped is as good as dead: another takes its matches from what is known then. */
const delaysFlush: ReadonlySet<FaultKind> = new Set(['kill', 'stop', 'postgres restart']);
