import { expect, test } from 'vitest';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import { GOLDEN, goldenRun } from './golden-run.ts';

test('[T33] version 1 folds a long match to the same hash for ever', () => {
  expect(tetrisRules.version).toBe('1');
  expect(goldenRun()).toEqual(GOLDEN);
});
