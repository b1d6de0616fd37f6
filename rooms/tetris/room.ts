import { defineTickGame } from '../../src/match/game.ts';
import { MatchRoom } from '../../src/match/match-room.ts';
import type { TickView } from '../../src/match/tick-engine.ts';
import { tetrisCommands, tetrisOptions } from './commands.ts';
import { tetrisMoments } from './moments.ts';
import { tetrisRules } from './rules.ts';
import { type TetrisTable, tetrisTable } from './state.ts';
import type { TetrisView } from './view.ts';

export class TetrisRoom extends MatchRoom<TetrisTable> {
  /** `sync`: the seat's own board as it is now, for a prediction that has gone astray (prediction.ts). */
  protected override answers() {
    return {
      sync: (seat: number) => {
        const { game, eliminatedAt } = this.viewOf(seat) as TickView<TetrisView>;
        if (!game) return null;
        const { tick, options, boards } = game;
        const placement = this.isTold(eliminatedAt[seat] ?? Infinity) ? boards[seat]!.placement : 0;
        return { tick, options, board: { ...boards[seat]!, placement } };
      },
    };
  }
}

export const tetris = defineTickGame({
  rules: tetrisRules,
  options: tetrisOptions,
  commands: tetrisCommands,
  // one input a tick, and what else there is to say
  messagesPerSecond: 120,
  table: tetrisTable,
  moments: tetrisMoments,
  openEntries: ['input'],
  room: TetrisRoom,
});
