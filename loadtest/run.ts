/** One load by light clients: workers that play, a line each second, and what came of it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../bench/rpc.ts';
import { DemoError } from '../demo/demo-error.ts';
import type { OpenLoopPlan } from './arguments.ts';
import type { Load, Second } from './generator.ts';
import { Histogram } from './histogram.ts';
import { secondLine, type Summary, summaryOf } from './report.ts';
import { Tally } from './tally.ts';
import { limitHint, type Target } from './target.ts';
import { Watchers } from './watchers.ts';
import type { WorkerCalls } from './worker.ts';

export interface RunOptions {
  readonly plan: Omit<OpenLoopPlan, 'kind' | 'server' | 'json' | 'p99'>;
  readonly target: Omit<Target, 'close'>;
  /** Core of the workers; null: wherever. */
  readonly core: number | null;
  readonly say: (line: string) => void;
  /** All sockets are open, and what is counted begins. */
  readonly begun?: () => Promise<void>;
  /** Each second that counts. */
  readonly counted?: (second: Tally) => void;
  /** Nothing is due any more, and all are still connected. */
  readonly held?: () => Promise<void>;
}

type Workers = readonly Child<WorkerCalls>[];

const settleMs = 10_000;
const settleStepMs = 200;

/** Rejects with DemoError where the server limits the load. */
export async function run({
  plan,
  target,
  core,
  say,
  begun,
  counted: told,
  held,
}: RunOptions): Promise<Summary> {
  const { seconds, rampSeconds, workers: count } = plan;
  const file = join(import.meta.dirname, 'worker.ts');
  const workers = Array.from(
    { length: count },
    () => new Child<WorkerCalls>(file, [], { ...process.env }, core),
  );
  const { host, port, keys } = target;
  const watchers = new Watchers(target);
  try {
    const loads = sharesOf(plan);
    await Promise.all(workers.map((worker, i) => worker.ask('start', loads[i]!, { host, port }, keys)));
    const joins = new Histogram();
    const all = new Tally();
    let sockets: [number, number] = [Infinity, 0];
    const start = performance.now();
    for (let at = 1; at <= rampSeconds + seconds; at++) {
      await sleep(Math.max(0, start + at * 1000 - performance.now()));
      const isRamp = at <= rampSeconds;
      const counted = await Promise.all(workers.map((worker) => worker.ask('take')));
      const second = addUp(counted);
      const connected = counted.reduce((sum, { sockets: own }) => sum + own, 0);
      say(secondLine(at, second, connected, isRamp));
      if (counted.some(({ isLimited }) => isLimited)) throw new DemoError(limitHint);
      joins.merge(second.joins);
      if (isRamp) {
        for (const [code, times] of Object.entries(second.errors)) all.failed(code, times);
        if (at < rampSeconds) continue;
        await watchers.open(plan.watchers, () => playing(workers));
        await begun?.();
        continue;
      }
      all.add(second);
      told?.(second);
      sockets = [Math.min(sockets[0], connected), Math.max(sockets[1], connected)];
    }
    await Promise.all(workers.map((worker) => worker.ask('rest')));
    for (const code of await settle(workers, plan.sockets, watchers)) all.failed(code);
    await held?.();
    await watchers.close();
    await Promise.all(workers.map((worker) => worker.ask('stop')));
    return summaryOf(all, joins, seconds, sockets, count);
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
  }
}

/** Waits until who was cut is back, and the watchers have seen all; codes of what is wrong then, and was meanwhile. */
async function settle(workers: Workers, sockets: number, watchers: Watchers): Promise<string[]> {
  const errors: string[] = [];
  for (const end = performance.now() + settleMs; ;) {
    await sleep(settleStepMs);
    const counted = await Promise.all(workers.map((worker) => worker.ask('take')));
    errors.push(...counted.flatMap((one) => Object.keys(one.errors)));
    const missing = sockets - counted.reduce((sum, { sockets: own }) => sum + own, 0);
    const differing = watchers.compare(await playing(workers));
    if (missing === 0 && differing.length === 0) return errors;
    if (performance.now() < end) continue;
    return [...errors, ...Array.from({ length: missing }, () => 'load/missing'), ...differing];
  }
}

function addUp(counted: readonly Second[]): Tally {
  const sum = new Tally();
  for (const one of counted) sum.add(one);
  return sum;
}

async function playing(workers: Workers) {
  return (await Promise.all(workers.map((worker) => worker.ask('playing')))).flat();
}

/** What each worker does of it: whole tables, and moves as they have tables. */
export function sharesOf(plan: RunOptions['plan']): Load[] {
  const { sockets, rate, rampSeconds, churn, churnKind, rounds, workers } = plan;
  const tables = sockets / 4;
  return Array.from({ length: workers }, (_, i) => {
    const own = Math.floor(tables / workers) + (i < tables % workers ? 1 : 0);
    return {
      tables: own,
      rate: (rate * own) / tables,
      rampMs: rampSeconds * 1000,
      churn,
      churnKind,
      options: rounds === 26 ? {} : { rounds },
    };
  });
}
