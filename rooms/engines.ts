/** The games by their rules alone, without rooms and what rooms need: for a thread that plays matches again. */
import type { PlayedGame } from '../src/replays/engines.ts';
import { RulesEngine } from '../src/match/rules-engine.ts';
import { TickEngine } from '../src/match/tick-engine.ts';
import { tetrisRules } from './tetris/rules.ts';
import { whistRules } from './whist/rules.ts';

export const games: readonly PlayedGame[] = [
  { name: whistRules.game, engines: { [whistRules.version]: () => new RulesEngine(whistRules) } },
  { name: tetrisRules.game, engines: { [tetrisRules.version]: () => new TickEngine(tetrisRules) } },
];
