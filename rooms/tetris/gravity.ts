/** How fast pieces fall, in 1/65,536 of a cell a tick: guideline speed (0.8 - (level - 1) * 0.007)^(level - 1) s a cell. */
export const CELL = 65_536;
export const MAX_LEVEL = 20;
const LINES_A_LEVEL = 10;
const SOFT_DROP_FACTOR = 20;

const GRAVITY = [
  1_092, 1_377, 1_768, 2_311, 3_075, 4_169, 5_759, 8_107, 11_634, 17_026, 25_416, 38_709, 60_169, 95_483,
  154_742, 256_187, 433_425, 749_597, 1_325_716, 2_398_490,
];

export const gravityOf = (level: number, softDrop: boolean): number =>
  GRAVITY[level - 1]! * (softDrop ? SOFT_DROP_FACTOR : 1);

export const levelOf = (startLevel: number, lines: number): number =>
  Math.min(MAX_LEVEL, startLevel + Math.floor(lines / LINES_A_LEVEL));
