/** From the last place to the first. */
import type { MomentDraft } from '../../../src/match/moment-rules.ts';
import type { SeatTrack, Track } from './track.ts';

/** Pieces that each seat has locked when the opening is over. */
const OPENING = 30;
/** What a tetris gives: nobody is far behind by less, however few both have. */
const TETRIS = { lines: 4, points: 800 };

/** Notes who is last of all by far: with half of what the next one has, or less. Who has gone out is behind them all. */
export function compare({ seats, isRace, isWhole }: Track): void {
  if (!isWhole || seats.length < 2 || seats.some(({ locks }) => locks < OPENING)) return;
  const standing = ({ lines, score }: SeatTrack): number => (isRace ? lines : score);
  const [last, next] = seats.toSorted((a, b) => standing(a) - standing(b)) as [SeatTrack, SeatTrack];
  const distance = standing(next) - standing(last);
  const far = Math.max(standing(last), isRace ? TETRIS.lines : TETRIS.points);
  if (distance >= far) last.behind = Math.max(last.behind, distance);
}

/** Who shares the first place has not come back alone: none. */
export function findComeback({ seats, isRace }: Track, placements: readonly number[]): MomentDraft[] {
  const firsts = seats.filter(({ seat }) => placements[seat] === 1);
  const [{ seat, behind }] = firsts as [SeatTrack];
  if (firsts.length > 1 || behind === 0) return [];
  return [{ type: 'comeback', seat, data: isRace ? { lines: behind } : { points: behind } }];
}
