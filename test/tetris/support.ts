import { readFileSync } from 'node:fs';
import type { Board } from '../../rooms/tetris/board.ts';
import { tetrisOptions, type TetrisOptions } from '../../rooms/tetris/commands.ts';
import { pieceNumber } from '../../rooms/tetris/pieces.ts';
import { clearRows, GARBAGE_COLOUR, maskOf, paint, stackHeight } from '../../rooms/tetris/rows.ts';
import { tetrisRules, type TetrisState } from '../../rooms/tetris/rules.ts';
import { sendAttacks } from '../../rooms/tetris/targeting.ts';
import { spawn } from '../../rooms/tetris/spawn.ts';
import { seededRandom, type Random } from '../../src/match/random.ts';
import { Refusal, type Draft, type Strength } from '../../src/match/rules.ts';

export interface Told {
  readonly type: string;
  readonly seat: number | null;
  readonly data: unknown;
}

/** Seeds are told apart by their first word: the last bit of a seed counts for nothing. */
export const seed = (n: number): string => n.toString(16).padStart(8, '0') + '5'.repeat(24);

export const options = (given: Partial<TetrisOptions> = {}): TetrisOptions => tetrisOptions.parse(given);

export function newMatch(n: number, given: Partial<TetrisOptions> = {}): TetrisState {
  const all = options(given);
  return tetrisRules.setup(all, all.players, seed(n));
}

/** A match with one seat, its first piece there. */
export function solo(given: Partial<TetrisOptions> = {}): { state: TetrisState; board: Board } {
  const state = newMatch(1, { players: 1, ...given });
  run(state, 1);
  return { state, board: state.boards[0]! };
}

/** Inputs take effect in the next step, as a player's would. */
export function press(state: TetrisState, seat: number, actions: number): readonly Draft[] {
  const drafts = tetrisRules.decide(state, seat, { name: 'input', payload: { tick: 0, actions } });
  if (drafts instanceof Refusal) throw new Error(`${drafts.code}: ${drafts.message}`);
  for (const draft of drafts) tetrisRules.apply(state, draft);
  return drafts;
}

/** So many steps; gives what they told. */
export function run(state: TetrisState, ticks: number): Told[] {
  const told: Told[] = [];
  for (let i = 0; i < ticks; i++)
    tetrisRules.step(state, (type, seat, data) => told.push({ type, seat, data: structuredClone(data) }));
  return told;
}

/** Presses and steps, once for each of the actions. */
export function pressEach(state: TetrisState, seat: number, ...actions: number[]): Told[] {
  return actions.flatMap((action) => {
    press(state, seat, action);
    return run(state, 1);
  });
}

/** Fills the rows as drawn, the topmost first, as garbage. */
export function draw(board: Board, ...rows: string[]): void {
  clearRows(board);
  for (const [y, row] of rows.toReversed().entries()) {
    for (const [x, cell] of [...row].entries()) if (cell === 'X') paint(board, x, y, GARBAGE_COLOUR);
  }
}

/** The rows as drawn by `draw`. */
export function drawn(board: Board): string[] {
  const rows = Array.from({ length: stackHeight(board) }, (_, y) => maskOf(board, y));
  return rows
    .reverse()
    .map((mask) => [...'0123456789'].map((_, x) => ((mask >> x) & 1 ? 'X' : '_')).join(''));
}

/** The piece comes in now, instead of the one that falls. */
export const enter = (board: Board, name: string): void => spawn(board, pieceNumber(name), () => {});

export const dataOf = (told: readonly Told[], type: string): unknown[] =>
  told.filter((event) => event.type === type).map(({ data }) => data);

export const cellsOf = (board: Board): number => [...drawn(board).join('').replaceAll('_', '')].length;

export function fixture<T>(name: string): T[] {
  const text = readFileSync(new URL(`../fixtures/tetris/${name}.jsonl`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** What the players of a match ask for before a step: at most one set of actions a seat. */
export type Players = (state: TetrisState, seat: number) => number;

/** Presses a key every few ticks, now and then two at once. */
export function anyKeys(random: Random): Players {
  const anyKey = () => 1 << random.int(8);
  return () => (random.int(6) > 0 ? 0 : random.int(4) > 0 ? anyKey() : anyKey() | anyKey());
}

export function botPlayers(strengths: readonly Strength[]): Players {
  return (state, seat) => {
    const view = tetrisRules.visible(state, seat);
    const [command] = tetrisRules.bot(view, seat, strengths[seat]!, state.tick);
    return (command?.payload as { actions: number } | undefined)?.actions ?? 0;
  };
}

export const keysOf = (n: number): Players => anyKeys(seededRandom(seed(n), 'keys'));

/** One tick of players who never ask for what undoes itself or when they are out; gives the entries. */
export function playTick(state: TetrisState, players: Players, told: Told[] = []): Draft[] {
  const entries = state.boards.flatMap((board) => {
    const actions = board.out === 0 ? players(state, board.seat) : 0;
    const drafts = tetrisRules.decide(state, board.seat, { name: 'input', payload: { tick: 0, actions } });
    return drafts instanceof Refusal ? [] : [...drafts];
  });
  for (const entry of entries) tetrisRules.apply(state, entry);
  tetrisRules.step(state, (type, seat, data) => told.push({ type, seat, data }));
  return entries;
}

/** A solo match with this piece in sight. */
export function soloWith(name: string, ...rows: string[]) {
  const match = solo();
  draw(match.board, ...rows);
  enter(match.board, name);
  run(match.state, 2);
  return match;
}

/** A match of two, their first pieces there. */
export function duel(given = {}) {
  const state = newMatch(2, { messiness: 0, ...given });
  run(state, 1);
  return { state, first: state.boards[0]!, second: state.boards[1]! };
}

/** Sends so many rows of each seat, as at the end of a step; tells who sent to whom. */
export function send(
  state: TetrisState,
  ...attacks: number[]
): { seat: number | null; target: number; rows: number }[] {
  const told: Told[] = [];
  for (const [seat, rows] of attacks.entries()) state.boards[seat]!.outgoing = rows;
  sendAttacks(state, (type, seat, data) => told.push({ type, seat, data }));
  return told.map(({ seat, data }) => ({ seat, ...(data as { target: number; rows: number }) }));
}
