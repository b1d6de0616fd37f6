import { FLOOR, WIDTH } from '../board.ts';
import { WALL } from '../rows.ts';
import type { Field } from './field.ts';

/** What a bot dislikes in a field, a unit each; `clears`: what it likes in a clear, by number of lines. */
export interface Taste {
  /** Of each column's height. */
  readonly height: number;
  /** Of each empty cell with a taken one above it. */
  readonly hole: number;
  /** Of each step between neighbouring columns. */
  readonly step: number;
  /** Of each row of the rightmost column, which is to stay free for I; its own step then does not count. 0 to do without. */
  readonly well: number;
  /** Of each row above the twelfth. */
  readonly danger: number;
  readonly clears: readonly number[];
}

const SAFE_HEIGHT = 12;

/** The lower the worse. */
export function evaluate(field: Field, taste: Taste): number {
  const heights = columnHeights(field);
  const even = taste.well > 0 ? heights.slice(0, -1) : heights;
  const steps = even.slice(1).reduce((sum, height, at) => sum + Math.abs(height - even[at]!), 0);
  const highest = Math.max(...heights);
  const total = heights.reduce((sum, height) => sum + height, 0);
  return -(
    taste.height * total +
    taste.hole * (total - takenCells(field)) +
    taste.step * steps +
    taste.well * heights.at(-1)! +
    taste.danger * Math.max(0, highest - SAFE_HEIGHT)
  );
}

function columnHeights({ rows, height }: Field): number[] {
  const heights = Array<number>(WIDTH).fill(0);
  for (let y = 0; y < height; y++) {
    const row = rows[y + FLOOR]!;
    for (let x = 0; x < WIDTH; x++) if (row & (1 << (x + WALL))) heights[x] = y + 1;
  }
  return heights;
}

function takenCells({ rows, height }: Field): number {
  let cells = 0;
  for (let y = 0; y < height; y++) {
    for (let bits = (rows[y + FLOOR]! >> WALL) & ((1 << WIDTH) - 1); bits !== 0; bits &= bits - 1) cells++;
  }
  return cells;
}
