import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressOf } from '../../loadtest/progress.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import { mirrorWhist, newTable } from '../../rooms/whist/state.ts';
import { chooseCommand } from '../../demo/choose.ts';
import { act, newMatch } from '../whist/support.ts';

test('[LT4] every move of a whole match brings the table on', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const state = newMatch(seed, 26);
      const table = newTable();
      let [before, moves] = [progressOf(table), 0];
      expect(before).toBe(0);
      for (;;) {
        mirrorWhist(table, whistRules.visible(state, null), (seat) => whistRules.visible(state, seat));
        table.phase = state.turn === null ? 'over' : 'playing';
        expect(progressOf(table)).toBeGreaterThan(before);
        before = progressOf(table);
        if (state.turn === null) break;
        act(state, state.turn, chooseCommand(table, state.turn));
        moves++;
      }
      expect(before).toBe(Infinity);
      expect(moves).toBeGreaterThan(800);
    }),
    { numRuns: 5 },
  );
});
