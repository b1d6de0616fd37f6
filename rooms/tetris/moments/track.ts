/** What is remembered of a match while its moments are looked for: a few numbers a seat. */

export interface SeatTrack {
  readonly seat: number;
  /** Rows from the floor to the highest occupied one, garbage included. */
  height: number;
  /** The greatest height since the stack came into danger; 0 when it has not, or is out of it. */
  peak: number;
  /** Rows of garbage that entered at the last lock. */
  entered: number;
  /** And at the locks right before, one after another. */
  run: number;
  /** The surge of this run has been told. */
  isSurgeTold: boolean;
  locks: number;
  score: number;
  lines: number;
  /** How far it was behind all others at the worst, where that was far; else 0. */
  behind: number;
}

export interface Track {
  seats: readonly SeatTrack[];
  /** Lines decide who is ahead, not points. */
  isRace: boolean;
  /** Nobody has gone out. */
  isWhole: boolean;
}

export const newTrack = (): Track => ({ seats: [], isRace: false, isWhole: true });

export const newSeat = (seat: number): SeatTrack => ({
  seat,
  height: 0,
  peak: 0,
  entered: 0,
  run: 0,
  isSurgeTold: false,
  locks: 0,
  score: 0,
  lines: 0,
  behind: 0,
});
