/** How seats go out, and how the match ends. */
import type { Emit, SeatResult } from '../../src/match/rules.ts';
import type { Board } from './board.ts';
import type { TetrisState } from './tetris-state.ts';

/** Values of `out`: no room for a new piece; locked above what is seen; garbage pushed the stack out at the top. */
export const BLOCKED = 1;
export const LOCKED_ABOVE = 2;
export const PUSHED_OUT = 3;
const REASONS = ['', 'block_out', 'lock_out', 'top_out'];

/** The seat takes no further part; of two reasons in a step the first counts. */
export function goOut(board: Board, reason: number): void {
  if (board.out === 0) board.out = reason;
}

/** At the end of a step: places those who went out in it, and ends the match when it is time. */
export function settle(state: TetrisState, emit: Emit): void {
  const living = state.boards.filter((board) => board.out === 0);
  for (const board of state.boards) {
    if (board.out === 0 || board.placement > 0) continue;
    board.placement = living.length + 1;
    board.endedAt = state.tick;
    emit('elimination', board.seat, { placement: board.placement, reason: REASONS[board.out] });
  }
  if (isOver(state, living)) end(state, living, emit);
}

function isOver(state: TetrisState, living: readonly Board[]): boolean {
  const fewest = state.boards.length === 1 ? 0 : 1;
  const limitReached = state.ticks > 0 && state.tick >= state.ticks;
  return living.length <= fewest || limitReached || living.some((board) => hasFinished(state, board));
}

const hasFinished = (state: TetrisState, board: Board): boolean =>
  state.lines > 0 && board.lines >= state.lines;

function end(state: TetrisState, living: readonly Board[], emit: Emit): void {
  for (const board of living) {
    board.placement = 1 + living.filter((other) => isAhead(state, other, board)).length;
    board.endedAt = state.tick;
  }
  state.over = 1;
  emit('game_end', null, {
    placements: state.boards.map(({ placement }) => placement),
    scores: state.boards.map(({ score }) => score),
    lines_cleared: state.boards.map(({ lines }) => lines),
    garbage_sent: state.boards.map(({ sent }) => sent),
    garbage_received: state.boards.map(({ received }) => received),
    pieces_placed: state.boards.map(({ placed }) => placed),
    duration_ms: state.boards.map(durationMs),
  });
}

/** Who has the lines that were asked for is ahead of who has not; then the score decides. */
function isAhead(state: TetrisState, one: Board, other: Board): boolean {
  const [first, second] = [hasFinished(state, one), hasFinished(state, other)];
  return first === second ? one.score > other.score : first;
}

/** 60 ticks a second. */
const durationMs = (board: Board): number => Math.floor((board.endedAt * 50) / 3);

export function seatResults(state: TetrisState): SeatResult[] {
  return state.boards.map((board) => ({
    seat: board.seat,
    placement: board.placement,
    score: board.score,
    stats: {
      lines_cleared: board.lines,
      garbage_sent: board.sent,
      garbage_received: board.received,
      pieces_placed: board.placed,
      duration_ms: durationMs(board),
      level: board.level,
      attack: board.attack,
    },
  }));
}
