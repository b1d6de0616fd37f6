/**
 * Whether an engine would have made an entry where it stands: for logs that are played again, which may have been changed
 * meanwhile. The fold itself trusts its log.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from './engine.ts';
import { type Command, type Draft, Refusal } from './rules.ts';
import { hostSeat, isComplete, type Seat, seatOf, type Seats } from './seats.ts';

/** An entry that no engine made there. */
export class IllegalEntry extends Error {
  override readonly name = 'IllegalEntry';
  readonly code = 'match/illegal_entry';
  /** The entry's place. */
  readonly n: number;
  constructor({ n }: Pick<Entry, 'n'>, why: string) {
    super(why);
    this.n = n;
  }
}

/** Beyond what any game has: seats that a changed setup asks for must not fill the memory. */
const mostSeats = 1_000;

/** Throws IllegalEntry for a beginning with so many seats as no match has. */
export function mustSeat(entry: Entry, seats: unknown): void {
  if (!Number.isInteger(seats) || (seats as number) < 1 || (seats as number) > mostSeats)
    throw new IllegalEntry(entry, 'no match has so many seats');
}

/** What of rules tells whether an entry of theirs is legal. */
interface Decider<S> {
  readonly entriesAreCommands?: true;
  decide(state: S, seat: number, command: Command): readonly Draft[] | Refusal;
}

/** Throws IllegalEntry for an entry of the game that its rules refuse in the state right before it. */
export function mustBeDecided<S>(rules: Decider<S>, state: S, entry: Entry): void {
  if (!rules.entriesAreCommands) return;
  const { type, seat, data } = entry;
  const decided = rules.decide(state, seat ?? -1, { name: type, payload: data });
  if (decided instanceof Refusal) throw new IllegalEntry(entry, decided.code);
  if (!isDeepStrictEqual(decided, [{ type, seat, data }]))
    throw new IllegalEntry(entry, `${type} is not as its command would have made it`);
}

/** Where the log stands before the entry. */
interface Standing {
  readonly n: number;
  readonly t: number;
  readonly seats: Seats;
  readonly result: unknown;
  /** What the engine does when it is woken at a match time. */
  woken(t: number): readonly Draft[];
}

/** Throws IllegalEntry for an entry that can't be the next: by its place, its time, or the seats. */
export function mustBeNext(standing: Standing, entry: Entry): void {
  const { n, t, result } = standing;
  if (result) throw new IllegalEntry(entry, 'the match was over before');
  if (entry.n !== n + 1) throw new IllegalEntry(entry, `its place is ${n + 1}`);
  if (!(entry.t >= t)) throw new IllegalEntry(entry, 'its time is before that of the entry before it');
  if (!fitsSeats(standing, entry))
    throw new IllegalEntry(entry, `${entry.type} of seat ${entry.seat} does not fit the seats`);
}

function fitsSeats({ seats, woken }: Standing, { t, type, seat: at, data }: Entry): boolean {
  const { phase, list } = seats;
  const inLobby = phase === 'lobby';
  const seat = at === null ? undefined : list[at];
  const given = (data ?? {}) as Partial<SeatData>;
  const other = list[given.seat!];
  const isEmpty = data === null;
  const has = (...names: readonly (keyof SeatData)[]): boolean => isDeepStrictEqual(data, pick(given, names));
  switch (type) {
    case 'create':
      return false;
    case 'abandon':
    case 'idle':
      return isDeepStrictEqual(woken(t)[0], { type, seat: at, data });
    case 'sit':
      return inLobby && has('account') && isFree(seat) && isNew(seats, given.account);
    case 'stand':
      return inLobby && isEmpty && isPerson(seat);
    case 'ready':
      return inLobby && has('ready') && isPerson(seat) && given.ready === !seat.ready;
    case 'add_bot':
      return (
        inLobby && has('seat', 'strength') && at === hostSeat(seats) && isFree(other) && isStrength(given)
      );
    case 'remove_bot':
      return inLobby && has('seat') && at === hostSeat(seats) && !!other?.bot;
    case 'start':
      return inLobby && isEmpty && isPerson(seat) && isComplete(seats);
    case 'away':
      return isEmpty && isPerson(seat) && seat.awaySince === null;
    case 'back':
      return isEmpty && isPerson(seat) && (seat.awaySince !== null || seat.idle);
    default:
      // of the game: its rules know
      return phase === 'playing';
  }
}

interface SeatData {
  readonly account: unknown;
  readonly seat: number;
  readonly strength: unknown;
  readonly ready: unknown;
}

const pick = (data: Partial<SeatData>, names: readonly (keyof SeatData)[]): object =>
  Object.fromEntries(names.map((name) => [name, data[name]]));
const isNew = (seats: Seats, account: unknown): boolean =>
  typeof account === 'string' && seatOf(seats, account) < 0;
const isFree = (seat: Seat | undefined): boolean => seat?.account === null && seat.bot === null;
const isPerson = (seat: Seat | undefined): seat is Seat => !!seat && seat.account !== null;
const isStrength = ({ strength }: Partial<SeatData>): boolean =>
  ['weak', 'medium', 'strong'].includes(strength as string);
