import type { Random } from '../../src/match/random.ts';

export const SEATS = 4;

/** Cards in each hand, by round: 13, 12 … 3, then 2, 2, 2, 2, then 3 … 13. */
export const HAND_SIZES: readonly number[] = [
  13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
];

/** The next seat in turn. */
export function leftOf(seat: number): number {
  return (seat + 1) % SEATS;
}

/** Shuffles a whole deck and gives each seat a sorted hand; the rest of the deck stays aside. */
export function deal(handSize: number, random: Random): number[][] {
  const deck = random.shuffle(Array.from({ length: 52 }, (_, card) => card));
  return Array.from({ length: SEATS }, (_, seat) =>
    deck.slice(seat * handSize, (seat + 1) * handSize).sort((a, b) => a - b),
  );
}
