/** Brings tables up, lets them move, and cuts clients: each by a schedule of its own, whatever the server makes of it. */
import type { Address } from './guest.ts';
import { Schedule } from './schedule.ts';
import { LoadTable, type TableListener } from './table.ts';
import { type Counted, Tally } from './tally.ts';

export interface Load {
  readonly tables: number;
  /** Moves a second over all tables. */
  readonly rate: number;
  /** Time in which all tables are opened. */
  readonly rampMs: number;
  /** Share of the sockets that is cut each second, once all tables are open. */
  readonly churn: number;
  /** Those who were cut come back; or a table is left by all, and another takes its place. */
  readonly churnKind: 'return' | 'replace';
  /** Of each match, such as `{rounds: 3}`. */
  readonly options: object;
}

export interface GeneratorDeps {
  readonly address: Address;
  /** For another account each time. */
  readonly token: () => Promise<string>;
  readonly random: () => number;
}

/** What one worker has to say since it was last asked. */
export interface Second extends Counted {
  /** Connected now. */
  readonly sockets: number;
  /** HTTP 429: the server limits this load. */
  readonly isLimited: boolean;
}

const beatMs = 1;
const seats = 4;
/** Before a table that could not be opened is opened again. */
const pauseMs = 1_000;
/** Looks for a client to cut: at tables that are being opened there is none. */
const tries = 20;

export class Generator {
  readonly #load: Load;
  readonly #deps: GeneratorDeps;
  readonly #tables: (LoadTable | null)[];
  readonly #opening: Schedule;
  readonly #moves: Schedule;
  readonly #cuts: Schedule;
  readonly #timer: NodeJS.Timeout;
  #tally = new Tally();
  #cpu = process.cpuUsage();
  /** Tables in the order in which they move: not that in which they open, or those of the ramp would move in bursts. */
  readonly #order: readonly number[];
  #opened = 0;
  #moved = 0;
  #isLimited = false;
  #isStopped = false;

  constructor(load: Load, deps: GeneratorDeps) {
    this.#load = load;
    this.#deps = deps;
    this.#tables = Array.from({ length: load.tables }, () => null);
    this.#order = shuffled(load.tables, deps.random);
    const start = performance.now();
    const perCut = load.churnKind === 'replace' ? seats : 1;
    this.#opening = new Schedule(start, (load.tables * 1000) / load.rampMs, load.tables);
    this.#moves = new Schedule(start, load.rate);
    this.#cuts = new Schedule(start + load.rampMs, (load.churn * seats * load.tables) / perCut);
    this.#timer = setInterval(() => this.#beat(), beatMs);
  }

  /** What was counted since the last call. */
  take(): Second {
    const tally = this.#tally;
    const { user, system } = process.cpuUsage(this.#cpu);
    tally.cpu = user + system;
    this.#tally = new Tally();
    this.#cpu = process.cpuUsage();
    const sockets = this.#live.reduce((sum, { here }) => sum + here.length, 0);
    return { ...tally, sockets, isLimited: this.#isLimited };
  }

  /** Matches that are played, and how far each is; null: a move is under way. */
  get playing(): { matchId: string; progress: number | null }[] {
    return this.#live
      .filter(({ isPlaying }) => isPlaying)
      .map(({ matchId, progress }) => ({ matchId, progress }));
  }

  /** From now on nothing is due. */
  rest(): void {
    clearInterval(this.#timer);
    for (const table of this.#live) table.rest();
  }

  /** All leave; resolves when they have. */
  async stop(): Promise<void> {
    this.rest();
    this.#isStopped = true;
    await Promise.all(this.#live.map((table) => table.close()));
  }

  get #live(): LoadTable[] {
    return this.#tables.filter((table) => table !== null);
  }

  #beat(): void {
    const now = performance.now();
    for (const due of this.#opening.take(now)) void this.#open(this.#opened++, due);
    for (const due of this.#moves.take(now))
      this.#tables[this.#order[this.#moved++ % this.#order.length]!]?.due(due);
    for (const _ of this.#cuts.take(now)) this.#churn();
  }

  async #open(slot: number, due: number): Promise<void> {
    if (this.#isStopped) return;
    try {
      const tokens = await Promise.all(Array.from({ length: seats }, () => this.#deps.token()));
      const table = new LoadTable(this.#deps.address, tokens, this.#listener(slot));
      this.#tables[slot] = table;
      await table.open(due, this.#load.options);
      if (this.#isStopped) await table.close();
    } catch (error) {
      this.#failed(codeOf(error), (error as { status?: number | null }).status ?? null);
      const failed = this.#tables[slot];
      this.#tables[slot] = null;
      await failed?.close();
      setTimeout(() => void this.#open(slot, performance.now()), pauseMs).unref();
    }
  }

  #listener(slot: number): TableListener {
    return {
      joined: (ms) => this.#tally.joins.add(ms),
      returned: (ms) => this.#tally.returns.add(ms),
      moved: (ms) => {
        if (ms === null) this.#tally.untimed++;
        else this.#tally.moves.add(ms);
      },
      failed: (code, status) => this.#failed(code, status),
      over: (isPlayed) => {
        if (isPlayed) this.#tally.matches++;
        void this.#replace(slot);
      },
    };
  }

  #failed(code: string, status: number | null): void {
    if (status === 429) this.#isLimited = true;
    this.#tally.failed(code);
  }

  #churn(): void {
    for (let i = 0; i < tries; i++) {
      const slot = Math.floor(this.#deps.random() * this.#tables.length);
      const table = this.#tables[slot];
      if (!table?.isPlaying) continue;
      if (this.#load.churnKind === 'replace') return void this.#replace(slot);
      if (table.cut(Math.floor(this.#deps.random() * seats))) return;
    }
  }

  async #replace(slot: number): Promise<void> {
    const due = performance.now();
    await this.#tables[slot]?.close();
    await this.#open(slot, due);
  }
}

/** The numbers from 0, in random order. */
function shuffled(count: number, random: () => number): number[] {
  const keys = Float64Array.from({ length: count }, random);
  return Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
}

/** Errors of Node's fetch say what happened in their cause. */
function codeOf(error: unknown): string {
  const { code, cause, name } = error as { code?: string; cause?: { code?: string }; name?: string };
  return code ?? cause?.code ?? name ?? 'unknown';
}
