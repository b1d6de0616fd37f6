/** Tells a match as it goes on: what is new on the table since the last look. */
import { highestBidder } from '../rooms/whist/bidding.ts';
import type { WhistTable } from '../rooms/whist/state.ts';
import {
  type FinishedRound,
  type FinishedTrick,
  type RoundStart,
  showEnd,
  showStart,
  showTrick,
} from './score-sheet.ts';

export class Narrator {
  #rounds: readonly FinishedRound[] = [];
  #tricks = 0;
  #started = 0;

  /** The lines to print after a change of the table. Between two calls no more than one trick may end. */
  tell(table: WhistTable): string[] {
    if (table.phase === 'lobby' || this.#rounds.length === table.rounds) return [];
    const rounds = finishedRounds(table);
    const isRoundOver = rounds.length > this.#rounds.length;
    const won = isRoundOver ? rounds.at(-1)!.tricks : [...table.seats].map(({ tricks }) => tricks);
    const tricks = sum(won);
    const lines: string[] = [];
    if (tricks > this.#tricks) lines.push(showTrick(lastTrick(table, tricks)));
    if (isRoundOver) lines.push(...showEnd(rounds.at(-1)!));
    if (table.stage === 'play' && table.round > this.#started) lines.push(...showStart(roundStart(table)));
    this.#rounds = rounds;
    this.#tricks = isRoundOver ? 0 : tricks;
    if (table.stage === 'play') this.#started = table.round;
    return lines;
  }
}

function finishedRounds({ seats }: WhistTable): FinishedRound[] {
  const sheets = [...seats].map(({ sheet }) => [...sheet]);
  const totals = sheets.map(() => 0);
  return Array.from({ length: sheets[0]!.length / 3 }, (_, round) => {
    const figures = (offset: number): number[] => sheets.map((sheet) => sheet[round * 3 + offset]!);
    const points = figures(2);
    points.forEach((gained, seat) => (totals[seat]! += gained));
    return { bids: figures(0), tricks: figures(1), points, totals: [...totals] };
  });
}

function lastTrick(
  { seats, lastLeader, lastWinner, lastTrick: text }: WhistTable,
  number: number,
): FinishedTrick {
  const played = text.match(/../g)!;
  const cards = [...seats].map((_, seat) => played[(seat - lastLeader + seats.length) % seats.length]!);
  return { number, leader: lastLeader, cards, winner: lastWinner };
}

function roundStart({ seats, round, rounds, dealer, trump }: WhistTable): RoundStart {
  const names = [...seats].map(({ name }) => name);
  const bids = [...seats].map(({ bid }) => bid);
  const handSize = seats[0]!.cards;
  const bidder = names[highestBidder(bids, dealer)]!;
  return { round, rounds, handSize, names, bids, dealer: names[dealer]!, bidder, trump };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
