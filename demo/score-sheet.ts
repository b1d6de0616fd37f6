/** How a round looks: a column a seat, a line a trick. Colours where a terminal shows them (NO_COLOR is heeded). */
import { styleText } from 'node:util';

export interface RoundStart {
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  readonly handSize: number;
  /** Names and bids by seat. */
  readonly names: readonly string[];
  readonly bids: readonly number[];
  readonly dealer: string;
  readonly bidder: string;
  /** C, D, H, S or N. */
  readonly trump: string;
}

export interface FinishedTrick {
  /** In its round, from 1. */
  readonly number: number;
  readonly leader: number;
  /** Two letters each, by seat. */
  readonly cards: readonly string[];
  readonly winner: number;
}

export interface FinishedRound {
  /** All by seat. */
  readonly bids: readonly number[];
  readonly tricks: readonly number[];
  readonly points: readonly number[];
  readonly totals: readonly number[];
}

type Style = Parameters<typeof styleText>[0];

const labelWidth = 8;
const columnWidth = 11;
const hasColours = styleText('inverse', ' ') !== ' ';
const plain: Style = 'none';
const symbols: Readonly<Record<string, string>> = { C: '♣', D: '♦', H: '♥', S: '♠', N: 'no trumps' };

export function showStart({ round, rounds, names, bids, trump, ...start }: RoundStart): string[] {
  const title = styleText('bold', `  Round ${round} of ${rounds}`);
  const about = `  ${start.handSize} cards · ${start.dealer} deals · ${start.bidder} names `;
  const sum = bids.reduce((total, bid) => total + bid, 0);
  return [
    '',
    title + styleText('dim', about) + styleText([suitColour(trump), 'bold'], symbols[trump]!),
    row('', names, () => 'bold'),
    row('bid', bids, () => 'cyan') + styleText('dim', `   ${sum} bid for ${start.handSize}`),
  ];
}

/** The lead stands behind ›, and the card that won stands out: in brackets where there are no colours. */
export function showTrick({ number, leader, cards, winner }: FinishedTrick): string {
  const cells = cards.map((card, seat) => {
    const text = (seat === leader ? '›' : '') + showCard(card);
    const gap = ' '.repeat(columnWidth - text.length - 1);
    if (seat !== winner) return gap + styleText(suitColour(card), text) + ' ';
    return (
      gap.slice(1) + styleText([suitColour(card), 'bold', 'inverse'], hasColours ? ` ${text} ` : `[${text}]`)
    );
  });
  return label(String(number)) + cells.join('');
}

export function showEnd({ bids, tricks, points, totals }: FinishedRound): string[] {
  const best = Math.max(...totals);
  const isMet = (seat: number): boolean => bids[seat] === tricks[seat];
  return [
    row(
      'won',
      tricks.map((won, seat) => `${isMet(seat) ? '✓ ' : ''}${won}`),
      (seat) => (isMet(seat) ? 'green' : plain),
    ),
    row(
      'points',
      points.map((gained) => `+${gained}`),
      (seat) => (isMet(seat) ? 'green' : plain),
    ),
    row('total', totals, (seat) => (totals[seat] === best ? ['bold', 'yellow'] : 'bold')),
  ];
}

/** `TD` as 10♦. */
export function showCard(name: string): string {
  return name[0]!.replace('T', '10') + symbols[name[1]!]!;
}

function suitColour(cardOrTrump: string): 'red' | 'none' {
  return /[DH]$/.test(cardOrTrump) ? 'red' : 'none';
}

function row(name: string, values: readonly (string | number)[], style: (seat: number) => Style): string {
  const cells = values.map((value, seat) => styleText(style(seat), `${value} `.padStart(columnWidth)));
  return label(name) + cells.join('');
}

function label(text: string): string {
  return styleText('dim', `  ${text.padEnd(labelWidth - 2)}`);
}
