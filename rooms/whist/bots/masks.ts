/**
 * Sets of cards of one suit as 13 bits, bit n for rank n: what a bot thinks in, because it plays out thousands of tricks
 * for one decision. `top`, `bottom` want a set that is not empty.
 */
export function top(mask: number): number {
  return 31 - Math.clz32(mask);
}

export function bottom(mask: number): number {
  return top(mask & -mask);
}

/** The ranks of `mask` above `rank`. */
export function above(mask: number, rank: number): number {
  return (mask >> (rank + 1)) << (rank + 1);
}

/** The ranks of `mask` below `rank`. */
export function below(mask: number, rank: number): number {
  return mask & ((1 << rank) - 1);
}
