import type { TickRules } from '../../src/match/tick-rules.ts';
import { chooseActions } from './bots.ts';
import type { TetrisOptions } from './commands.ts';
import { apply, decide } from './decide.ts';
import { seatResults, settle } from './ending.ts';
import { sendAttacks } from './targeting.ts';
import { decodeState, encodeState, firstState, type TetrisState } from './tetris-state.ts';
import { stepBoard } from './turn.ts';
import { visible, type TetrisView } from './view.ts';

export { hashState, type TetrisState } from './tetris-state.ts';
export { colourAt, type BoardView, type TetrisView } from './view.ts';

/** Guideline Tetris for 1 to 8 players; SPEC.md has its rules. */
export const tetrisRules: TickRules<TetrisState, TetrisView, TetrisOptions> = {
  game: 'tetris',
  version: '1',
  hz: 60,
  seats: (options) => options.players,
  setup: firstState,
  tick: (state) => state.tick,
  decide,
  entriesAreCommands: true,
  apply,
  step(state, emit) {
    if (state.over === 1) return;
    if (state.tick === 0)
      emit('game_start', null, { players: [...state.boards.keys()], options: state.options });
    state.tick++;
    for (const board of state.boards) if (board.out === 0) stepBoard(state, board, emit);
    sendAttacks(state, emit);
    settle(state, emit);
  },
  visible,
  result: (state) => (state.over === 1 ? seatResults(state) : null),
  bot: chooseActions,
  encode: encodeState,
  decode: decodeState,
};
