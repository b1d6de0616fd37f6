import { defineGame } from '../../src/match/game.ts';
import { MatchRoom } from '../../src/match/match-room.ts';
import { whistCommands, whistOptions } from './commands.ts';
import { whistMoments } from './moments.ts';
import { whistRules } from './rules.ts';
import { type WhistTable, whistTable } from './state.ts';

export class WhistRoom extends MatchRoom<WhistTable> {}

export const whist = defineGame({
  rules: whistRules,
  options: whistOptions,
  commands: whistCommands,
  table: whistTable,
  moments: whistMoments,
  openEntries: ['bid', 'trump', 'play'],
  room: WhistRoom,
});
