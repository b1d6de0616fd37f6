import type { Rules } from '../../src/match/rules.ts';
import { apply } from './apply.ts';
import { chooseCommand } from './bots.ts';
import type { WhistOptions } from './commands.ts';
import { decide } from './decide.ts';
import { HAND_SIZES, SEATS } from './rounds.ts';
import { seatResults } from './scoring.ts';
import { visible, type WhistView } from './view.ts';
import { decodeState, encodeState, firstState, type WhistState } from './whist-state.ts';

export { handOf, type WhistView } from './view.ts';
export type { WhistState } from './whist-state.ts';

/** Nomination whist; SPEC.md has its rules. */
export const whistRules: Rules<WhistState, WhistView, WhistOptions> = {
  game: 'whist',
  version: '1',
  seats: () => SEATS,
  setup: (options, _seats, random) => firstState(options.rounds ?? HAND_SIZES.length, random),
  decide,
  entriesAreCommands: true,
  apply,
  turn: (state) => state.turn,
  visible,
  result: (state) => (state.phase === 'over' ? seatResults(state.sheet, state.scores) : null),
  bot: chooseCommand,
  encode: encodeState,
  decode: decodeState,
};
