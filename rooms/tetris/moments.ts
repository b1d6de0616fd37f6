/** The key moments of a match. SPEC.md says what each is. */
import type { MatchEvent, MomentDraft, MomentRules } from '../../src/match/moment-rules.ts';
import type { TetrisOptions } from './commands.ts';
import { clearMoments, type Cleared } from './moments/clears.ts';
import { compare, findComeback } from './moments/comeback.ts';
import { beginLock, findSurge, findSurvival, receive, standAt } from './moments/stack.ts';
import { newSeat, newTrack, type SeatTrack, type Track } from './moments/track.ts';

interface Locked {
  readonly board: string;
  readonly score: number;
}

/** Hexadecimal digits of a row. */
const ROW_DIGITS = 3;

type See = (track: Track, seat: SeatTrack, event: MatchEvent) => readonly MomentDraft[];

/** Events of seats. */
const SEAT_EVENTS: Readonly<Record<string, See>> = {
  piece_lock(_track, seat, { data }) {
    const { board, score } = data as Locked;
    beginLock(seat);
    standAt(seat, board.length / ROW_DIGITS);
    seat.locks++;
    seat.score = score;
    return [];
  },
  line_clear(_track, seat, { data }) {
    const cleared = data as Cleared;
    seat.lines += cleared.count;
    return [...clearMoments(seat.seat, cleared), ...findSurvival(seat)];
  },
  garbage_received(_track, seat, { data }) {
    receive(seat, (data as { rows: number }).rows);
    return [];
  },
  // the lock before it has been told in full
  piece_spawn(track, seat) {
    compare(track);
    return findSurge(seat);
  },
  elimination(track, seat, { data }) {
    track.isWhole = false;
    // of a match alone it is the end and nothing else
    const isEnd = track.seats.length === 1;
    return [...findSurge(seat), ...(isEnd ? [] : [{ type: 'elimination', seat: seat.seat, data }])];
  },
};

function begin(track: Track, data: unknown): void {
  const { players, options } = data as { players: readonly number[]; options: TetrisOptions };
  track.seats = players.map(newSeat);
  track.isRace = options.lines !== undefined;
}

export const tetrisMoments: MomentRules<Track> = {
  types: {
    tetris: 'four lines at once',
    t_spin_single: 'a T-spin that clears a line',
    t_spin_double: 'a T-spin that clears two lines',
    t_spin_triple: 'a T-spin that clears three lines',
    back_to_back: 'four lines or T-spins, with no easier clear between',
    perfect_clear: 'a clear that leaves nothing',
    garbage_surge: 'three rows of garbage or more in sequence',
    near_death_survival: 'from above row 16 to below row 10',
    elimination: 'a player is out',
    comeback: 'last by far, and first in the end',
  },
  events: ['game_start', 'game_end', ...Object.keys(SEAT_EVENTS)],
  start: newTrack,
  see(track, event) {
    if (event.type === 'game_start') begin(track, event.data);
    if (event.type === 'game_end')
      return findComeback(track, (event.data as { placements: readonly number[] }).placements);
    return event.seat === null ? [] : SEAT_EVENTS[event.type]!(track, track.seats[event.seat]!, event);
  },
};
