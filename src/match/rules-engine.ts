/**
 * The synchronous engine: rules plus seats, turn deadlines and bots. Everything that it does is an entry; its state is
 * the fold of its log and nothing else.
 */
import type {
  Engine,
  Entry,
  Handled,
  Input,
  MatchEvent,
  MatchOptions,
  MatchSetup,
  Outcome,
  Result,
  Standing,
} from './engine.ts';
import { type Draft, Refusal, type Rules } from './rules.ts';
import { seededRandom } from './random.ts';
import {
  anyonePresent,
  applySeatEntry,
  decideSeatChange,
  decideSeatCommand,
  emptySeats,
  type Seat,
  type Seats,
} from './seats.ts';
import { isSeatCommand } from './seat-commands.ts';

/** A bot sits in for a player who has been away for this long, so that a blink of the network costs no card. */
const awayGraceMs = 8_000;
/** With nobody there a match stands still, and ends as abandoned after this long. */
const abandonMs = 24 * 3_600_000;

/** What a client may see of a table: the seats, and what the rules show. */
export interface TableView<V> {
  readonly seats: Seats;
  readonly options: MatchOptions;
  /** Match time at which the turn of a player (not a bot) ends, or null. */
  readonly deadline: number | null;
  readonly game: V | null;
}

interface Folded<S> {
  setup: MatchSetup;
  seats: Seats;
  game: S | null;
  /** Match time since when the seat to act has been able to. */
  turnSince: number;
  /** Match time since when nobody has been there. */
  emptySince: number;
  result: Result | null;
  n: number;
  t: number;
}

export class RulesEngine<S, V, O = unknown> implements Engine {
  readonly version: string;
  readonly #rules: Rules<S, V, O>;
  #folded: Folded<S> | null = null;
  #entries: Entry[] = [];
  #events: MatchEvent[] = [];

  constructor(rules: Rules<S, V, O>) {
    this.#rules = rules;
    this.version = rules.version;
  }

  open(checkpoint: Uint8Array | null, entries: readonly Entry[]): Standing {
    if (checkpoint) this.#folded = this.#decode(checkpoint);
    for (const entry of entries) this.#apply(entry);
    this.#events = [];
    return this.#standing();
  }

  handle(batch: readonly Input[]): Handled {
    this.#entries = [];
    this.#events = [];
    const outcomes = batch.map((input) => this.#one(input));
    return { entries: this.#entries, events: this.#events, outcomes, ...this.#standing() };
  }

  view(seat: number | null): TableView<V> {
    const { seats, setup, game } = this.#state();
    const visible = game === null ? null : this.#rules.visible(game, seat);
    return { seats, options: setup.options, deadline: this.#turnDeadline(), game: visible };
  }

  checkpoint(): Uint8Array {
    const { game, ...rest } = this.#state();
    return Buffer.from(JSON.stringify({ ...rest, game: game === null ? null : this.#rules.encode(game) }));
  }

  close(): void {}

  #decode(checkpoint: Uint8Array): Folded<S> {
    const data = JSON.parse(Buffer.from(checkpoint).toString()) as Folded<unknown>;
    return { ...data, game: data.game === null ? null : this.#rules.decode(data.game) };
  }

  #state(): Folded<S> {
    if (!this.#folded) throw new Error('the log does not begin with create');
    return this.#folded;
  }

  #one(input: Input): Outcome {
    const decided = this.#decide(input);
    if (decided instanceof Refusal) return { ok: false, code: decided.code, message: decided.message };
    this.#record(decided, input.t, input.kind === 'command' ? input.id : undefined);
    return { ok: true, n: this.#state().n };
  }

  #decide(input: Input): readonly Draft[] | Refusal {
    switch (input.kind) {
      case 'seat':
        return decideSeatChange(this.#state().seats, input.change);
      case 'command':
        return this.#decideCommand(input.seat, input.name, input.payload);
      case 'wake':
        return this.#decideWake(input.t);
      case 'tick':
        return [];
    }
  }

  #decideCommand(seat: number, name: string, payload: unknown): readonly Draft[] | Refusal {
    const { seats, game } = this.#state();
    if (isSeatCommand(name)) return decideSeatCommand(seats, seat, name, payload);
    if (seats.phase === 'over') return new Refusal('match/over', 'the match has ended');
    if (game === null)
      return new Refusal('match/not_started', 'the match begins when every seat is taken and ready');
    const decided = this.#rules.decide(game, seat, { name, payload });
    if (decided instanceof Refusal || !seats.list[seat]!.idle) return decided;
    return [{ type: 'back', seat, data: null }, ...decided];
  }

  /** A deadline has come: a bot's moment, a turn that ran out, or the end of a match that nobody came back to. */
  #decideWake(t: number): readonly Draft[] {
    const wakeAt = this.#wakeAt();
    if (wakeAt === null || t < wakeAt) return [];
    const { seats, game } = this.#state();
    if (!anyonePresent(seats)) return [{ type: 'abandon', seat: null, data: null }];
    const seat = this.#rules.turn(game!)!;
    const moves = this.#botMoves(seat);
    return this.#isBotTurn(seats.list[seat]!) ? moves : [{ type: 'idle', seat, data: null }, ...moves];
  }

  /** What a bot does in this seat. Its random numbers follow from seed and log position: no state of its own. */
  #botMoves(seat: number): readonly Draft[] {
    const { game, seats, setup, n } = this.#state();
    const strength = seats.list[seat]!.bot ?? 'medium';
    const random = seededRandom(setup.seed, `bot ${n}`);
    const command = this.#rules.bot(this.#rules.visible(game!, seat), seat, strength, random);
    const decided = this.#rules.decide(game!, seat, command);
    if (decided instanceof Refusal)
      throw new Error(`the ${strength} bot's ${command.name} is refused: ${decided.code}`);
    return decided;
  }

  #record(drafts: readonly Draft[], t: number, id: string | undefined): void {
    const last = drafts.at(-1);
    for (const draft of drafts) {
      const { type, seat, data } = draft;
      const place = { n: (this.#folded?.n ?? 0) + 1, t: Math.max(t, this.#folded?.t ?? 0), type, seat, data };
      const entry: Entry = id !== undefined && draft === last ? { ...place, id } : place;
      this.#entries.push(entry);
      this.#apply(entry);
    }
  }

  #apply(entry: Entry): void {
    if (entry.type === 'create') return this.#create(entry);
    const state = this.#state();
    state.n = entry.n;
    state.t = entry.t;
    const wasPresent = anyonePresent(state.seats);
    if (entry.type === 'abandon') this.#end(state, { players: [], reason: 'abandoned' });
    else if (applySeatEntry(state.seats, entry, entry.t)) this.#seatsChanged(state, entry, wasPresent);
    else this.#play(state, entry);
  }

  #create(entry: Entry): void {
    const setup = entry.data as MatchSetup;
    const seats = emptySeats(this.#rules.seats(setup.options as O));
    const { n, t } = entry;
    this.#folded = { setup, seats, game: null, turnSince: t, emptySince: t, result: null, n, t };
  }

  #seatsChanged(state: Folded<S>, entry: Entry, wasPresent: boolean): void {
    if (wasPresent && !anyonePresent(state.seats)) state.emptySince = entry.t;
    if (
      entry.type === 'back' &&
      (!wasPresent || state.game === null || this.#rules.turn(state.game) === entry.seat)
    )
      state.turnSince = entry.t;
    if (entry.type !== 'start') return;
    state.turnSince = entry.t;
    const { options, seed } = state.setup;
    state.game = this.#rules.setup(options as O, state.seats.list.length, seededRandom(seed, 'rules'));
    this.#emit(entry)('match_start', null, {
      mode: options.mode,
      accounts: state.seats.list.map((seat) => seat.account),
    });
  }

  #play(state: Folded<S>, entry: Entry): void {
    const emit = this.#emit(entry);
    this.#rules.apply(state.game!, entry, emit);
    state.turnSince = entry.t;
    const results = this.#rules.result(state.game!);
    if (!results) return;
    const players = results.map((player) => ({ ...player, account: state.seats.list[player.seat]!.account }));
    this.#end(state, { players });
    emit('match_result', null, { players });
  }

  #end(state: Folded<S>, result: Result): void {
    state.result = result;
    state.seats.phase = 'over';
  }

  #emit(entry: Entry) {
    return (type: string, seat: number | null, data: unknown): void => {
      this.#events.push({ n: entry.n, t: entry.t, type, seat, data });
    };
  }

  #standing(): Standing {
    const { n = 0, result = null } = this.#folded ?? {};
    return { n, result, wakeAt: this.#folded ? this.#wakeAt() : null };
  }

  #wakeAt(): number | null {
    const { seats, game, turnSince, emptySince, setup } = this.#state();
    if (seats.phase === 'over') return null;
    if (!anyonePresent(seats)) return emptySince + abandonMs;
    const seat = game === null ? null : this.#rules.turn(game);
    if (seat === null) return null;
    const player = seats.list[seat]!;
    if (!this.#isBotTurn(player)) return turnSince + setup.options.turnMs;
    return Math.max(turnSince + setup.options.botDelayMs, awayUntil(player));
  }

  #turnDeadline(): number | null {
    const { seats, game, turnSince, setup } = this.#state();
    const seat = game === null || seats.phase === 'over' ? null : this.#rules.turn(game);
    return seat === null || this.#isBotTurn(seats.list[seat]!) ? null : turnSince + setup.options.turnMs;
  }

  #isBotTurn(seat: Seat): boolean {
    return seat.bot !== null || seat.idle || seat.awaySince !== null;
  }
}

const awayUntil = (seat: Seat): number => (seat.awaySince === null ? 0 : seat.awaySince + awayGraceMs);
