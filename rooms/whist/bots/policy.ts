import { suitOf } from '../cards.ts';
import { SEATS } from '../rounds.ts';
import { above, below, bottom, top } from './masks.ts';
import type { Table } from './table.ts';

/**
 * A decent card for the seat in turn, found in well under a microsecond: it wins or ducks by whether it needs more tricks.
 * Looks at its own hand and at which cards are still out, not at the hands of others. A seat that has too many tricks
 * has lost its bonus, so it takes what it can again.
 */
export function policyCard(table: Table): number {
  const seat = table.turn;
  const wants = table.won[seat] !== table.targets[seat];
  if (table.count === 0) return wants ? leadToWin(table) : leadToLose(table);
  const held = table.hands[seat * 4 + table.led]!;
  if (held !== 0) return table.led * 13 + followRank(table, held, wants);
  return wants ? ruffOrDiscard(table) : dump(table);
}

/** The highest card that nobody can beat in its suit, trumps first; without one, the lowest card of all. */
function leadToWin(table: Table): number {
  let best = -1;
  for (let suit = 0; suit < 4; suit++) {
    const held = table.hands[table.turn * 4 + suit]!;
    if (held === 0 || above(table.live[suit]!, top(held)) !== 0) continue;
    best = suit * 13 + top(held);
    if (suit === table.trump) break;
  }
  return best >= 0 ? best : lowest(table);
}

/** The card with the most cards out above it in its suit, as far as ranks tell. */
function leadToLose(table: Table): number {
  let best = -1;
  let least = 99;
  for (let suit = 0; suit < 4; suit++) {
    const held = table.hands[table.turn * 4 + suit]!;
    if (held === 0) continue;
    const beaten = above(table.live[suit]! & ~held, bottom(held)) !== 0;
    const risk = bottom(held) + (beaten ? 0 : 30) + (suit === table.trump ? 6 : 0);
    if (risk >= least) continue;
    least = risk;
    best = suit * 13 + bottom(held);
  }
  return best;
}

/** The rank to play of those held in the suit led. */
function followRank(table: Table, held: number, wants: boolean): number {
  const last = table.count === SEATS - 1;
  const bestSuit = suitOf(table.best);
  if (bestSuit !== table.led) return wants ? bottom(held) : top(held);
  const rank = table.best - bestSuit * 13;
  const winning = above(held, rank);
  if (wants) return winning === 0 ? bottom(held) : last ? bottom(winning) : top(winning);
  const losing = below(held, rank);
  if (losing !== 0) return top(losing);
  return last ? top(held) : bottom(held);
}

/** Void and wanting the trick: the lowest trump that wins it, else the lowest card of all. */
function ruffOrDiscard(table: Table): number {
  const trumps = winningTrumps(table);
  return trumps === 0 ? lowest(table) : table.trump * 13 + bottom(trumps);
}

/** Void and ducking: the highest trump that does not win, else the highest other card, else a trump. */
function dump(table: Table): number {
  const trumps = table.trump < 4 ? table.hands[table.turn * 4 + table.trump]! : 0;
  const safe = trumps & ~winningTrumps(table);
  if (safe !== 0) return table.trump * 13 + top(safe);
  let best = -1;
  let highest = -1;
  for (let suit = 0; suit < 4; suit++) {
    const held = table.hands[table.turn * 4 + suit]!;
    if (held === 0 || suit === table.trump || top(held) <= highest) continue;
    highest = top(held);
    best = suit * 13 + highest;
  }
  return best >= 0 ? best : table.trump * 13 + bottom(trumps);
}

/** The trumps of the seat in turn, void in the suit led, that would take the trick. */
function winningTrumps(table: Table): number {
  if (table.trump === 4) return 0;
  const held = table.hands[table.turn * 4 + table.trump]!;
  const bestSuit = suitOf(table.best);
  return bestSuit === table.trump ? above(held, table.best - bestSuit * 13) : held;
}

/** The lowest rank that the seat in turn holds, no trump if it has another. */
function lowest(table: Table): number {
  let best = -1;
  let least = 99;
  for (let suit = 0; suit < 4; suit++) {
    const held = table.hands[table.turn * 4 + suit]!;
    if (held === 0) continue;
    const rank = bottom(held) + (suit === table.trump ? 13 : 0);
    if (rank >= least) continue;
    least = rank;
    best = suit * 13 + bottom(held);
  }
  return best;
}
