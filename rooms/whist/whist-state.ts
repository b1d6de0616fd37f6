import { randomFrom, type Random } from '../../src/match/random.ts';
import type { Trump } from './cards.ts';
import { deal, HAND_SIZES, leftOf, SEATS } from './rounds.ts';
import type { SheetRow } from './scoring.ts';
import type { PlayedCard } from './trick.ts';

export type Phase = 'bid' | 'trump' | 'play' | 'over';

export interface Trick {
  readonly winner: number;
  readonly cards: readonly PlayedCard[];
}

/**
 * A whole match. Fields are assigned, lists never changed in place: so views and encoded states may share the lists,
 * and what was handed out once stays as it was.
 */
export interface WhistState {
  /** Rounds of this match. */
  readonly rounds: number;
  /** Shuffles the rounds to come. */
  readonly random: Random;
  phase: Phase;
  /** 0-based. */
  round: number;
  handSize: number;
  dealer: number;
  /** The seat that has to act; null when the match is over. */
  turn: number | null;
  trump: Trump | null;
  /** By seat, as are the lists that follow; null where the seat has not bid yet. */
  bids: readonly (number | null)[];
  /** Won in this round. */
  tricks: readonly number[];
  /** Totals of the finished rounds. */
  scores: readonly number[];
  /** Rounds in a row with a zero bid, this one included once the seat has bid. */
  zeroStreak: readonly number[];
  /** Each sorted. */
  hands: readonly (readonly number[])[];
  /** On the table, in order of play. */
  trick: readonly PlayedCard[];
  /** The last one completed, of the round before when this one has none yet. */
  lastTrick: Trick | null;
  /** All cards played in this round, in order, the ones on the table included. */
  played: readonly number[];
  /** The finished rounds. */
  sheet: readonly SheetRow[];
}

/** A state with its generator as its four words. */
type EncodedState = Omit<WhistState, 'random'> & { readonly random: readonly number[] };

/** The first round, dealt. */
export function firstState(rounds: number, random: Random): WhistState {
  const dealer = random.int(SEATS);
  return {
    rounds,
    random,
    lastTrick: null,
    scores: zeros(),
    zeroStreak: zeros(),
    sheet: [],
    ...freshRound(0, dealer, random),
  };
}

/** Goes on to the next round: deals it, and passes the deal to the left. */
export function beginNextRound(state: WhistState): void {
  Object.assign(state, freshRound(state.round + 1, leftOf(state.dealer), state.random));
}

function freshRound(round: number, dealer: number, random: Random) {
  const handSize = HAND_SIZES[round]!;
  return {
    phase: 'bid' as const,
    round,
    handSize,
    dealer,
    turn: leftOf(dealer),
    trump: null,
    bids: Array<null>(SEATS).fill(null),
    tricks: zeros(),
    hands: deal(handSize, random),
    trick: [],
    played: [],
  };
}

function zeros(): number[] {
  return Array<number>(SEATS).fill(0);
}

export function encodeState(state: WhistState): EncodedState {
  return { ...state, random: state.random.state() };
}

/** The state of `encodeState`, also after a trip through JSON. */
export function decodeState(data: unknown): WhistState {
  const encoded = data as EncodedState;
  return { ...encoded, random: randomFrom(encoded.random) };
}
