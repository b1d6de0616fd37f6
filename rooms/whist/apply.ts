import type { Draft, Emit } from '../../src/match/rules.ts';
import { highestBidder } from './bidding.ts';
import { cardName, parseCard, type Trump } from './cards.ts';
import { leftOf, SEATS } from './rounds.ts';
import { points } from './scoring.ts';
import { winnerOf, type PlayedCard } from './trick.ts';
import { beginNextRound, type WhistState } from './whist-state.ts';

/** Folds one entry of `decide`. The last card of a round also ends it and deals the next. */
export function apply(state: WhistState, entry: Draft, emit: Emit): void {
  const seat = entry.seat!;
  if (entry.type === 'bid') applyBid(state, seat, (entry.data as { bid: number }).bid, emit);
  else if (entry.type === 'trump') applyTrump(state, seat, (entry.data as { trump: Trump }).trump, emit);
  else if (entry.type === 'play')
    applyPlay(state, seat, parseCard((entry.data as { card: string }).card)!, emit);
  else throw new Error(`whist/unknown_entry: whist has no entries of type ${entry.type}`);
}

function applyBid(state: WhistState, seat: number, bid: number, emit: Emit): void {
  // Rounds are told by their first bid, because the first of them begins in `setup`, which tells nothing.
  if (seat === leftOf(state.dealer)) emit('round_start', null, roundStart(state));
  state.bids = state.bids.with(seat, bid);
  state.zeroStreak = state.zeroStreak.with(seat, bid === 0 ? state.zeroStreak[seat]! + 1 : 0);
  emit('bid', seat, { bid });
  if (seat !== state.dealer) state.turn = leftOf(seat);
  else {
    state.phase = 'trump';
    state.turn = highestBidder(state.bids, state.dealer);
  }
}

function applyTrump(state: WhistState, seat: number, trump: Trump, emit: Emit): void {
  state.trump = trump;
  state.phase = 'play';
  state.turn = leftOf(state.dealer);
  emit('trump', seat, { trump });
}

function applyPlay(state: WhistState, seat: number, card: number, emit: Emit): void {
  state.hands = state.hands.with(
    seat,
    state.hands[seat]!.filter((held) => held !== card),
  );
  state.trick = [...state.trick, { seat, card }];
  state.played = [...state.played, card];
  state.turn = leftOf(seat);
  if (state.trick.length === SEATS) endTrick(state, emit);
}

function endTrick(state: WhistState, emit: Emit): void {
  const cards = state.trick;
  const winner = winnerOf(cards, state.trump!);
  state.lastTrick = { winner, cards };
  state.tricks = state.tricks.with(winner, state.tricks[winner]! + 1);
  state.trick = [];
  state.turn = winner;
  emit('trick', winner, { winner, cards: cards.map(named) });
  if (state.hands[winner]!.length === 0) endRound(state, emit);
}

function endRound(state: WhistState, emit: Emit): void {
  const bids = state.bids as readonly number[];
  const scores = bids.map((bid, seat) => points(bid, state.tricks[seat]!));
  const row = { bids, tricks: state.tricks, scores };
  state.sheet = [...state.sheet, row];
  state.scores = state.scores.map((total, seat) => total + scores[seat]!);
  emit('round_end', null, row);
  if (state.sheet.length < state.rounds) beginNextRound(state);
  else endMatch(state, emit);
}

function endMatch(state: WhistState, emit: Emit): void {
  state.phase = 'over';
  state.turn = null;
  emit('match_end', null, { scores: state.scores });
}

function roundStart({ round, handSize, dealer }: WhistState) {
  return { round, handSize, dealer };
}

function named({ seat, card }: PlayedCard) {
  return { seat, card: cardName(card) };
}
