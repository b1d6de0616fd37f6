/**
 * Key moments counted anew and in another way: from the states of a match after each tick, and with all of it at hand.
 * Only what kind of spin a lock was is taken from the events.
 */
import { stackHeight } from '../../rooms/tetris/rows.ts';
import type { TetrisState } from '../../rooms/tetris/rules.ts';
import type { Players, Told } from './support.ts';
import { playTick } from './support.ts';

interface Lock {
  readonly tick: number;
  readonly seat: number;
  readonly spin: string;
  readonly height: number;
  readonly score: number;
  readonly lines: number;
  readonly allLines: number;
  readonly attack: number;
  readonly chain: number;
  readonly garbage: number;
  /** The seat is out by it: 1 by the piece that came in after it, 2 and 3 by itself. */
  readonly out: number;
}

interface Out {
  readonly tick: number;
  readonly seat: number;
  readonly placement: number;
  readonly reason: string;
}

export interface Watched {
  readonly state: TetrisState;
  readonly told: readonly (Told & { readonly n: number; readonly t: number })[];
  readonly locks: readonly Lock[];
  readonly outs: readonly Out[];
}

type Figures = readonly { placed: number; lines: number; received: number; attack: number; out: number }[];

const figuresOf = ({ boards }: TetrisState): Figures =>
  boards.map(({ placed, lines, received, attack, out }) => ({ placed, lines, received, attack, out }));

/** Plays to the end, or so many ticks; `afterTick` may change what it likes. */
export function watch(
  state: TetrisState,
  players: Players,
  mostTicks: number,
  afterTick: (told: readonly Told[]) => void = () => {},
): Watched {
  const told: (Told & { n: number; t: number })[] = [];
  const locks: Lock[] = [];
  const outs: Out[] = [];
  while (state.over === 0 && state.tick < mostTicks) {
    const before = figuresOf(state);
    const now: Told[] = [];
    playTick(state, players, now);
    locks.push(...locksOf(state, before, now));
    outs.push(...outsOf(state, before));
    told.push(...now.map((event) => ({ ...event, n: state.tick, t: state.tick * 16 })));
    afterTick(now);
  }
  return { state, told, locks, outs };
}

function locksOf(state: TetrisState, before: Figures, told: readonly Told[]): Lock[] {
  const locked = state.boards.filter(({ seat, placed }) => placed > before[seat]!.placed);
  return locked.map((board) => {
    const { seat, lines, received, attack } = board;
    const event = told.find(({ type, seat: by }) => type === 'piece_lock' && by === seat)!;
    return {
      tick: state.tick,
      seat,
      spin: (event.data as { spin: string }).spin,
      height: stackHeight(board),
      score: board.score,
      lines: lines - before[seat]!.lines,
      allLines: lines,
      attack: attack - before[seat]!.attack,
      chain: board.backToBack + 1,
      garbage: received - before[seat]!.received,
      out: board.out,
    };
  });
}

function outsOf({ boards, tick }: TetrisState, before: Figures): Out[] {
  const reasons = ['', 'block_out', 'lock_out', 'top_out'];
  return boards
    .filter(({ seat, out }) => out > 0 && before[seat]!.out === 0)
    .map(({ seat, out, placement }) => ({ tick, seat, placement, reason: reasons[out]! }));
}

/** One line for each moment, sorted: `tick type seat data`. */
export function recount({ state, locks, outs }: Watched): string[] {
  const lines = state.boards.flatMap(({ seat }) => {
    const own = locks.filter((lock) => lock.seat === seat);
    return own.flatMap((_, at) => lockMoments(own.slice(0, at + 1)));
  });
  if (state.boards.length > 1)
    for (const { tick, seat, placement, reason } of outs)
      lines.push(line(tick, 'elimination', seat, { placement, reason }));
  const firsts = state.boards.filter(({ placement }) => placement === 1);
  if (state.over === 1 && firsts.length === 1)
    lines.push(
      ...comeback(state, locks, outs, firsts[0]!.seat).map((data) =>
        line(state.tick, 'comeback', firsts[0]!.seat, data),
      ),
    );
  return lines.sort();
}

export const line = (tick: number, type: string, seat: number | null, data: unknown): string =>
  `${tick} ${type} ${seat} ${JSON.stringify(data)}`;

/** The moments of the last of a seat's locks. */
function lockMoments(locks: readonly Lock[]): string[] {
  const { tick, seat, spin, height, lines, attack, chain } = locks.at(-1)!;
  const moments: [type: string, data: unknown][] = [];
  if (lines === 4 && chain === 1) moments.push(['tetris', { attack }]);
  if (lines > 0 && spin === 'normal')
    moments.push([`t_spin_${['', 'single', 'double', 'triple'][lines]}`, { attack }]);
  if (lines > 0 && (chain === 2 || [5, 10, 15, 20, 25, 30, 35, 40].includes(chain)))
    moments.push(['back_to_back', { clears: chain, attack }]);
  if (lines > 0 && height === 0) moments.push(['perfect_clear', { attack }]);
  const rows = runOf(locks);
  if (rows >= 3 && runOf(locks.slice(0, -1)) < 3 && locks.at(-1)!.garbage > 0)
    moments.push(['garbage_surge', { rows }]);
  const since = locks.slice(0, -1).findLastIndex((lock) => lock.height < 10);
  const greatest = Math.max(...locks.slice(since + 1).map((lock) => lock.height));
  if (height < 10 && greatest > 16) moments.push(['near_death_survival', { height: greatest }]);
  return moments.map(([type, data]) => line(tick, type, seat, data));
}

/** Rows of garbage at the last locks that brought some. */
function runOf(locks: readonly Lock[]): number {
  const without = locks.findLastIndex(({ garbage }) => garbage === 0);
  return locks.slice(without + 1).reduce((rows, { garbage }) => rows + garbage, 0);
}

/** How far this seat was behind at the worst, of all locks after which it was last by far: one or none. */
function comeback(
  { boards, lines: limit }: TetrisState,
  locks: readonly Lock[],
  outs: readonly Out[],
  seat: number,
): object[] {
  const end = Math.min(...outs.map(({ tick }) => tick));
  const distances = locks.flatMap(({ tick, out }, at) => {
    if (tick > end || out > 1) return [];
    const owns = boards.map((board) => locks.slice(0, at + 1).filter((lock) => lock.seat === board.seat));
    if (owns.some((own) => own.length < 30)) return [];
    const figures = owns.map((own) => own.at(-1)![limit > 0 ? 'allLines' : 'score']);
    const next = Math.min(...figures.filter((_, other) => other !== seat));
    const distance = next - figures[seat]!;
    return figures[seat]! * 2 <= next && distance >= (limit > 0 ? 4 : 800) ? [distance] : [];
  });
  if (boards.length === 1 || distances.length === 0) return [];
  const worst = Math.max(...distances);
  return [limit > 0 ? { lines: worst } : { points: worst }];
}
