import { suitOf, trumpSuit, type Trump } from './cards.ts';

export interface PlayedCard {
  readonly seat: number;
  readonly card: number;
}

/** The cards of a hand that may be played on this trick: of the suit led if there are any, else all. */
export function legalCards(hand: readonly number[], trick: readonly PlayedCard[]): readonly number[] {
  return mustFollow(hand, trick) ? hand.filter((card) => suitOf(card) === suitOf(trick[0]!.card)) : hand;
}

/** Whether the hand holds the suit led, so that another may not be played. */
export function mustFollow(hand: readonly number[], trick: readonly PlayedCard[]): boolean {
  if (trick.length === 0) return false;
  const led = suitOf(trick[0]!.card);
  return hand.some((card) => suitOf(card) === led);
}

/** The seat whose card wins the trick, which has at least one card. */
export function winnerOf(trick: readonly PlayedCard[], trump: Trump): number {
  return trick.reduce((best, next) => (beats(next.card, best.card, trumpSuit(trump)) ? next : best)).seat;
}

/** Whether a card played later beats the best so far; `trump` as of `trumpSuit`. */
export function beats(card: number, best: number, trump: number): boolean {
  return suitOf(card) === suitOf(best) ? card > best : suitOf(card) === trump;
}
