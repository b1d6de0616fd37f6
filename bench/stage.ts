/** A server to measure and the load that plays on it, each in a process of its own. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadCalls } from './load.ts';
import { busyMicros } from './machine.ts';
import { unlimited } from '../scripts/unlimited.ts';
import { median } from './report.ts';
import { Child } from './rpc.ts';
import type { Host, ServerCalls } from './server.ts';
import { openStorage, type Storage, type StorageKind } from './storage.ts';

export interface Bench {
  /** Samples of each figure: the median counts. */
  readonly samples: number;
  /** Length of a sample in milliseconds. */
  readonly sampleMs: number;
  /** The kinds of database that can be had, PostgreSQL first. */
  readonly storages: readonly StorageKind[];
  readonly url: string;
  readonly cores: { readonly server: number; readonly load: number } | null;
}

export interface Sample {
  /** Moves a second. */
  readonly rate: number;
  /** Milliseconds from when a move was due until all four clients had it. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU a move: of the server's process, and of its main thread alone. */
  readonly cpu: number;
  readonly mainCpu: number;
  /** Share of its core that the load took. */
  readonly loadCpu: number;
  /** Share of the server's core that others took: how much the sample is worth. 0 where nothing is pinned. */
  readonly others: number;
}

export interface Play {
  /** Moves a second over all matches; null: each match moves as soon as it can. */
  readonly rate: number | null;
  readonly warmUpMs: number;
  readonly countMs: number;
}

/** In seconds. A machine that plays a match to its end sooner than a sample lasts has a shorter sample. */
const shortestSample = 0.25;
const keys = `bench:${randomBytes(32).toString('hex')}`;
/** Variables of every server that is measured, and of its load. */
export const common = {
  NODE_ENV: 'test',
  PORT: '0',
  AUTH_KEYS: keys,
  LOG_LEVEL: 'warn',
  MAX_MESSAGES_PER_SECOND: '10000',
  ...unlimited,
  TURN_SECONDS: '600',
};

/** How much of the server's core others took, for a note. */
export function disturbance(samples: readonly Sample[]): string {
  return `others took ${(median(samples.map(({ others }) => others)) * 100).toFixed(0)} % of the core`;
}

export class Stage {
  readonly #bench: Bench;
  readonly #host: Host;
  readonly #storage: Storage;
  readonly #env: NodeJS.ProcessEnv;
  readonly load: Child<LoadCalls>;
  server: Child<ServerCalls>;
  #port = 0;

  private constructor(bench: Bench, host: Host, storage: Storage, more: NodeJS.ProcessEnv) {
    this.#bench = bench;
    this.#host = host;
    this.#storage = storage;
    this.#env = more;
    const env = { ...process.env, ...common };
    this.load = new Child(join(import.meta.dirname, 'load.ts'), [], env, bench.cores?.load ?? null);
    this.server = this.#serve();
  }

  /** Runs `work` with a server (with variables of its own, if any) and a load, and clears away what they leave. */
  static async with<T>(
    bench: Bench,
    host: Host,
    storage: StorageKind,
    work: (stage: Stage) => Promise<T>,
    env: NodeJS.ProcessEnv = {},
  ): Promise<T> {
    const opened = await openStorage(storage, bench.url);
    const stage = new Stage(bench, host, opened, env);
    try {
      stage.#port = await stage.server.ask('port');
      return await work(stage);
    } finally {
      await Promise.all([stage.load.kill(), stage.server.kill()]);
      await opened.drop();
    }
  }

  /** Of its database on a server. */
  get databaseUrl(): string {
    return this.#storage.env['DATABASE_URL']!;
  }

  /** Opens matches of four clients, with the first hands dealt. */
  open(matches: number): Promise<void> {
    return this.load.ask('open', this.#port, matches);
  }

  /** Opens rooms of the arena, and moves in them. */
  openArena(clients: number, hz: number): Promise<void> {
    return this.load.ask('openArena', this.#port, clients, hz);
  }

  /** Asks for an address of the server over so many connections, as fast as the answers come. */
  startGets(path: string, connections: number): Promise<void> {
    return this.load.ask('startGets', this.#port, path, connections);
  }

  /** Opens duels of Tetris. */
  openDuels(matches: number): Promise<void> {
    return this.load.ask('openDuels', this.#port, matches);
  }

  /** Opens matches, plays them, counts after a warm-up, and clears them away. */
  async sample(matches: number, { rate, warmUpMs, countMs }: Play): Promise<Sample> {
    await this.open(matches);
    await this.load.ask('play', rate);
    await sleep(warmUpMs);
    const before = await this.#used();
    const { moves, seconds, p50, p99, cpu: loadCpu } = await this.load.ask('count', countMs);
    const after = await this.#used();
    if (seconds < shortestSample) throw new Error('the matches were over before much could be counted');
    await this.load.ask('pause');
    await this.clear();
    const [cpu, mainCpu] = [after.process - before.process, after.main - before.main];
    const others = Math.max(0, after.core - before.core - mainCpu) / 1e6 / seconds;
    return { rate: moves / seconds, p50, p99, cpu: cpu / moves, mainCpu: mainCpu / moves, loadCpu, others };
  }

  /** Microseconds of CPU so far: of the server, of its main thread, and of its core whoever used it. */
  async #used(): Promise<{ process: number; main: number; core: number }> {
    const { cores } = this.#bench;
    const core = cores ? busyMicros(cores.server) : 0;
    return { ...(await this.server.ask('cpu')), core };
  }

  /** All clients leave; resolves when the server has no room any more. */
  async clear(): Promise<void> {
    await this.load.ask('leave');
    for (let tries = 0; (await this.server.ask('rooms')) > 0; tries++) {
      if (tries === 200) throw new Error('the rooms did not close within 10 s');
      await sleep(50);
    }
  }

  /** Kills the server, and starts it again at once at the same address. Resolves with the wall time of the killing. */
  async crash(): Promise<number> {
    const at = performance.timeOrigin + performance.now();
    await this.server.kill();
    this.server = this.#serve();
    return at;
  }

  #serve(): Child<ServerCalls> {
    const { cores } = this.#bench;
    const env = { ...process.env, ...common, ...this.#storage.env, ...this.#env, PORT: String(this.#port) };
    const args = [this.#host, cores ? String(cores.load) : '-'];
    return new Child(join(import.meta.dirname, 'server.ts'), args, env, cores?.server ?? null);
  }
}
