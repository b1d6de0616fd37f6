import { Refusal, type Command, type Draft } from '../../src/match/rules.ts';
import { ALL_ACTIONS, sanitise } from './actions.ts';
import type { TetrisState } from './tetris-state.ts';

/** An entry `input`: `tick` is the step in which the actions take effect. */
export interface InputData {
  readonly tick: number;
  readonly actions: number;
}

/** The input for the next step, or why not. Never throws, whatever it is given. */
export function decide(state: TetrisState, seat: number, command: Command): readonly Draft[] | Refusal {
  if (command.name !== 'input') return refuse('unknown_command', 'Tetris knows one command: input.');
  const board = state.boards[seat];
  if (board === undefined) return refuse('no_such_seat', `The seats are 0 to ${state.players - 1}.`);
  if (state.over === 1) return refuse('over', 'The match is over.');
  if (board.out !== 0) return refuse('eliminated', 'This seat is out: watch the others.');
  const asked = (command.payload as Partial<InputData> | null | undefined)?.actions;
  if (!isActions(asked))
    return refuse(
      'illegal_actions',
      `Give actions as a set of bits, a whole number from 1 to ${ALL_ACTIONS}.`,
    );
  const actions = sanitise(asked);
  if (actions === 0)
    return refuse('no_actions', 'Ask for at least one action; left and right undo each other.');
  return [{ type: 'input', seat, data: { tick: state.tick + 1, actions } satisfies InputData }];
}

/** Several inputs of a seat for the same step are one. Throws on entries that `decide` never makes. */
export function apply(state: TetrisState, { type, seat, data }: Draft): void {
  const board = state.boards[seat ?? -1];
  const { tick, actions } = data as InputData;
  if (type !== 'input' || board === undefined || tick !== state.tick + 1 || !isActions(actions))
    throw new RangeError(
      `no entry of Tetris after tick ${state.tick}: ${type} of seat ${seat} for tick ${tick}`,
    );
  board.pending = sanitise(board.pending | actions);
}

function isActions(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= ALL_ACTIONS;
}

function refuse(code: string, message: string): Refusal {
  return new Refusal(`tetris/${code}`, message);
}
