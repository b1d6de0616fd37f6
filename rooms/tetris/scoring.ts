/** What a locked piece is worth: attack as in the fixtures, points as in the Tetris guideline. */
import type { Spin } from './spin.ts';

export interface Clear {
  readonly lines: number;
  readonly spin: Spin;
  /** Clears in a row before this one; 0 for a first. -1 without lines. */
  readonly combo: number;
  /** Difficult clears in a row before this one; 0 for a first. -1 for others. */
  readonly backToBack: number;
  /** Nothing is left on the board. */
  readonly perfect: boolean;
}

type Table = Readonly<Record<Spin, readonly number[]>>;

/** By number of lines. */
const ATTACK: Table = { none: [0, 0, 1, 2, 4], mini: [0, 0, 1], normal: [0, 2, 4, 6] };
const POINTS: Table = {
  none: [0, 100, 300, 500, 800],
  mini: [100, 200, 400],
  normal: [400, 800, 1200, 1600],
};
const PERFECT_POINTS = [0, 800, 1200, 1800, 2000];
const PERFECT_BACK_TO_BACK_TETRIS = 3200;
const PERFECT_ATTACK = 10;
const COMBO_ATTACK = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5];
const COMBO_POINTS = 50;

/** Four lines or a spin: what keeps back-to-back going. */
export const isDifficult = (lines: number, spin: Spin): boolean =>
  lines === 4 || (lines > 0 && spin !== 'none');

/** Rows of garbage that a clear makes. */
export function attackOf({ lines, spin, combo, backToBack, perfect }: Clear): number {
  if (lines === 0) return 0;
  const comboRows = COMBO_ATTACK[Math.min(combo, COMBO_ATTACK.length - 1)]!;
  return ATTACK[spin][lines]! + (backToBack > 0 ? 1 : 0) + comboRows + (perfect ? PERFECT_ATTACK : 0);
}

/** Points, for the level before the clear. All tables are even, so that back-to-back's half more is whole. */
export function pointsOf({ lines, spin, combo, backToBack, perfect }: Clear, level: number): number {
  const base = POINTS[spin][lines]!;
  const points = backToBack > 0 ? (base * 3) / 2 : base;
  return (
    (points + Math.max(0, combo) * COMBO_POINTS + (perfect ? perfectPoints(lines, backToBack) : 0)) * level
  );
}

function perfectPoints(lines: number, backToBack: number): number {
  return lines === 4 && backToBack > 0 ? PERFECT_BACK_TO_BACK_TETRIS : PERFECT_POINTS[lines]!;
}
