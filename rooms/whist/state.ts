/** What clients see of a whist table. Cards are texts of two characters each, such as `AS7H`; only a seat sees its hand. */
import { schema, t, type SchemaType } from '@colyseus/schema';
import { type GameTable, seatFields, tableFields, withSeats } from '../../src/match/table.ts';
import { cardName } from './cards.ts';
import type { WhistView } from './view.ts';

export const WhistSeat = schema(
  {
    ...seatFields,
    /** -1 until it has bid in this round. */
    bid: t.int8().default(-1),
    /** Tricks won in this round. */
    tricks: t.uint8().default(0),
    score: t.uint16().default(0),
    /** Cards in hand. */
    cards: t.uint8().default(0),
    hand: t.string().default('').view(),
    /** Of each finished round: bid, tricks, score. */
    sheet: t.array('uint8'),
  },
  'WhistSeat',
);
export type WhistSeat = SchemaType<typeof WhistSeat>;

export const WhistTable = schema(
  {
    ...tableFields,
    seats: t.array(WhistSeat),
    /** bid, trump or play; empty before the start and after the end. */
    stage: t.string().default(''),
    /** Rounds are counted from 1. */
    round: t.uint8().default(0),
    rounds: t.uint8().default(0),
    dealer: t.int8().default(-1),
    /** Seat to act, or -1. */
    turn: t.int8().default(-1),
    /** C, D, H, S, or N for no trumps; empty until it is named. */
    trump: t.string().default(''),
    /** Seat that led the trick on the table, and its cards in order of play. */
    leader: t.int8().default(-1),
    trick: t.string().default(''),
    /** The trick before: who led, the cards in order of play, who won. */
    lastLeader: t.int8().default(-1),
    lastTrick: t.string().default(''),
    lastWinner: t.int8().default(-1),
  },
  'WhistTable',
);
export type WhistTable = SchemaType<typeof WhistTable>;

export const newTable = (): WhistTable => withSeats(new WhistTable(), 4, () => new WhistSeat());

export const whistTable: GameTable<WhistTable, WhistView> = {
  make: newTable,
  mirror(table, view) {
    const { game } = view(null);
    if (game) mirrorWhist(table, game, (seat) => view(seat).game!);
  },
};

type See = (seat: number) => WhistView;

/**
 * Sets what has changed since the last time; `see` gives what one seat sees. A replay also goes back, and shows hands
 * only once the match is over.
 */
export function mirrorWhist(table: WhistTable, view: WhistView, see: See): void {
  // With as many cards as before a hand is the same hand, except in a new round.
  const isNewDeal = table.round !== view.round + 1;
  table.stage = view.phase === 'over' ? '' : view.phase;
  table.round = view.round + 1;
  table.rounds = view.rounds;
  table.dealer = view.dealer;
  table.turn = view.turn ?? -1;
  table.trump = view.trump ?? '';
  mirrorTricks(table, view);
  for (const [seat, shown] of table.seats.entries()) {
    mirrorSeat(shown, view, seat);
    const cards = view.handCounts[seat]!;
    if (!isNewDeal && shown.cards === cards && shown.hand.length === 2 * cards) continue;
    shown.cards = cards;
    shown.hand = see(seat).hand.map(cardName).join('');
  }
}

function mirrorTricks(table: WhistTable, { trick, lastTrick }: WhistView): void {
  table.leader = trick[0]?.seat ?? -1;
  table.trick = cardsOf(trick);
  if (!lastTrick) {
    table.lastLeader = table.lastWinner = -1;
    table.lastTrick = '';
    return;
  }
  table.lastLeader = lastTrick.cards[0]!.seat;
  table.lastTrick = cardsOf(lastTrick.cards);
  table.lastWinner = lastTrick.winner;
}

function mirrorSeat(shown: WhistSeat, view: WhistView, seat: number): void {
  shown.bid = view.bids[seat] ?? -1;
  shown.tricks = view.tricks[seat]!;
  shown.score = view.scores[seat]!;
  while (shown.sheet.length > 3 * view.sheet.length) shown.sheet.pop();
  const rows = shown.sheet.length / 3;
  for (const row of view.sheet.slice(rows))
    shown.sheet.push(row.bids[seat]!, row.tricks[seat]!, row.scores[seat]!);
}

const cardsOf = (cards: readonly { readonly card: number }[]): string =>
  cards.map(({ card }) => cardName(card)).join('');
