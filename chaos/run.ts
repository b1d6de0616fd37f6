/** One run: play, break, heal, bring to a rest, and count. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Arena } from './arena.ts';
import { Auditor, type Audited } from './audit.ts';
import { inject, type Injected } from './inject.ts';
import { Load, type Played } from './load.ts';
import { makePlan } from './plan.ts';
import type { Report } from './report.ts';

export interface RunOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Of each game. */
  readonly tables: number;
  readonly injected: (fault: Injected) => void;
  readonly say: (line: string) => void;
}

const processes = 3;
const mostMatches = 2_000;
/** Before the first fault, so that something is under way. */
const warmUpMs = 2_000;
/** After the last fault: clients return, matches end. */
const restMs = 90_000;
/** What is behind (stream, moments, history) catches up. */
const settleMs = 60_000;

/** Throws ClusterError where nothing can run. Whatever happens, nothing of it is left running. */
export async function run(options: RunOptions): Promise<Report> {
  const { seed, durationMs, say } = options;
  const began = performance.now();
  const arena = await Arena.open(processes);
  try {
    say(`seed ${seed}: three processes behind ${arena.url}, on a Redis, PostgreSQL and NATS of their own`);
    const load = new Load({ url: arena.url, keys: arena.keys, tables: options.tables, mostMatches });
    await sleep(warmUpMs);
    const faults: Injected[] = [];
    const plan = makePlan({ seed, durationMs, processes });
    const done = (fault: Injected): void => (faults.push(fault), options.injected(fault));
    await inject(arena, plan, done);
    say('all is healed: matches are played to their ends');
    const gone = await rest(load);
    say(`${load.played.length} matches are held against their logs`);
    const audited = await settle(arena, load.played);
    await end(arena);
    const clients = load.played.flatMap((match) => match.clients);
    return {
      ...audited,
      seed,
      seconds: Math.round((performance.now() - began) / 1000),
      faults,
      matches: load.played.length,
      clients: clients.length,
      resent: clients.reduce((sum, { resent }) => sum + resent, 0),
      returns: clients.reduce((sum, { returns }) => sum + returns, 0),
      gone,
      unhandled: arena.output.faults,
      logged: Object.fromEntries(arena.output.messages),
      output: arena.output.lines,
    };
  } finally {
    await arena.close();
  }
}

/** Resolves with those who never came back, and the matches that never ended. */
async function rest(load: Load): Promise<string[]> {
  await Promise.race([load.finish(), sleep(restMs)]);
  const hanging = load.open.flatMap(({ game, matchId, clients }) =>
    clients
      .filter(({ isOver }) => !isOver)
      .map(
        ({ account, gone, state }) => `${game} ${matchId}: ${account} ${gone ?? `hangs (${state.phase})`}`,
      ),
  );
  const left = load.played.flatMap(({ game, matchId, clients }) =>
    clients
      .filter(({ isOver, gone }) => isOver && gone !== null)
      .map(({ account, gone }) => `${game} ${matchId}: ${account} ${gone} after the end`),
  );
  return [...hanging, ...left];
}

/** Looks until nothing is wrong: what is written behind may be under way. */
async function settle(arena: Arena, played: readonly Played[]): Promise<Audited> {
  const auditor = await Auditor.open(arena.postgres.url, arena.nats.url);
  try {
    const end = performance.now() + settleMs;
    for (;;) {
      const audited = await auditor.audit(played);
      const isClear = Object.values(audited.findings).every((list: string[]) => list.length === 0);
      if (isClear || performance.now() > end) return audited;
      await sleep(1_000);
    }
  } finally {
    await auditor.close();
  }
}

async function end(arena: Arena): Promise<void> {
  const codes = await arena.endHouse();
  if (codes.some((code) => code !== 0))
    arena.output.faults.push(`processes ended with ${codes.join(', ')} instead of 0`);
}
