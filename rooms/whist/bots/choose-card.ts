import type { Random } from '../../../src/match/random.ts';
import { imagine } from './imagine.ts';
import type { Knowledge } from './read-view.ts';
import { playOut, worth } from './rollout.ts';
import { copyTable, emptyTable, playCard } from './table.ts';

/** Bounds the deals near the end of a round, where each costs little of the budget. */
const MAX_DEALS = 60;

/**
 * The legal card with which a seat comes off best in imagined deals, where everyone goes on by the policy.
 * `budget` bounds the cards played in thought, and so the time.
 */
export function searchCard(
  known: Knowledge,
  legal: readonly number[],
  budget: number,
  random: Random,
): number {
  if (legal.length === 1) return legal[0]!;
  const [dealt, table] = [emptyTable(), emptyTable()];
  const deals = Math.min(MAX_DEALS, Math.ceil(budget / (known.cards * legal.length)));
  const values = legal.map(() => 0);
  for (let deal = 0; deal < deals; deal++) {
    imagine(dealt, known, random);
    for (let i = 0; i < legal.length; i++) {
      copyTable(table, dealt);
      playCard(table, legal[i]!);
      playOut(table, known.cards - 1);
      values[i]! += worth(known.seat, table.targets, table.won);
    }
  }
  return legal[values.indexOf(Math.max(...values))]!;
}
