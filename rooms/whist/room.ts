import { defineGame } from '../../src/match/game.ts';
import { MatchRoom, type View } from '../../src/match/match-room.ts';
import { whistCommands, whistOptions } from './commands.ts';
import { whistRules } from './rules.ts';
import { mirrorWhist, newTable, type WhistTable } from './state.ts';
import type { WhistView } from './view.ts';

export class WhistRoom extends MatchRoom<WhistTable> {
  override state = newTable();

  protected override mirror(view: View<WhistView>): void {
    const { game } = view(null);
    if (game) mirrorWhist(this.state, game, (seat) => view(seat).game!);
  }
}

export const whist = defineGame({
  rules: whistRules,
  options: whistOptions,
  commands: whistCommands,
  room: WhistRoom,
});
