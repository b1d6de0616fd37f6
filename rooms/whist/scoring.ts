import type { SeatResult } from '../../src/match/rules.ts';

/** A finished round, each list by seat; `scores` are the points of this round alone. */
export interface SheetRow {
  readonly bids: readonly number[];
  readonly tricks: readonly number[];
  readonly scores: readonly number[];
}

/** Points of one seat for one round: its tricks, and 10 when they are exactly its bid. */
export function points(bid: number, tricks: number): number {
  return tricks + (bid === tricks ? 10 : 0);
}

/** Standard competition ranking, the highest first: 30, 20, 30, 10 gives 1, 3, 1, 4. */
export function placements(scores: readonly number[]): number[] {
  return scores.map((score) => 1 + scores.filter((other) => other > score).length);
}

/** The figures of each seat at the end. */
export function seatResults(sheet: readonly SheetRow[], scores: readonly number[]): SeatResult[] {
  const places = placements(scores);
  return scores.map((score, seat) => ({ seat, placement: places[seat]!, score, stats: stats(sheet, seat) }));
}

/** `roundsWon` counts the rounds in which nobody had more points, so joint bests count for each. */
function stats(sheet: readonly SheetRow[], seat: number): Record<string, number> {
  const rounds = (holds: (row: SheetRow) => boolean): number => sheet.filter(holds).length;
  return {
    tricks: sheet.reduce((sum, row) => sum + row.tricks[seat]!, 0),
    bidsMet: rounds((row) => row.bids[seat] === row.tricks[seat]),
    zeroBids: rounds((row) => row.bids[seat] === 0),
    roundsWon: rounds((row) => row.scores[seat] === Math.max(...row.scores)),
  };
}
