/** The part of a room's state that every game has: its seats and where the match stands. A game spreads it into its own. */
import { type ArraySchema, type Schema, t } from '@colyseus/schema';
import type { TableView } from './table-engine.ts';
import { hostSeat } from './seats.ts';

export const seatFields = {
  /** Account id; empty for a bot or a free seat. */
  account: t.string().default(''),
  name: t.string().default(''),
  /** Strength of the bot; empty for a person or a free seat. */
  bot: t.string().default(''),
  connected: t.boolean().default(false),
  /** Let a turn pass; a bot plays on until the player's next command. */
  idle: t.boolean().default(false),
  ready: t.boolean().default(false),
};

export const tableFields = {
  /** lobby, playing or over. */
  phase: t.string().default('lobby'),
  mode: t.string().default(''),
  /** Seat of the host, -1 where nobody sits. */
  host: t.int8().default(-1),
  /** Wall time in milliseconds at which match time was 0. */
  origin: t.float64().default(0),
  /** Match time in whole seconds at which the turn ends; 0: no deadline. */
  deadline: t.number().default(0),
  turnSeconds: t.number().default(0),
  /** Id of the match that follows by rematch; empty until then. */
  rematch: t.string().default(''),
};

interface SeatState {
  account: string;
  name: string;
  bot: string;
  connected: boolean;
  idle: boolean;
  ready: boolean;
}

export interface TableState {
  phase: string;
  mode: string;
  host: number;
  origin: number;
  deadline: number;
  turnSeconds: number;
  rematch: string;
  /** Fields of a seat with `.view()` are seen by its player alone. */
  seats: ArraySchema<Schema & SeatState>;
}

export type MatchState = Schema & TableState;

/** What the engine shows: `view(null)` to all, `view(seat)` to one seat. */
export type View<V> = (seat: number | null) => TableView<V>;

/** How a game is shown to clients, live and in a replay. */
export interface GameTable<State = MatchState, V = never> {
  /** The state of a match with so many seats. */
  make(seats: number): State;
  /**
   * Sets the game's own fields from what the engine shows, whatever they were: a replay also goes back. `isTold(n)`:
   * whether that place in the log may be told.
   */
  mirror(state: State, view: View<V>, isTold: (n: number) => boolean): void;
}

/** A table with so many seats, each made now: what is static keeps its identity for clients over a revival. */
export function withSeats<T extends { seats: { push(seat: never): number } }>(
  table: T,
  seats: number,
  make: () => object,
): T {
  for (let seat = 0; seat < seats; seat++) table.seats.push(make() as never);
  return table;
}

/** Display names by account; they are known of those who have joined this process, and never logged. */
export type Names = ReadonlyMap<string, string>;

/** Sets what has changed; schema fields skip what is equal. */
export function mirrorTable(
  table: TableState,
  view: TableView<unknown>,
  match: { readonly origin: number; readonly isOver: boolean },
  names: Names,
): void {
  const { seats, options, deadline } = view;
  table.origin = match.origin;
  // of a tick-based match the end is played before it is committed
  table.phase = seats.phase === 'over' && !match.isOver ? 'playing' : seats.phase;
  table.mode = options.mode;
  table.host = hostSeat(seats);
  table.deadline = deadline === null ? 0 : Math.ceil(deadline / 1000);
  table.turnSeconds = Math.ceil(options.turnMs / 1000);
  let i = 0;
  for (const shown of table.seats) {
    const seat = seats.list[i++]!;
    shown.account = seat.account ?? '';
    shown.name = seat.account === null ? '' : (names.get(seat.account) ?? '');
    shown.bot = seat.bot ?? '';
    shown.connected = seat.account !== null && seat.awaySince === null;
    shown.idle = seat.idle;
    shown.ready = seat.ready;
  }
}
