/** The drill itself: many matches, a server that dies in their middle, and the figures in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.ts';
import { DemoError } from './demo-error.ts';
import { DrillTable } from './drill-table.ts';
import type { Guest } from './guest.ts';
import type { Balance } from './ledger.ts';
import { showSeconds } from './seconds.ts';
import type { ServerProcess } from './server-process.ts';

export interface Plan {
  readonly server: ServerProcess;
  readonly matches: number;
  readonly kills: number;
}

export interface Figures {
  readonly acknowledged: number;
  /** Commands whose answer a kill took away. */
  readonly sentAgain: number;
  readonly lost: number;
  readonly twice: number;
  /** Of each client and kill: from the kill to being back, in milliseconds, sorted. */
  readonly backMs: readonly number[];
}

/** The SDK returns by itself once it has been connected for this long. */
const uptimeMs = 5_000;
/** From the return of the last client to the next kill, at least and at most. */
const [leastRestMs, mostRestMs] = [500, 2_500];

/** Throws DemoError where anything but the logs is not as it should be; those are in the figures. */
export async function runDrill(plan: Plan): Promise<Figures> {
  const api = new Api(await plan.server.start());
  const numbers = Array.from({ length: plan.matches }, (_, number) => number);
  const tables = await Promise.all(numbers.map((number) => DrillTable.open(api, number)));
  return new KillDrill(plan, api, tables).run();
}

class KillDrill {
  readonly #plan: Plan;
  readonly #api: Api;
  readonly #tables: readonly DrillTable[];
  readonly #guests: readonly Guest[];
  readonly #backMs: number[] = [];

  constructor(plan: Plan, api: Api, tables: readonly DrillTable[]) {
    this.#plan = plan;
    this.#api = api;
    this.#tables = tables;
    this.#guests = tables.flatMap(({ guests }) => guests);
  }

  async run(): Promise<Figures> {
    const { matches, kills } = this.#plan;
    const durationMs = uptimeMs + (kills + 1) * mostRestMs;
    console.log(`  ${matches} matches of four clients each are played at ${this.#api.url}`);
    await Promise.all([this.#killAgainAndAgain(), ...this.#tables.map((table) => table.play(durationMs))]);
    console.log('  all matches are over: their logs are held against what the clients were told');
    const balances: Balance[] = [];
    for (const table of this.#tables) balances.push(await table.check(this.#api));
    return this.#figures(balances);
  }

  async #killAgainAndAgain(): Promise<void> {
    await sleep(uptimeMs);
    for (let number = 1; number <= this.#plan.kills; number++) {
      await sleep(leastRestMs + Math.random() * (mostRestMs - leastRestMs));
      if (this.#tables.some(({ isOver }) => isOver))
        throw new DemoError(`a match was over before kill ${number}: it proves nothing then`);
      await this.#kill(number);
    }
  }

  async #kill(number: number): Promise<void> {
    const start = performance.now();
    const returning = this.#guests.map((guest) => nextReturn(guest, start));
    await this.#plan.server.kill();
    await this.#plan.server.start();
    const upMs = performance.now() - start;
    const back = await Promise.all(returning);
    this.#backMs.push(...back);
    const [up, all] = [showSeconds(upMs), showSeconds(Math.max(...back))];
    console.log(
      `  kill -9, number ${number}: the server is up after ${up}, all ${back.length} clients after ${all}`,
    );
  }

  #figures(balances: readonly Balance[]): Figures {
    const total = (figure: keyof Balance): number => balances.reduce((sum, one) => sum + one[figure], 0);
    return {
      acknowledged: total('acknowledged'),
      sentAgain: this.#guests.reduce((sum, { resent }) => sum + resent, 0),
      lost: total('lost'),
      twice: total('twice'),
      backMs: this.#backMs.sort((a, b) => a - b),
    };
  }
}

/** Resolves when the client is back, with the time since `start`. Throws DemoError. */
async function nextReturn(guest: Guest, start: number): Promise<number> {
  const { returns } = guest;
  await guest.until(() => guest.returns > returns);
  return performance.now() - start;
}
