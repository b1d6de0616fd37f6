/** A small sensible player. It sees what its own client sees, and knows the rules that say what is legal. */
import { legalBids } from '../rooms/whist/bidding.ts';
import { cardName, parseCard, rankOf, suitOf, TRUMPS, trumpSuit, type Trump } from '../rooms/whist/cards.ts';
import { SEATS } from '../rooms/whist/rounds.ts';
import type { WhistTable } from '../rooms/whist/state.ts';
import { legalCards, winnerOf, type PlayedCard } from '../rooms/whist/trick.ts';
import type { Command } from '../src/match/rules.ts';

/** What the seat does when it is its turn. */
export function chooseCommand(table: WhistTable, seat: number): Command {
  const hand = cardsOf(table.seats[seat]!.hand);
  if (table.stage === 'bid') return { name: 'bid', payload: { bid: chooseBid(table, seat, hand) } };
  if (table.stage === 'trump') return { name: 'trump', payload: { trump: chooseTrump(hand) } };
  return { name: 'play', payload: { card: cardName(chooseCard(table, seat, hand)) } };
}

/** The legal bid next to what the hand should take. */
function chooseBid(table: WhistTable, seat: number, hand: readonly number[]): number {
  const seats = [...table.seats];
  const bids = seats.map(({ bid }) => (bid < 0 ? null : bid));
  const zeroStreak = seats.map(({ sheet }) => zerosAtEnd([...sheet].filter((_, i) => i % 3 === 0)));
  const legal = legalBids({ handSize: hand.length, dealer: table.dealer, bids, zeroStreak }, seat);
  const guess = expectedTricks(hand);
  return legal.reduce((best, bid) => (Math.abs(bid - guess) < Math.abs(best - guess) ? bid : best));
}

function zerosAtEnd(bids: readonly number[]): number {
  return bids.length - 1 - bids.findLastIndex((bid) => bid !== 0);
}

/** High cards, an ace for most of a trick and a ten for little, and length in the best suit. */
function expectedTricks(hand: readonly number[]): number {
  const high = hand.reduce((sum, card) => sum + Math.max(0, rankOf(card) - 7) * 0.17, 0);
  const longest = Math.max(...suitLengths(hand));
  return high + Math.max(0, longest - 3) * 0.5;
}

/** The longest suit; none where no suit stands out. */
function chooseTrump(hand: readonly number[]): Trump {
  const lengths = suitLengths(hand);
  const longest = Math.max(...lengths);
  return longest * 3 < hand.length ? 'N' : TRUMPS[lengths.indexOf(longest)]!;
}

function suitLengths(hand: readonly number[]): number[] {
  return [0, 1, 2, 3].map((suit) => hand.filter((card) => suitOf(card) === suit).length);
}

/** Takes tricks until the bid is met, and then none. */
function chooseCard(table: WhistTable, seat: number, hand: readonly number[]): number {
  const { bid, tricks } = table.seats[seat]!;
  const trump = table.trump as Trump;
  const trick = cardsOf(table.trick).map((card, i): PlayedCard => ({
    seat: (table.leader + i) % SEATS,
    card,
  }));
  const legal = fromLowToHigh(legalCards(hand, trick), trump);
  const wins = (card: number): boolean => winnerOf([...trick, { seat, card }], trump) === seat;
  const isLast = trick.length === SEATS - 1;
  if (tricks < bid) return legal[isLast ? 'find' : 'findLast'](wins) ?? legal[0]!;
  return legal.findLast((card) => !wins(card)) ?? legal.at(isLast ? -1 : 0)!;
}

function fromLowToHigh(cards: readonly number[], trump: Trump): number[] {
  const worth = (card: number): number => rankOf(card) + (suitOf(card) === trumpSuit(trump) ? 13 : 0);
  return cards.toSorted((a, b) => worth(a) - worth(b));
}

function cardsOf(text: string): number[] {
  return (text.match(/../g) ?? []).map((name) => parseCard(name)!);
}
