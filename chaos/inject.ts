/** Makes the faults of a plan happen, and heals them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../scripts/cluster/server-process.ts';
import type { Arena } from './arena.ts';
import { areApart, type Fault, type FaultKind } from './plan.ts';

export interface Injected extends Fault {
  /** Milliseconds since the faults began, as it was. */
  readonly began: number;
  readonly healed: number;
  /** What became of it in a few words. */
  readonly outcome: string;
}

const slowMs = 150;
const waitMs = 100;
const reviveMs = 30_000;
/** Of the connections that are open, so many lead nowhere: each second one. */
const holes = 2;

/**
 * Begins all faults at their times; resolves when the last is healed. On a slow machine they last longer than planned:
 * then those wait that must be apart from them.
 */
export async function inject(
  arena: Arena,
  plan: readonly Fault[],
  done: (fault: Injected) => void,
): Promise<void> {
  const start = performance.now();
  const now = (): number => Math.round(performance.now() - start);
  /** As they really were; one that is not healed lasts for ever so far. */
  const begun = new Map<number, Fault>();
  const mayBegin = (fault: Fault): boolean =>
    [...begun.values()].every((other) => areApart({ ...fault, at: now() }, other));
  await Promise.all(
    plan.map(async (fault) => {
      await sleep(fault.at);
      while (!mayBegin(fault)) await sleep(waitMs);
      const began = now();
      begun.set(fault.number, { ...fault, at: began, lastsMs: Infinity });
      const outcome = await happen(arena, fault);
      begun.set(fault.number, { ...fault, at: began, lastsMs: now() - began });
      done({ ...fault, began, healed: now(), outcome });
    }),
  );
}

/** Resolves when it is healed, with what became of it. */
async function happen(arena: Arena, { kind, target, lastsMs }: Fault): Promise<string> {
  try {
    return await injectors[kind](arena, lastsMs, Number(/\d+$/.exec(target)?.[0] ?? 1) - 1);
  } catch (error) {
    arena.output.faults.push(`${kind} of ${target} could not be healed: ${(error as Error).message}`);
    return `not healed: ${(error as Error).message}`;
  }
}

type Injector = (arena: Arena, lastsMs: number, place: number) => Promise<string>;

const injectors: Record<FaultKind, Injector> = {
  async kill({ house }, lastsMs, place) {
    const server = house.servers[place]!;
    await server.end('SIGKILL');
    await sleep(lastsMs);
    return revived(server);
  },

  async stop({ house }, lastsMs, place) {
    const server = house.servers[place]!;
    server.signal('SIGSTOP');
    await sleep(lastsMs);
    server.signal('SIGCONT');
    return 'goes on';
  },

  async drain({ house, output, postgres }, lastsMs, place) {
    const server = house.servers[place]!;
    const began = performance.now();
    const code = await server.end('SIGTERM');
    const tookMs = performance.now() - began;
    // without PostgreSQL it can't give back what it holds, and says so
    if (code !== 0 && postgres.isRunning)
      output.faults.push(`process ${place + 1}: drained with ${code} instead of 0`);
    await sleep(lastsMs);
    return `ended with ${code} after ${seconds(tookMs)}, ${await revived(server)}`;
  },

  async 'redis restart'({ redis }, lastsMs) {
    await redis.kill();
    await sleep(lastsMs);
    return started(() => redis.start());
  },

  async 'redis loses all'({ redis }, lastsMs) {
    await redis.kill();
    redis.wipe();
    await sleep(lastsMs);
    return `${await started(() => redis.start())}, empty`;
  },

  async 'redis hangs'({ redis }, lastsMs) {
    redis.signal('SIGSTOP');
    await sleep(lastsMs);
    redis.signal('SIGCONT');
    return 'goes on';
  },

  async 'postgres restart'({ postgres }, lastsMs) {
    await postgres.kill();
    await sleep(lastsMs);
    return started(() => postgres.start());
  },

  async 'nats restart'({ nats }, lastsMs) {
    await nats.kill();
    await sleep(lastsMs);
    return started(() => nats.start());
  },

  async 'slow network'({ network }, lastsMs) {
    network.slow(slowMs);
    await sleep(lastsMs);
    network.mend();
    return `${slowMs} ms each way`;
  },

  async 'cut network'({ network }, lastsMs) {
    network.cut();
    await sleep(lastsMs);
    network.mend();
    return 'mended';
  },

  async 'half-open network'({ network }, lastsMs) {
    network.swallow(holes);
    await sleep(lastsMs);
    network.mend();
    return 'mended';
  },
};

/** Whoever runs processes starts one again that can't start now: PostgreSQL or Redis may be away as well. */
async function revived(server: ServerProcess): Promise<string> {
  const end = performance.now() + reviveMs;
  return started(async () => {
    for (;;) {
      try {
        return await server.start();
      } catch (error) {
        if (performance.now() > end) throw error;
        await sleep(500);
      }
    }
  });
}

async function started(start: () => Promise<void>): Promise<string> {
  const began = performance.now();
  await start();
  return `up after ${seconds(performance.now() - began)}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
