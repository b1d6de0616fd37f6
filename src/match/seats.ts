/**
 * Who sits where, folded from entries like everything else, so that a revived or replayed match has it too.
 * Shared by all games: sitting down, bots, ready-up, being away and coming back.
 */
import { type Draft, Refusal, type Strength } from './rules.ts';
import type { SeatChange } from './engine.ts';

export interface Seat {
  account: string | null;
  bot: Strength | null;
  ready: boolean;
  /** Match time since when its player has not been connected; null while connected. */
  awaySince: number | null;
  /** Let a turn pass: a bot plays on until the player's next command. */
  idle: boolean;
}

export type SeatPhase = 'lobby' | 'playing' | 'over';

export interface Seats {
  phase: SeatPhase;
  list: Seat[];
}

export const emptySeats = (count: number): Seats => ({
  phase: 'lobby',
  list: Array.from({ length: count }, emptySeat),
});
const emptySeat = (): Seat => ({ account: null, bot: null, ready: false, awaySince: null, idle: false });

/** The seat of an account, or -1. */
export const seatOf = (seats: Seats, account: string): number =>
  seats.list.findIndex((seat) => seat.account === account);

export const isFree = (seat: Seat): boolean => seat.account === null && seat.bot === null;

/** The first seat with a person: may add and remove bots. -1 where nobody sits. */
export const hostSeat = (seats: Seats): number => seats.list.findIndex((seat) => seat.account !== null);

export const anyonePresent = (seats: Seats): boolean =>
  seats.list.some((seat) => seat.account !== null && seat.awaySince === null);

/** Whether every seat is taken, and every person ready. */
export const isComplete = (seats: Seats): boolean =>
  seats.list.every((seat) => seat.bot !== null || (seat.account !== null && seat.ready));

/** The entries of a change by the platform, or why not. */
export function decideSeatChange(seats: Seats, change: SeatChange): Draft[] | Refusal {
  const seat = seatOf(seats, change.account);
  if (change.type === 'sit') return seat >= 0 ? comeBack(seats, seat) : sitDown(seats, change);
  if (seat < 0) return new Refusal('seat/none', 'this account has no seat here');
  if (change.type === 'back') return comeBack(seats, seat);
  if (change.type === 'leave' && seats.phase === 'lobby') return [draft('stand', seat)];
  return seats.list[seat]!.awaySince === null && seats.phase !== 'over' ? [draft('away', seat)] : [];
}

function sitDown(seats: Seats, change: SeatChange & { type: 'sit' }): Draft[] | Refusal {
  if (seats.phase !== 'lobby')
    return new Refusal('seat/started', 'the match has begun; join with {"spectate": true} to watch');
  const seat = change.seat ?? seats.list.findIndex(isFree);
  const wanted = seats.list[seat];
  if (!wanted || !isFree(wanted))
    return new Refusal('seat/none_free', 'no seat is free; join with {"spectate": true} to watch');
  return [draft('sit', seat, { account: change.account })];
}

function comeBack(seats: Seats, seat: number): Draft[] {
  return seats.list[seat]!.awaySince === null || seats.phase === 'over' ? [] : [draft('back', seat)];
}

/** The entries of a command about seats: `ready`, `add_bot`, `remove_bot`. Payloads have passed seatCommands. */
export function decideSeatCommand(
  seats: Seats,
  seat: number,
  name: string,
  payload: unknown,
): Draft[] | Refusal {
  if (seats.phase !== 'lobby') return new Refusal('seat/started', 'the match has begun');
  if (name === 'ready') return decideReady(seats, seat, (payload as { ready: boolean }).ready);
  if (seat !== hostSeat(seats)) return new Refusal('seat/not_host', 'only the host adds and removes bots');
  const { seat: wanted, strength } = payload as { seat?: number; strength: Strength };
  if (name === 'remove_bot') {
    const found = wanted ?? seats.list.findLastIndex((one) => one.bot !== null);
    return seats.list[found]?.bot
      ? [draft('remove_bot', seat, { seat: found })]
      : new Refusal('seat/no_bot', 'no bot sits there');
  }
  const free = wanted ?? seats.list.findIndex(isFree);
  if (!seats.list[free] || !isFree(seats.list[free]))
    return new Refusal('seat/none_free', 'that seat is not free');
  return withStart(seats, seat, draft('add_bot', seat, { seat: free, strength }));
}

function decideReady(seats: Seats, seat: number, ready: boolean): Draft[] {
  return seats.list[seat]!.ready === ready ? [] : withStart(seats, seat, draft('ready', seat, { ready }));
}

/** Adds `start` where the change by `seat` makes the table full and everyone ready. */
function withStart(seats: Seats, seat: number, change: Draft): Draft[] {
  const after: Seats = { phase: seats.phase, list: seats.list.map((one) => ({ ...one })) };
  applySeatEntry(after, change, 0);
  return isComplete(after) ? [change, draft('start', seat)] : [change];
}

/** Folds an entry about seats; false where it is not one. `t` is its match time. */
export function applySeatEntry(seats: Seats, entry: Draft, t: number): boolean {
  const seat = entry.seat === null ? undefined : seats.list[entry.seat];
  const data = entry.data as { account: string; seat: number; strength: Strength; ready: boolean };
  switch (entry.type) {
    case 'sit':
      seat!.account = data.account;
      return true;
    case 'stand':
      Object.assign(seat!, emptySeat());
      return true;
    case 'remove_bot':
      Object.assign(seats.list[data.seat]!, emptySeat());
      return true;
    case 'add_bot':
      seats.list[data.seat]!.bot = data.strength;
      return true;
    case 'ready':
      seat!.ready = data.ready;
      return true;
    case 'away':
      seat!.awaySince = t;
      return true;
    case 'back':
      seat!.awaySince = null;
      seat!.idle = false;
      return true;
    case 'idle':
      seat!.idle = true;
      return true;
    case 'start':
      seats.phase = 'playing';
      return true;
    default:
      return false;
  }
}

function draft(type: string, seat: number | null, data: unknown = null): Draft {
  return { type, seat, data };
}
