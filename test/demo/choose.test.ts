import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseCommand } from '../../demo/choose.ts';
import { Narrator } from '../../demo/narrator.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import { mirrorWhist, newTable } from '../../rooms/whist/state.ts';
import { act, newMatch } from '../whist/support.ts';

/** A whole match by the players of the demo; what the narrator tells of it. */
function playMatch(seed: number, rounds: number): { lines: string[]; scores: readonly number[] } {
  const state = newMatch(seed, rounds);
  const table = newTable();
  table.seats.forEach((seat, i) => (seat.name = `P${i}`));
  const narrator = new Narrator();
  const lines: string[] = [];
  const show = (): void => {
    table.phase = state.phase === 'over' ? 'over' : 'playing';
    mirrorWhist(table, whistRules.visible(state, null), (seat) => whistRules.visible(state, seat));
    lines.push(...narrator.tell(table).map(stripVTControlCharacters));
  };
  show();
  while (state.turn !== null) {
    // `act` throws where the rules refuse
    act(state, state.turn, chooseCommand(table, state.turn));
    show();
  }
  return { lines, scores: state.scores };
}

test('the players of the demo make legal commands only, to the end of any match', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      expect(playMatch(seed, 26).scores.some((score) => score > 0)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('the narrator tells each round, each trick and each score once', () => {
  const { lines, scores } = playMatch(7, 26);
  const tricks = lines.filter((line) => /^ {2}\d+ .*›/.test(line));
  expect(tricks).toHaveLength(184);
  expect(lines.filter((line) => line.includes('Round '))).toHaveLength(26);
  const totals = lines.filter((line) => line.includes('total'));
  expect(totals).toHaveLength(26);
  expect(totals.at(-1)!.match(/\d+/g)!.map(Number)).toEqual(scores);
});
