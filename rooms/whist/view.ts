import type { Trump } from './cards.ts';
import type { SheetRow } from './scoring.ts';
import type { PlayedCard } from './trick.ts';
import type { Phase, Trick, WhistState } from './whist-state.ts';

/** What one seat may see; the fields are as in `WhistState`. Lists are shared with the state, which never changes them. */
export interface WhistView {
  readonly phase: Phase;
  readonly round: number;
  readonly rounds: number;
  readonly handSize: number;
  readonly dealer: number;
  readonly turn: number | null;
  readonly trump: Trump | null;
  readonly bids: readonly (number | null)[];
  readonly tricks: readonly number[];
  readonly scores: readonly number[];
  readonly zeroStreak: readonly number[];
  readonly handCounts: readonly number[];
  /** The seat's own cards, sorted; none for a spectator. */
  readonly hand: readonly number[];
  readonly trick: readonly PlayedCard[];
  readonly lastTrick: Trick | null;
  readonly played: readonly number[];
  readonly sheet: readonly SheetRow[];
}

/** Written field by field, so that a new field of the state is secret until someone decides otherwise. */
export function visible(state: WhistState, seat: number | null): WhistView {
  return {
    phase: state.phase,
    round: state.round,
    rounds: state.rounds,
    handSize: state.handSize,
    dealer: state.dealer,
    turn: state.turn,
    trump: state.trump,
    bids: state.bids,
    tricks: state.tricks,
    scores: state.scores,
    zeroStreak: state.zeroStreak,
    handCounts: state.hands.map((hand) => hand.length),
    hand: seat === null ? [] : handOf(state, seat),
    trick: state.trick,
    lastTrick: state.lastTrick,
    played: state.played,
    sheet: state.sheet,
  };
}

/** The sorted cards of a seat; none when there is no such seat. */
export function handOf(state: WhistState, seat: number): readonly number[] {
  return state.hands[seat] ?? [];
}
