/** What is drawn of a whist table, from the state that clients see. */
import type { WhistTable } from '../../rooms/whist/state.ts';
import { type Face, faces, sorted, trumpFace } from './cards.ts';

export interface ShownSeat {
  /** Null before it has bid. */
  readonly bid: number | null;
  readonly tricks: number;
  readonly score: number;
  readonly isDealer: boolean;
  readonly isTurn: boolean;
  /** The cards where they may be seen. */
  readonly hand: readonly Face[];
  /** Cards of which only the number is known. */
  readonly backs: number;
}

export interface ShownCard {
  readonly seat: number;
  readonly face: Face;
  readonly isWinner: boolean;
}

export interface ShownTable {
  readonly seats: readonly ShownSeat[];
  /** What the table is at, in a few words. */
  readonly round: string;
  readonly stage: string;
  readonly trump: ReturnType<typeof trumpFace>;
  /** In the middle: the trick being played; between two tricks the one before, which has a winner. */
  readonly middle: readonly ShownCard[];
  /** The trick before the one in the middle. */
  readonly last: readonly ShownCard[];
}

const stages: Readonly<Record<string, string>> = { bid: 'bidding', trump: 'naming trumps', play: 'play' };

export function shownTable(table: WhistTable): ShownTable {
  const trick = cardsFrom(table.leader, table.trick, -1);
  const last = cardsFrom(table.lastLeader, table.lastTrick, table.lastWinner);
  const isBetween = trick.length === 0 && table.stage !== 'bid' && table.stage !== 'trump';
  const seats = [...table.seats];
  return {
    seats: seats.map((seat, at) => shownSeat(table, seat, at)),
    round: table.round === 0 ? '' : `Round ${table.round} of ${table.rounds}`,
    stage: stageOf(table, seats),
    trump: trumpFace(table.trump),
    middle: isBetween ? last : trick,
    last: isBetween ? [] : last,
  };
}

function shownSeat(table: WhistTable, seat: WhistTable['seats'][number], at: number): ShownSeat {
  // of a hand that is not this client's there is no text at all
  const hand = sorted(faces(seat.hand ?? ''));
  return {
    bid: seat.bid < 0 ? null : seat.bid,
    tricks: seat.tricks,
    score: seat.score,
    isDealer: table.dealer === at,
    isTurn: table.turn === at && table.stage !== '',
    hand,
    backs: hand.length > 0 ? 0 : seat.cards,
  };
}

/** `play · 11 tricks, 12 bid`: who has bid too much between them must fall short. */
function stageOf(table: WhistTable, seats: readonly WhistTable['seats'][number][]): string {
  if (table.stage === '') return table.phase === 'over' ? 'the match is over' : 'before the start';
  const won = seats.reduce((sum, { tricks }) => sum + tricks, 0);
  const tricks = won + Math.max(...seats.map(({ cards }) => cards));
  const bids = seats.reduce((sum, { bid }) => sum + Math.max(0, bid), 0);
  return `${stages[table.stage] ?? table.stage} · ${tricks} ${tricks === 1 ? 'trick' : 'tricks'}, ${bids} bid`;
}

function cardsFrom(leader: number, text: string, winner: number): ShownCard[] {
  return faces(text).map((face, i) => {
    const seat = (leader + i) % 4;
    return { seat, face, isWinner: seat === winner };
  });
}
