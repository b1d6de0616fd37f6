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
    if (game) mirrorTetris(this.state, game, (seat) => this.#isTold(eliminatedAt, seat));
  }

  /** `sync`: the seat's own board as it is now, for a prediction that has gone astray (prediction.ts). */
  protected override answers() {
    return {
      sync: (seat: number) => {
        const { game, eliminatedAt } = this.#view!(seat) as TickView<TetrisView>;
        if (!game) return null;
        const { tick, options, boards } = game;
        const placement = this.#isTold(eliminatedAt, seat) ? boards[seat]!.placement : 0;
        return { tick, options, board: { ...boards[seat]!, placement } };
      },
    };
  }

  /** Whether the elimination of the seat is in the log. */
  #isTold(eliminatedAt: TickView<TetrisView>['eliminatedAt'], seat: number): boolean {
    return (eliminatedAt[seat] ?? Infinity) <= this.committedN;
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
