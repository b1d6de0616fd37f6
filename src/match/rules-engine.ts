/** The engine of turn-based rules: turn deadlines, and bots in empty, silent and absent players' seats. */
import type { Entry, MatchSetup } from './engine.ts';
import { mustBeDecided } from './legality.ts';
import { seededRandom } from './random.ts';
import { type Command, type Draft, Refusal, type Rules } from './rules.ts';
import type { Seat } from './seats.ts';
import { type Table, TableEngine, type TableView } from './table-engine.ts';

/** A bot sits in for a player who has been away for this long, so that a blink of the network costs no card. */
const awayGraceMs = 8_000;

interface Game<S> {
  state: S;
  /** Match time since when the seat to act has been able to. */
  turnSince: number;
}

type RulesTable<S> = Table<Game<S>>;

export class RulesEngine<S, V, O = unknown> extends TableEngine<Game<S>> {
  readonly version: string;
  readonly #rules: Rules<S, V, O>;

  constructor(rules: Rules<S, V, O>) {
    super();
    this.#rules = rules;
    this.version = rules.version;
  }

  override view(seat: number | null): TableView<V> {
    const { seats, setup, startedAt, game } = this.table();
    const { options } = setup;
    if (game === null) return { seats, options, startedAt, deadline: null, game };
    const deadline = this.#deadline(this.table(), game);
    return { seats, options, startedAt, deadline, game: this.#rules.visible(game.state, seat) };
  }

  protected override countSeats({ options }: MatchSetup): number {
    return this.#rules.seats(options as O);
  }

  protected override begin({ setup, seats }: RulesTable<S>, { t }: Entry): Game<S> {
    const random = seededRandom(setup.seed, 'rules');
    return { state: this.#rules.setup(setup.options as O, seats.list.length, random), turnSince: t };
  }

  protected override decideCommand(
    { seats }: RulesTable<S>,
    { state }: Game<S>,
    seat: number,
    command: Command,
  ): readonly Draft[] | Refusal {
    const decided = this.#rules.decide(state, seat, command);
    if (decided instanceof Refusal || !seats.list[seat]!.idle) return decided;
    return [{ type: 'back', seat, data: null }, ...decided];
  }

  protected override fold(table: RulesTable<S>, game: Game<S>, entry: Entry): void {
    if (this.isFollowing) mustBeDecided(this.#rules, game.state, entry);
    this.#rules.apply(game.state, entry, this.emitter(entry));
    game.turnSince = entry.t;
    const results = this.#rules.result(game.state);
    if (results) this.finish(table, results, entry);
  }

  protected override cameBack({ game }: RulesTable<S>, { t, seat }: Entry, wasEmpty: boolean): void {
    if (game && (wasEmpty || this.#rules.turn(game.state) === seat)) game.turnSince = t;
  }

  protected override gameWakeAt(
    { seats, setup }: RulesTable<S>,
    { state, turnSince }: Game<S>,
  ): number | null {
    const seat = this.#rules.turn(state);
    if (seat === null) return null;
    const player = seats.list[seat]!;
    if (!isBotTurn(player)) return turnSince + setup.options.turnMs;
    return Math.max(turnSince + setup.options.botDelayMs, awayUntil(player));
  }

  /** A bot's moment has come, or a turn ran out. */
  protected override decideWake(table: RulesTable<S>, { state }: Game<S>): readonly Draft[] {
    const seat = this.#rules.turn(state)!;
    const moves = this.#botMoves(table, state, seat);
    return isBotTurn(table.seats.list[seat]!) ? moves : [{ type: 'idle', seat, data: null }, ...moves];
  }

  protected override hashed({ state }: Game<S>): string {
    return JSON.stringify(this.#rules.encode(state));
  }

  protected override encode({ state, turnSince }: Game<S>): unknown {
    return { state: this.#rules.encode(state), turnSince };
  }

  protected override decode(data: unknown): Game<S> {
    const { state, turnSince } = data as { state: unknown; turnSince: number };
    return { state: this.#rules.decode(state), turnSince };
  }

  /** What a bot does in this seat. Its random numbers follow from seed and log position: no state of its own. */
  #botMoves({ seats, setup, n }: RulesTable<S>, state: S, seat: number): readonly Draft[] {
    const strength = seats.list[seat]!.bot ?? 'medium';
    const random = seededRandom(setup.seed, `bot ${n}`);
    const command = this.#rules.bot(this.#rules.visible(state, seat), seat, strength, random);
    const decided = this.#rules.decide(state, seat, command);
    if (decided instanceof Refusal)
      throw new Error(`the ${strength} bot's ${command.name} is refused: ${decided.code}`);
    return decided;
  }

  #deadline({ seats, setup }: RulesTable<S>, { state, turnSince }: Game<S>): number | null {
    const seat = seats.phase === 'over' ? null : this.#rules.turn(state);
    return seat === null || isBotTurn(seats.list[seat]!) ? null : turnSince + setup.options.turnMs;
  }
}

const isBotTurn = (seat: Seat): boolean => seat.bot !== null || seat.idle || seat.awaySince !== null;
const awayUntil = (seat: Seat): number => (seat.awaySince === null ? 0 : seat.awaySince + awayGraceMs);
