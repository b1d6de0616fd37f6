/**
 * What engines of seats and rules have in common: the log, the seats, beginning and end. RulesEngine plays turns on it,
 * TickEngine steps. Everything that it does is an entry; its state is the fold of its log and nothing else.
 */
import { hash } from 'node:crypto';
import type {
  Engine,
  Entry,
  Followed,
  Handled,
  Input,
  MatchEvent,
  MatchOptions,
  MatchSetup,
  Outcome,
  Result,
  SeatChange,
  Standing,
} from './engine.ts';
import { mustBeNext, mustSeat } from './legality.ts';
import { type Command, type Draft, type Emit, Refusal, type SeatResult } from './rules.ts';
import {
  anyonePresent,
  applySeatEntry,
  decideSeatChange,
  decideSeatCommand,
  emptySeats,
  type Seats,
} from './seats.ts';
import { isSeatCommand } from './seat-commands.ts';

/** With nobody there a match stands still, and ends as abandoned after this long. */
const abandonMs = 24 * 3_600_000;
/** So often, and at its end, a game tells the hash of its state: whoever plays the log again must find the same. */
const entriesPerHash = 64;
/** The event that tells it: `{hash}`, of the state right after its entry. */
export const stateHashEvent = 'state_hash';

export type Tick = Extract<Input, { kind: 'tick' }>;

/** What a client may see of a table: the seats, and what the rules show. */
export interface TableView<V> {
  readonly seats: Seats;
  readonly options: MatchOptions;
  /** Match time at which play began, or null in the lobby (and where an earlier version kept no note of it). */
  readonly startedAt: number | null;
  /** Match time at which the turn of a player (not a bot) ends, or null. */
  readonly deadline: number | null;
  readonly game: V | null;
}

/** The folded state; `game` is what the kind of engine keeps of its rules, null before the start. */
export interface Table<G> {
  setup: MatchSetup;
  seats: Seats;
  game: G | null;
  /** Match time of the entry `start`; null before. */
  startedAt: number | null;
  /** Match time since when nobody has been there. */
  emptySince: number;
  result: Result | null;
  n: number;
  t: number;
}

export abstract class TableEngine<G> implements Engine {
  abstract readonly version: string;
  #table: Table<G> | null = null;
  #entries: Entry[] = [];
  #events: MatchEvent[] = [];
  /** A log is played again: what follows from it is wanted, too. */
  protected isFollowing = false;

  abstract view(seat: number | null): TableView<unknown>;
  protected abstract countSeats(setup: MatchSetup): number;
  /** The game at the entry `start`. */
  protected abstract begin(table: Table<G>, entry: Entry): G;
  protected abstract decideCommand(
    table: Table<G>,
    game: G,
    seat: number,
    command: Command,
    id: string,
  ): readonly Draft[] | Refusal;
  /** Folds an entry of the game; calls `finish` where it ends it. */
  protected abstract fold(table: Table<G>, game: G, entry: Entry): void;
  /** When the game wants to be woken, while somebody is there; and what it does then. */
  protected abstract gameWakeAt(table: Table<G>, game: G): number | null;
  protected abstract decideWake(table: Table<G>, game: G): readonly Draft[];
  /** What a hash of the game's state is taken of: all that the log decides. */
  protected abstract hashed(game: G): string | Uint8Array;
  protected abstract encode(game: G): unknown;
  protected abstract decode(data: unknown): G;
  /** A player came back; `wasEmpty`: nobody was there. */
  protected cameBack(_table: Table<G>, _entry: Entry, _wasEmpty: boolean): void {}
  protected tick(_table: Table<G>, _input: Tick): void {}
  protected isMoving(_table: Table<G>): boolean {
    return false;
  }
  /** Goes on to a tick while a log is followed. */
  protected advance(_table: Table<G>, _game: G, _tick: number): void {}
  /** Entries that a change of seats needs before its own. */
  protected beforeSeats(_table: Table<G>): readonly Draft[] {
    return [];
  }

  open(checkpoint: Uint8Array | null, entries: readonly Entry[]): Standing {
    if (checkpoint) this.#table = this.#load(checkpoint);
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

  follow(entries: readonly Entry[], tick = 0): Followed {
    this.#events = [];
    this.isFollowing = true;
    for (const entry of entries) this.#follow(entry);
    if (this.#table?.game && !this.#table.result) this.advance(this.#table, this.#table.game, tick);
    return { events: this.#events, ...this.#standing() };
  }

  checkpoint(): Uint8Array {
    const { game, ...rest } = this.table();
    return Buffer.from(JSON.stringify({ ...rest, game: game === null ? null : this.encode(game) }));
  }

  close(): void {}

  protected table(): Table<G> {
    if (!this.#table) throw new Error('the log does not begin with create');
    return this.#table;
  }

  /** Makes entries of drafts, and folds them. A command's id stands in the last of its entries. */
  protected record(drafts: readonly Draft[], t: number, id?: string): void {
    const last = drafts.at(-1);
    const table = this.table();
    for (const draft of drafts) {
      const { type, seat, data } = draft;
      const place = { n: table.n + 1, t: Math.max(t, table.t), type, seat, data };
      const entry: Entry = id !== undefined && draft === last ? { ...place, id } : place;
      this.#entries.push(entry);
      this.#apply(entry);
    }
  }

  /** Emits events that follow from the log position `n`, at match time `t`. */
  protected emitter({ n, t }: { readonly n: number; readonly t: number }): Emit {
    return (type, seat, data) => void this.#events.push({ n, t, type, seat, data });
  }

  /** The rules have ended the game, by this entry. */
  protected finish(table: Table<G>, results: readonly SeatResult[], entry: Entry): void {
    const players = results.map((player) => ({ ...player, account: table.seats.list[player.seat]!.account }));
    this.#end(table, { players });
    this.emitter(entry)('match_result', null, { players, ...tournamentOf(table.setup) });
  }

  #load(checkpoint: Uint8Array): Table<G> {
    const data = JSON.parse(Buffer.from(checkpoint).toString()) as Table<unknown>;
    const { game, startedAt = null } = data;
    return { ...data, startedAt, game: game === null ? null : this.decode(game) };
  }

  #one(input: Input): Outcome {
    if (input.kind === 'tick') this.tick(this.table(), input);
    else {
      const decided = this.#decide(input);
      if (decided instanceof Refusal) return { ok: false, code: decided.code, message: decided.message };
      this.record(decided, input.t, input.kind === 'command' ? input.id : undefined);
    }
    return { ok: true, n: this.table().n };
  }

  #decide(input: Exclude<Input, Tick>): readonly Draft[] | Refusal {
    const table = this.table();
    if (input.kind === 'seat') return this.#decideSeats(table, input.change);
    if (input.kind === 'wake') return this.#decideWake(table, input.t);
    const { seat, id, name, payload } = input;
    if (isSeatCommand(name)) return decideSeatCommand(table.seats, seat, name, payload);
    if (table.seats.phase === 'over') return new Refusal('match/over', 'the match has ended');
    if (table.game === null)
      return new Refusal('match/not_started', 'the match begins when every seat is taken and ready');
    return this.decideCommand(table, table.game, seat, { name, payload }, id);
  }

  #decideSeats(table: Table<G>, change: SeatChange): readonly Draft[] | Refusal {
    const decided = decideSeatChange(table.seats, change);
    if (decided instanceof Refusal || decided.length === 0) return decided;
    return [...this.beforeSeats(table), ...decided];
  }

  /** A deadline has come: the game's own, or the end of a match that nobody came back to. */
  #decideWake(table: Table<G>, t: number): readonly Draft[] {
    const wakeAt = this.#wakeAt(table);
    if (wakeAt === null || t < wakeAt) return [];
    if (anyonePresent(table.seats)) return this.decideWake(table, table.game!);
    return [{ type: 'abandon', seat: null, data: null }];
  }

  /** Folds an entry of a log that may have been changed since it was made. */
  #follow(entry: Entry): void {
    const table = this.#table;
    if (table) mustBeNext({ ...table, woken: (t) => this.#decideWake(table, t) }, entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    if (entry.type === 'create') return this.#create(entry);
    const table = this.table();
    table.n = entry.n;
    table.t = entry.t;
    const wasPresent = anyonePresent(table.seats);
    if (entry.type === 'abandon') this.#end(table, { players: [], reason: 'abandoned' });
    else if (applySeatEntry(table.seats, entry, entry.t)) this.#seatsChanged(table, entry, wasPresent);
    else this.#fold(table, table.game!, entry);
  }

  #fold(table: Table<G>, game: G, entry: Entry): void {
    this.fold(table, game, entry);
    if (entry.n % entriesPerHash > 0 && !table.result) return;
    const digest = hash('sha1', this.hashed(game), 'hex').slice(0, 16);
    this.emitter(entry)(stateHashEvent, null, { hash: digest });
  }

  #create(entry: Entry): void {
    const { n, t } = entry;
    const setup = entry.data as MatchSetup;
    const count = this.countSeats(setup);
    if (this.isFollowing) mustSeat(entry, count);
    const seats = emptySeats(count);
    this.#table = { setup, seats, game: null, startedAt: null, emptySince: t, result: null, n, t };
  }

  #seatsChanged(table: Table<G>, entry: Entry, wasPresent: boolean): void {
    if (wasPresent && !anyonePresent(table.seats)) table.emptySince = entry.t;
    if (entry.type === 'back') this.cameBack(table, entry, !wasPresent);
    if (entry.type !== 'start') return;
    const accounts = table.seats.list.map((seat) => seat.account);
    const { mode } = table.setup.options;
    this.emitter(entry)('match_start', null, { mode, accounts, ...tournamentOf(table.setup) });
    table.startedAt = entry.t;
    table.game = this.begin(table, entry);
  }

  #end(table: Table<G>, result: Result): void {
    table.result = result;
    table.seats.phase = 'over';
  }

  #standing(): Standing {
    if (!this.#table) return { n: 0, result: null, wakeAt: null };
    const { n, result } = this.#table;
    return { n, result, wakeAt: this.#wakeAt(this.#table), isMoving: this.isMoving(this.#table) };
  }

  #wakeAt(table: Table<G>): number | null {
    if (table.seats.phase === 'over') return null;
    if (!anyonePresent(table.seats)) return table.emptySince + abandonMs;
    return table.game === null ? null : this.gameWakeAt(table, table.game);
  }
}

/** What the events of a match say of its tournament, where it belongs to one. */
function tournamentOf({ options: { tournamentId } }: MatchSetup): object {
  return tournamentId === undefined ? {} : { tournamentId };
}
