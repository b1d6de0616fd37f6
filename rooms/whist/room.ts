import { MatchRoom } from '../../src/match/match-room.ts';
import type { Game } from '../../src/match/game.ts';
import { RulesEngine, type TableView } from '../../src/match/rules-engine.ts';
import { whistCommands, whistOptions } from './commands.ts';
import { whistRules } from './rules.ts';
import { mirrorWhist, newTable, type WhistSeat, type WhistTable } from './state.ts';
import type { WhistView } from './view.ts';

export class WhistRoom extends MatchRoom<WhistTable> {
  override state = newTable();

  protected override mirror(view: (seat: number | null) => TableView<WhistView>): void {
    const { game } = view(null);
    if (game) mirrorWhist(this.state, game, (seat) => view(seat).game!);
  }

  protected override seatState(seat: number): WhistSeat {
    return this.state.seats[seat]!;
  }
}

export const whist: Game = {
  name: 'whist',
  version: whistRules.version,
  engines: { [whistRules.version]: () => new RulesEngine(whistRules) },
  options: whistOptions,
  commands: whistCommands,
  room: WhistRoom as unknown as Game['room'],
};
