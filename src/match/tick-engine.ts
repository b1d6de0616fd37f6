/**
 * The engine of tick-based rules. Inputs are entries, ticks are none: an entry says at which tick it was, and the fold
 * steps up to it. Before each commit an empty one marks the time, so that a revival goes on there.
 * Eliminations and the end are entries too: they are told once they are committed.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Entry, MatchSetup, Standing } from './engine.ts';
import { IllegalEntry, mustBeDecided } from './legality.ts';
import { type Command, type Draft, type Emit, Refusal } from './rules.ts';
import { anyonePresent } from './seats.ts';
import { type Table, TableEngine, type TableView, type Tick } from './table-engine.ts';
import type { TickRules } from './tick-rules.ts';

interface Early {
  readonly tick: number;
  readonly seat: number;
  readonly id: string;
  readonly command: Command;
}

interface Game<S> {
  state: S;
  /** Where the fold of the log stands. */
  markedTick: number;
  /** Log position of each seat's elimination. */
  eliminatedAt: (number | null)[];
  /** Commands that wait for their tick. They are no entries yet: only a checkpoint keeps them. */
  early: Early[];
}

type TickTable<S> = Table<Game<S>>;

/** What a tick-based game shows: the rules' view, and where in the log each seat's elimination stands. */
export interface TickView<V> extends TableView<V> {
  readonly eliminatedAt: readonly (number | null)[];
}

/** Inputs may come this much ahead of their tick, and so many of a seat may wait. */
const earliestSeconds = 2;
const mostEarly = 64;
const nothing: Emit = () => {};
/** Entries of the engine; all others are inputs of the game. */
const ownTypes: ReadonlySet<string> = new Set(['mark', 'eliminated', 'end']);

export class TickEngine<S, V, O = unknown> extends TableEngine<Game<S>> {
  readonly version: string;
  readonly hz: number;
  readonly #rules: TickRules<S, V, O>;

  constructor(rules: TickRules<S, V, O>) {
    super();
    this.#rules = rules;
    this.version = rules.version;
    this.hz = rules.hz;
  }

  override open(checkpoint: Uint8Array | null, entries: readonly Entry[]): Standing {
    const standing = super.open(checkpoint, entries);
    const { game } = this.table();
    // those that the checkpoint keeps may since have become entries
    if (game && entries.length > 0)
      game.early = game.early.filter(
        ({ tick, seat, id }) =>
          tick > game.markedTick && !entries.some((entry) => entry.id === id && entry.seat === seat),
      );
    return standing;
  }

  override view(seat: number | null): TickView<V> {
    const { seats, setup, startedAt, game } = this.table();
    const visible = game && this.#rules.visible(game.state, seat);
    return {
      seats,
      options: setup.options,
      startedAt,
      deadline: null,
      game: visible,
      eliminatedAt: game?.eliminatedAt ?? [],
    };
  }

  protected override countSeats({ options }: MatchSetup): number {
    return this.#rules.seats(options as O);
  }

  protected override begin({ setup, seats }: TickTable<S>): Game<S> {
    const state = this.#rules.setup(setup.options as O, seats.list.length, setup.seed);
    return { state, markedTick: 0, eliminatedAt: seats.list.map(() => null), early: [] };
  }

  /** A command for a later tick waits for it; one for a tick that has passed takes effect in the next. */
  protected override decideCommand(
    _table: TickTable<S>,
    { state, early }: Game<S>,
    seat: number,
    command: Command,
    id: string,
  ): readonly Draft[] | Refusal {
    const ahead = tickOf(command) - this.#rules.tick(state) - 1;
    if (ahead <= 0) return this.#rules.decide(state, seat, command);
    if (ahead > earliestSeconds * this.hz)
      return new Refusal('match/too_early', 'this tick is too far ahead');
    if (early.filter((one) => one.seat === seat).length >= mostEarly)
      return new Refusal('match/too_many', 'too many inputs wait for their tick');
    early.push({ tick: tickOf(command), seat, id, command });
    return [];
  }

  protected override fold(table: TickTable<S>, game: Game<S>, entry: Entry): void {
    const isInput = !ownTypes.has(entry.type);
    const before = ticksBefore(entry);
    this.#stepTo(game, before, entry);
    if (this.isFollowing) this.#mustFit(game, entry, before);
    game.markedTick = this.#rules.tick(game.state);
    if (isInput) this.#rules.apply(game.state, entry);
    if (entry.type === 'eliminated') game.eliminatedAt[entry.seat!] = entry.n;
    if (entry.type === 'end') this.finish(table, this.#rules.result(game.state)!, entry);
  }

  protected override isMoving({ game, seats, result }: TickTable<S>): boolean {
    return game !== null && result === null && anyonePresent(seats);
  }

  protected override tick(table: TickTable<S>, { t, mark = false }: Tick): void {
    const { game } = table;
    if (game === null || !this.isMoving(table)) return;
    this.#takeEarly(game, t);
    this.#playBots(table, game.state, t);
    this.#step(table, game, t);
    if (mark && table.result === null) this.record(this.#marks(game), t);
  }

  protected override advance({ n, t }: TickTable<S>, game: Game<S>, tick: number): void {
    const ahead = Math.max(0, tick - game.markedTick);
    this.#stepTo(game, tick, { n: n + 1, t: t + Math.floor((ahead * 1000) / this.hz) });
  }

  /** Entries about seats say no tick: a mark before them does, so that the fold stands where play stood. */
  protected override beforeSeats({ game }: TickTable<S>): readonly Draft[] {
    return game ? this.#marks(game) : [];
  }

  protected override gameWakeAt({ t }: TickTable<S>): number {
    // for the store alone: should the process die and nobody dial, the match is looked after
    return t + 60_000;
  }

  protected override decideWake(): readonly Draft[] {
    return [];
  }

  protected override hashed({ state }: Game<S>): Uint8Array {
    return this.#rules.encode(state);
  }

  protected override encode({ state, ...rest }: Game<S>): unknown {
    return { ...rest, state: Buffer.from(this.#rules.encode(state)).toString('base64') };
  }

  protected override decode(data: unknown): Game<S> {
    const { state, ...rest } = data as Omit<Game<S>, 'state'> & { state: string };
    return { ...rest, state: this.#rules.decode(Buffer.from(state, 'base64')) };
  }

  /** Throws on an entry that was never made at `tick`. */
  #mustFit({ state, markedTick }: Game<S>, entry: Entry, tick: number): void {
    const { type, seat, data } = entry;
    if (this.#rules.tick(state) !== tick) throw new IllegalEntry(entry, `it does not belong to tick ${tick}`);
    if (!ownTypes.has(type)) return mustBeDecided(this.#rules, state, entry);
    const isOurs = isDeepStrictEqual(data, { tick }) && (seat === null) === (type !== 'eliminated');
    if (!isOurs || (type === 'mark' && tick <= markedTick))
      throw new IllegalEntry(entry, `${type} is not as it would have been made`);
  }

  /** Steps up to a tick, which is at the place `n` of the log and the match time `t`. */
  #stepTo({ state }: Game<S>, tick: number, { n, t }: { readonly n: number; readonly t: number }): void {
    for (let next = this.#rules.tick(state) + 1; next <= tick; next++) {
      const earlier = Math.floor(((tick - next) * 1000) / this.hz);
      this.#rules.step(state, this.isFollowing ? this.emitter({ n, t: t - earlier }) : nothing);
    }
  }

  #takeEarly(game: Game<S>, t: number): void {
    if (game.early.length === 0) return;
    const next = this.#rules.tick(game.state) + 1;
    const due = game.early.filter(({ tick }) => tick <= next);
    game.early = game.early.filter(({ tick }) => tick > next);
    for (const { seat, id, command } of due) this.#command(game.state, seat, command, t, id);
  }

  #playBots({ seats }: TickTable<S>, state: S, t: number): void {
    const tick = this.#rules.tick(state);
    for (const [seat, player] of seats.list.entries()) {
      if (player.bot === null && player.awaySince === null) continue;
      const commands = this.#rules.bot(this.#rules.visible(state, seat), seat, player.bot ?? 'medium', tick);
      for (const command of commands) this.#command(state, seat, command, t);
    }
  }

  #command(state: S, seat: number, command: Command, t: number, id?: string): void {
    const decided = this.#rules.decide(state, seat, command);
    if (!(decided instanceof Refusal)) this.record(decided, t, id);
  }

  #step(table: TickTable<S>, game: Game<S>, t: number): void {
    // what a step brings about follows from the next entry, whose fold takes that step
    const emit = this.emitter({ n: table.n + 1, t });
    const eliminated: number[] = [];
    this.#rules.step(game.state, (type, seat, data) => {
      emit(type, seat, data);
      if (type === 'elimination') eliminated.push(seat!);
    });
    const tick = this.#rules.tick(game.state);
    for (const seat of eliminated) this.record([{ type: 'eliminated', seat, data: { tick } }], t);
    if (this.#rules.result(game.state)) this.record([{ type: 'end', seat: null, data: { tick } }], t);
  }

  #marks({ state, markedTick }: Game<S>): readonly Draft[] {
    const tick = this.#rules.tick(state);
    return tick > markedTick ? [{ type: 'mark', seat: null, data: { tick } }] : [];
  }
}

const tickOf = ({ payload }: Command): number => Number((payload as { tick?: number } | null)?.tick ?? 0);

/** Steps taken before an entry of the game: an input is for the next one. */
export function ticksBefore({ type, data }: Pick<Entry, 'type' | 'data'>): number {
  const { tick } = data as { tick: number };
  return ownTypes.has(type) ? tick : tick - 1;
}
