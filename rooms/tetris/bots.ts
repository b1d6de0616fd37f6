import type { Command, Strength } from '../../src/match/rules.ts';
import { HOLD } from './actions.ts';
import { fieldOf, type Field, type Place } from './bots/field.ts';
import { findPlace, type Skill } from './bots/search.ts';
import { steer } from './bots/steer.ts';
import { pieceNumber } from './pieces.ts';
import type { BoardView, TetrisView } from './view.ts';

/** `pace`: ticks from one keystroke to the next; a piece takes about four. */
const SKILLS: Readonly<Record<Strength, Skill & { readonly pace: number }>> = {
  weak: {
    pace: 24,
    depth: 1,
    width: 1,
    holds: false,
    taste: { height: 20, hole: 20, step: 10, well: 0, danger: 0, clears: [0, 10, 20, 30, 40] },
  },
  medium: {
    pace: 12,
    depth: 1,
    width: 1,
    holds: false,
    taste: { height: 50, hole: 40, step: 20, well: 0, danger: 0, clears: [0, 80, 160, 240, 320] },
  },
  strong: {
    pace: 6,
    depth: 2,
    width: 8,
    holds: true,
    taste: { height: 5, hole: 200, step: 20, well: 100, danger: 150, clears: [0, -150, -100, -50, 1000] },
  },
};

interface Plan {
  readonly field: Field;
  readonly place: Place | null;
  /** What it was made for, besides the rows. */
  readonly of: string;
}

/** Plans by the rows of their view: thinking anew would give the same, and takes time. */
const plans = new WeakMap<readonly number[], Plan>();

/** What a bot asks for at this tick: a keystroke now and then, towards the place that it has chosen for the piece. */
export function chooseActions(
  view: TetrisView,
  seat: number,
  strength: Strength,
  tick: number,
): readonly Command[] {
  const board = view.boards[seat]!;
  const skill = SKILLS[strength];
  if (board.piece === null || !board.alive || (tick + seat) % skill.pace !== 0) return [];
  const { field, place } = planFor(board, strength, skill);
  const { type, x, y, rotation } = board.piece;
  const from = { piece: pieceNumber(type), rotation, x, y };
  const swaps = place !== null && place.piece !== from.piece;
  const actions = swaps ? HOLD : steer(field, from, place ?? from);
  return [{ name: 'input', payload: { tick: tick + 1, actions } }];
}

function planFor(board: BoardView, strength: Strength, skill: Skill): Plan {
  const of = [strength, board.drawn, board.piece!.type, board.holdUsed, board.hold, board.next].join();
  const known = plans.get(board.rows);
  if (known?.of === of) return known;
  const field = fieldOf(board.rows);
  const pieces = [board.piece!.type, ...board.next].map(pieceNumber);
  const other = board.holdUsed ? null : pieceNumber(board.hold ?? board.next[0]!);
  const plan = { field, of, ...findPlace(field, pieces, other, skill) };
  plans.set(board.rows, plan);
  return plan;
}
