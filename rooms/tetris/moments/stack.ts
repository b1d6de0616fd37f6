/** Moments of a stack that rises and falls: surges of garbage, and who survives at the top. */
import type { MomentDraft } from '../../../src/match/moment-rules.ts';
import type { SeatTrack } from './track.ts';

/** Rows of garbage in sequence that make a surge. */
const SURGE = 3;
/** A stack above the first row is in danger, until it is below the second. */
const DANGER = 16;
const SAFETY = 10;

/** The height after a lock, and after garbage. */
export function standAt(seat: SeatTrack, height: number): void {
  seat.height = height;
  if (height > DANGER) seat.peak = Math.max(seat.peak, height);
}

/** A lock at which none enters ends a run of garbage: it is known at the next lock. */
export function beginLock(seat: SeatTrack): void {
  if (seat.entered === 0) {
    seat.run = 0;
    seat.isSurgeTold = false;
  }
  seat.entered = 0;
}

export function receive(seat: SeatTrack, rows: number): void {
  seat.entered += rows;
  seat.run += rows;
  standAt(seat, seat.height + rows);
}

/** All that enters at a lock has entered when the next piece comes in, or the seat is out. */
export function findSurge(track: SeatTrack): MomentDraft[] {
  const { seat, run, isSurgeTold } = track;
  if (run < SURGE || isSurgeTold) return [];
  track.isSurgeTold = true;
  return [{ type: 'garbage_surge', seat, data: { rows: run } }];
}

/** Only a clear brings a stack down. */
export function findSurvival(track: SeatTrack): MomentDraft[] {
  const { seat, height, peak } = track;
  if (peak === 0 || height >= SAFETY) return [];
  track.peak = 0;
  return [{ type: 'near_death_survival', seat, data: { height: peak } }];
}
