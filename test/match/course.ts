/** Whole matches of whist and Tetris as their engines play them: with bots, people who go and come, and processes that die. */
import { HARD_DROP, MOVE_LEFT, MOVE_RIGHT, ROTATE_CW } from '../../rooms/tetris/actions.ts';
import { tetrisRules, type TetrisView } from '../../rooms/tetris/rules.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { Engine, Entry, Input, MatchEvent, MatchOptions, Result } from '../../src/match/engine.ts';
import { type Random, seededRandom } from '../../src/match/random.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import type { TableView } from '../../src/match/table-engine.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import { setupOf } from './support.ts';

export type Game = 'whist' | 'tetris';

export const makeEngine: Readonly<Record<Game, () => Engine>> = {
  whist: () => new RulesEngine(whistRules),
  tetris: () => new TickEngine(tetrisRules),
};

const keys = [HARD_DROP, HARD_DROP, MOVE_LEFT, MOVE_RIGHT, ROTATE_CW, HARD_DROP | ROTATE_CW];
const people = ['ann', 'bob'];

export interface CourseOptions {
  readonly game: Game;
  /** Decides all that happens: who goes when, what they press. */
  readonly seed: string;
  readonly options?: Partial<MatchOptions>;
  /** Strengths in the other seats. */
  readonly bots?: readonly string[];
  /** The people play Tetris as bots do, and not just any keys: matches become long. */
  readonly isCareful?: boolean;
  /** One of so many steps goes to a process that dies; 0: none. */
  readonly killsPer?: number;
}

/** A live match, as its rooms have played it. */
export class Course {
  readonly log: Entry[] = [];
  readonly events: MatchEvent[] = [];
  readonly game: Game;
  /** States on the way, each with the number of entries it stands after. */
  readonly checkpoints: { readonly n: number; readonly state: Uint8Array }[] = [];
  engine: Engine;
  result: Result | null = null;
  readonly #random: Random;
  #t = 0;
  #wakeAt: number | null = null;
  #ids = 0;
  #tick = 0;
  readonly #isCareful: boolean;

  private constructor({ game, seed, options = {}, isCareful = false }: CourseOptions) {
    this.game = game;
    this.#isCareful = isCareful;
    this.#random = seededRandom(seed, 'course');
    const own = game === 'whist' ? { rounds: 4, turnMs: 10_000, botDelayMs: 500 } : tetrisOptions;
    this.log.push({
      n: 1,
      t: 0,
      type: 'create',
      seat: null,
      data: { ...setupOf(game, { ...own, ...options }), seed },
    });
    this.engine = makeEngine[game]();
    void this.engine.open(null, this.log);
  }

  /** Two people and bots; the match has begun, and goes to its end unless `steps` stop it before. */
  static async play(options: CourseOptions, steps = 100_000): Promise<Course> {
    const { game, bots = [], killsPer = 0 } = options;
    const course = new Course(options);
    await course.#begin(game === 'whist' && bots.length === 0 ? ['weak', 'medium'] : bots);
    for (let i = 0; i < steps && !course.result; i++) {
      if (killsPer > 0 && course.#random.int(killsPer) === 0) await course.revive();
      await course.#step();
    }
    return course;
  }

  /** The process dies: another goes on from a checkpoint, or from the first entry. */
  async revive(): Promise<void> {
    const from = this.checkpoints.at(-1 - this.#random.int(3));
    this.engine = makeEngine[this.game]();
    await this.engine.open(from?.state ?? null, this.log.slice(from?.n ?? 0));
    // what follows from entries that were never committed was never told
    const { n } = this.log.at(-1)!;
    this.events.splice(0, Infinity, ...this.events.filter((event) => event.n <= n));
  }

  async #begin(bots: readonly string[]): Promise<void> {
    for (const account of people) await this.#seat('sit', account);
    for (const strength of bots) await this.#command(0, 'add_bot', { strength });
    for (const seat of people.keys()) await this.#command(seat, 'ready', { ready: true });
  }

  async #step(): Promise<void> {
    const chance = this.#random.int(this.game === 'whist' ? 12 : 150);
    if (chance === 0) await this.#seat('away', people[this.#random.int(2)]!);
    if (chance === 1 || chance === 2) await this.#seat('back', people[this.#random.int(2)]!);
    // one of ticks is taken where an entry says the tick
    if (this.game === 'whist' ? chance === 3 : this.#tick % 300 === 0)
      this.checkpoints.push({ n: this.log.at(-1)!.n, state: await this.engine.checkpoint() });
    await (this.game === 'whist' ? this.#playCard() : this.#playTick());
  }

  /** A person plays what a bot would, or lets the turn run out; a bot's moment comes. */
  async #playCard(): Promise<void> {
    const { game: view } = (await this.engine.view(null)) as TableView<{ turn: number | null }>;
    const seat = view?.turn ?? -1;
    if (seat >= 0 && seat < people.length && this.#random.int(5) > 0) {
      const own = (await this.engine.view(seat)) as TableView<Parameters<typeof whistRules.bot>[0]>;
      const { name, payload } = whistRules.bot(own.game!, seat, 'weak', this.#random);
      this.#t += 1 + this.#random.int(4_000);
      await this.#command(seat, name, payload);
      return;
    }
    if (this.#wakeAt === null) return;
    // with nobody there it would be abandoned
    if (this.#wakeAt - this.#t > 3_600_000) return this.#seat('back', people[0]!);
    this.#t = Math.max(this.#t, this.#wakeAt);
    await this.#handle({ kind: 'wake', t: this.#t });
  }

  async #playTick(): Promise<void> {
    await (this.#isCareful ? this.#pressWell() : this.#pressAny());
    this.#tick++;
    this.#t = Math.floor((this.#tick * 1000) / 60);
    await this.#handle({ kind: 'tick', t: this.#t, mark: this.#tick % 15 === 0 });
  }

  async #pressAny(): Promise<void> {
    if (this.#random.int(8) > 0) return;
    const seat = this.#random.int(people.length);
    const ahead = this.#random.int(12);
    const actions = keys[this.#random.int(keys.length)]!;
    await this.#command(seat, 'input', { tick: this.#tick + ahead, actions });
  }

  async #pressWell(): Promise<void> {
    const { game } = (await this.engine.view(null)) as TableView<TetrisView>;
    for (const seat of people.keys())
      for (const { name, payload } of tetrisRules.bot(game!, seat, 'medium', game!.tick))
        await this.#command(seat, name, payload);
  }

  #seat(type: 'sit' | 'away' | 'back', account: string): Promise<void> {
    return this.#handle({ kind: 'seat', t: this.#t, change: { type, account } });
  }

  #command(seat: number, name: string, payload: unknown): Promise<void> {
    return this.#handle({ kind: 'command', t: this.#t, seat, id: `c${this.#ids++}`, name, payload });
  }

  async #handle(input: Input): Promise<void> {
    const { entries, events, wakeAt, result } = await this.engine.handle([input]);
    this.log.push(...entries);
    this.events.push(...events);
    this.#wakeAt = wakeAt;
    this.result = result;
  }
}

const tetrisOptions = {
  players: 2,
  startLevel: 5,
  targeting: 'random',
  messiness: 30,
  garbageDelay: 20,
  ticks: 2_400,
};
