import type { Command, Strength } from '../../src/match/rules.ts';
import type { TetrisView } from './view.ts';

/** What a bot asks for at this tick. */
export function chooseActions(
  _view: TetrisView,
  _seat: number,
  _strength: Strength,
  _tick: number,
): readonly Command[] {
  return [];
}
