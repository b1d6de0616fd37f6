/** A detector that is handed records as a stream would, in the batches that a test wants; all else is real. */
import type { Sql } from '../../src/database/sql.ts';
import type { EventStream, Moment, Published, StreamHandler } from '../../src/events/event-stream.ts';
import { type DetectorDeps, startMomentDetector } from '../../src/moments/detector.ts';
import { createMomentPublisher } from '../../src/moments/publisher.ts';
import { clapMoments } from './claps.ts';

export interface Fed {
  readonly handle: StreamHandler;
  /** Of which match and number clients were told, in that order. */
  readonly told: readonly Moment[];
  /** Matches of which a fault was reported, and its code. */
  readonly faults: readonly (readonly [matchId: string, code: unknown])[];
  /** Logs that were read. */
  readonly reads: readonly string[];
}

export interface FeedDeps extends Partial<DetectorDeps> {
  readonly sql: Sql;
  readonly stream: EventStream;
}

/** What a detector needs, and what it says. */
export function observe({ sql, stream, ...changes }: FeedDeps) {
  const told: Moment[] = [];
  const faults: (readonly [string, unknown])[] = [];
  const reads: string[] = [];
  const deps: DetectorDeps = {
    stream: {
      subscribe: (durable, handler, events) => stream.subscribe(durable, handler, events),
      read: (matchId) => (reads.push(matchId), stream.read(matchId)),
    },
    rules: new Map([['claps', clapMoments]]),
    publish: createMomentPublisher({ sql, stream: null }),
    told: (_matchId, moments) => void told.push(...moments),
    fault: (matchId, error) => void faults.push([matchId, (error as { code?: unknown }).code]),
    ...changes,
  };
  return { deps, told, faults, reads };
}

export function feed(given: FeedDeps): Fed {
  const { deps, ...seen } = observe(given);
  let handle: StreamHandler = async () => {};
  const subscribe: EventStream['subscribe'] = (_durable, handler) => {
    handle = handler;
    return { stop: async () => {}, lag: async () => 0 };
  };
  startMomentDetector({ ...deps, stream: { ...deps.stream, subscribe } });
  return { handle, ...seen };
}

/** Records of several logs as they may come: of each match in order, the matches mixed by `mix`. */
export function interleave(logs: readonly (readonly Published[])[], mix: readonly number[]): Published[] {
  const rest = logs.map((log) => [...log]);
  const mixed: Published[] = [];
  for (let i = 0; rest.some((log) => log.length > 0); i++) {
    const left = rest.filter((log) => log.length > 0);
    mixed.push(left[(mix[i % mix.length] ?? 0) % left.length]!.shift()!);
  }
  return mixed;
}

/** Cuts into batches of these sizes, over and over. */
export function batchesOf<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let at = 0; at < items.length; at += batches.at(-1)!.length)
    batches.push(items.slice(at, at + sizes[batches.length % sizes.length]!));
  return batches;
}
