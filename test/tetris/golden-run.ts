/**
 * A long match that must fold to the same hash for ever, and on every machine: it needs nothing of Node, so a browser can
 * import it and compare with GOLDEN (test/web/golden.test.ts does, in Chromium).
 */
import { hashState, tetrisRules } from '../../rooms/tetris/rules.ts';
import { GOLDEN_LOG, GOLDEN_SEED } from './golden-log.ts';

export interface GoldenRun {
  readonly ticks: number;
  readonly events: number;
  /** Of the state each ten seconds, and at the end. */
  readonly hashes: readonly string[];
}

export const GOLDEN: GoldenRun = {
  ticks: 9395,
  events: 1223,
  hashes: [
    '70d0c891487fb44d',
    '845f3e9ac6a7c898',
    '223f84a2418a753e',
    'c6c69179fb411371',
    '892ebaa46f083b88',
    '5f73aa282cc875e0',
    'ca8e5b1ab32f8d28',
    '806c1c08bbe5e7d2',
    '7809eba7e66b016d',
    '27e5ccc1ab14b4f3',
    'a9b17764d4ea314e',
    'b225d7e83523d8ce',
    '138e030d45dec7a1',
    'e02409b1f545309d',
    'e69a0ed2faf44dde',
    'a6f580f42deabb20',
  ],
};

const OPTIONS = { players: 3, startLevel: 1, targeting: 'random', messiness: 30, garbageDelay: 20 } as const;
const TEN_SECONDS = 600;

/** Folds the recorded inputs. */
export function goldenRun(): GoldenRun {
  const state = tetrisRules.setup(OPTIONS, OPTIONS.players, GOLDEN_SEED);
  const hashes: string[] = [];
  const isPlaying = (): boolean => tetrisRules.result(state) === null;
  let events = 0;
  const stepTo = (tick: number): void => {
    while (state.tick < tick && isPlaying()) {
      tetrisRules.step(state, () => events++);
      if (state.tick % TEN_SECONDS === 0 || !isPlaying()) hashes.push(hashState(state));
    }
  };
  for (const { tick, seat, actions } of goldenLog()) {
    stepTo(tick - 1);
    tetrisRules.apply(state, { type: 'input', seat, data: { tick, actions } });
  }
  stepTo(Infinity);
  return { ticks: state.tick, events, hashes };
}

function goldenLog(): { tick: number; seat: number; actions: number }[] {
  let tick = 0;
  return GOLDEN_LOG.trim()
    .split(/\s+/)
    .map((word) => {
      const [, wait, seat, actions] = /^(\w+)([ABC])(\w+)$/.exec(word)!;
      tick += Number.parseInt(wait!, 36);
      return { tick, seat: 'ABC'.indexOf(seat!), actions: Number.parseInt(actions!, 36) };
    });
}
