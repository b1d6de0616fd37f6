/** A match on a real store and a fake clock, with faults of the network to the store on demand. */
import type { Database } from '../../src/database/database.ts';
import type { Engine, MatchOptions } from '../../src/match/engine.ts';
import type { Game } from '../../src/match/game.ts';
import type { Match, MatchHost, Told } from '../../src/match/match.ts';
import { Matches } from '../../src/match/matches.ts';
import type { Commit, CommitStatus, MatchStore } from '../../src/store/match-store.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { randomUUID } from 'node:crypto';
import { FakeClock } from '../support/fake-clock.ts';

/** The line to the store: holds commits back, or loses them or their answers. */
export class Line {
  readonly sent: Commit[] = [];
  lose: 'nothing' | 'commit' | 'answer' = 'nothing';
  #held: (() => void)[] = [];
  #isHeld = false;

  hold(): void {
    this.#isHeld = true;
  }

  letGo(): void {
    this.#isHeld = false;
    for (const go of this.#held.splice(0)) go();
  }

  over(store: MatchStore): MatchStore {
    const commit = async (one: Commit): Promise<CommitStatus> => {
      this.sent.push(one);
      if (this.#isHeld) await new Promise<void>((go) => this.#held.push(go));
      if (this.lose === 'commit') return 'unknown';
      const status = await store.commit(one);
      return this.lose === 'answer' ? 'unknown' : status;
    };
    return new Proxy(store, {
      get: (target, name) => (name === 'commit' ? commit : Reflect.get(target, name).bind(target)),
    });
  }
}

export interface Table {
  readonly match: Match;
  readonly told: Told[];
  readonly faults: unknown[];
  readonly lost: string[];
}

export class House {
  readonly clock = new FakeClock();
  readonly line = new Line();
  readonly store: MatchStore;
  readonly matches: Matches;

  private constructor(store: MatchStore, clock: FakeClock, games: readonly Game[]) {
    this.clock = clock;
    this.store = this.line.over(store);
    this.matches = new Matches({ store: this.store, clock, games });
  }

  /** A process: its own store on the shared database. Processes that share a clock live at the same time. */
  static async open(
    database: Database,
    engines: Record<string, () => Engine>,
    clock = new FakeClock(),
  ): Promise<House> {
    const store = await openMatchStore({ sql: database.sql, processId: randomUUID(), now: clock.now });
    const games = Object.entries(engines).map(
      ([name, make]) => ({ name, version: '1', engines: { '1': make } }) as unknown as Game,
    );
    return new House(store, clock, games);
  }

  async create(game: string, options: Partial<MatchOptions> = {}): Promise<Table> {
    const claim = await this.matches.create(this.matches.game(game), 'tenant', {
      mode: 'test',
      turnMs: 10_000,
      botDelayMs: 500,
      ...options,
    });
    return this.#seat((listener) => this.matches.open(claim, listener));
  }

  async revive(matchId: string): Promise<Table> {
    const claim = await this.store.claim(matchId);
    if (!claim) throw new Error('no such match lives');
    return this.#seat((listener) => this.matches.open(claim, listener));
  }

  async #seat(
    open: (listener: Pick<MatchHost, 'told' | 'lost' | 'fault'>) => Promise<Match>,
  ): Promise<Table> {
    const [told, faults, lost] = [[] as Told[], [] as unknown[], [] as string[]];
    const match = await open({
      told: (one) => void told.push(one),
      fault: (error) => void faults.push(error),
      lost: (why) => void lost.push(why),
    });
    match.start();
    return { match, told, faults, lost };
  }
}

/** Waits for a condition that real input or output brings about; fails after 5 s. */
export async function until(isSo: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (await isSo()) return;
    await new Promise((resume) => setTimeout(resume, 5));
  }
  throw new Error(`${what} did not come about`);
}
