import { defineTickGame } from '../../src/match/game.ts';
import { MatchRoom, type View } from '../../src/match/match-room.ts';
import type { TickView } from '../../src/match/tick-engine.ts';
import { tetrisCommands, tetrisOptions } from './commands.ts';
import { tetrisRules } from './rules.ts';
import { addSeats, mirrorTetris, newTable, type TetrisTable } from './state.ts';
import type { TetrisView } from './view.ts';

export class TetrisRoom extends MatchRoom<TetrisTable> {
  override state = newTable();
  #view: View<TetrisView> | null = null;

  protected override addSeats(seats: number): void {
    addSeats(this.state, seats);
  }

  protected override mirror(view: View<TetrisView>): void {
    this.#view = view;
    const { game, eliminatedAt } = view(null) as TickView<TetrisView>;
    if (game) mirrorTetris(this.state, game, (seat) => (eliminatedAt[seat] ?? Infinity) <= this.committedN);
  }

  /** `sync`: the seat's own board as it is now, for a prediction that has gone astray (prediction.ts). */
  protected override answers() {
    return {
      sync: (seat: number) => {
        const { game } = this.#view!(seat);
        return game && { tick: game.tick, options: game.options, board: game.boards[seat]! };
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
  room: TetrisRoom,
});
