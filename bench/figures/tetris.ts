/** The rules of Tetris alone, in this process: how fast they step, and how many bytes a minute of play costs a client. */
import { Encoder, StateView } from '@colyseus/schema';
import { HARD_DROP, MOVE_LEFT, MOVE_RIGHT, ROTATE_CW } from '../../rooms/tetris/actions.ts';
import { tetrisOptions } from '../../rooms/tetris/commands.ts';
import { tetrisRules, type TetrisState } from '../../rooms/tetris/rules.ts';
import { addSeats, mirrorTetris, newTable } from '../../rooms/tetris/state.ts';
import { Refusal } from '../../src/match/rules.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';

const hz = 60;
const seed = '00112233445566778899aabbccddeeff';
const silent = (): void => {};
const moves = [MOVE_LEFT, ROTATE_CW, MOVE_RIGHT, MOVE_RIGHT, HARD_DROP];

export async function tetris(bench: Bench): Promise<Row[]> {
  const samples = Array.from({ length: bench.samples });
  return [
    {
      figure: 'tetris',
      what: 'simulated ticks a second of one board, an input each 10 ticks',
      unit: '/s',
      values: samples.map(() => ticksPerSecond()),
      bound: { atLeast: 1_000_000 },
    },
    {
      figure: 'tetris',
      what: '10 minutes of two players simulated again',
      unit: 'ms',
      values: samples.map(() => simulate(2, 600 * hz)),
      bound: { below: 250 },
    },
    {
      figure: 'tetris',
      what: '60 s of play of two, a piece a second each, to one client',
      unit: 'KB',
      values: [bytesOfAMinute() / 1024],
      bound: { below: 20 },
      note: 'patches 20 times a second with their frames, of bots that think a second about each piece',
    },
  ];
}

function ticksPerSecond(): number {
  const ticks = 1_000_000;
  return (ticks / simulate(1, ticks)) * 1000;
}

/** Milliseconds for so many ticks; a match that ends is followed by another. */
function simulate(players: number, ticks: number): number {
  let state = begin(players);
  const started = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    if (tick % 10 === 0) {
      for (let seat = 0; seat < players; seat++) input(state, seat, moves[(tick / 10) % moves.length]!);
    }
    tetrisRules.step(state, silent);
    if (tetrisRules.result(state)) state = begin(players);
  }
  return performance.now() - started;
}

/** Bytes of the frames that one of two clients gets in a minute. */
function bytesOfAMinute(): number {
  const state = begin(2);
  const table = addSeats(newTable(), 2);
  const encoder = new Encoder(table);
  const view = new StateView();
  view.add(table.seats[0]!);
  const lastDrop = [0, 0];
  let bytes = 0;
  for (let tick = 1; tick <= 60 * hz; tick++) {
    for (const seat of [0, 1]) playSlowly(state, seat, tick, lastDrop);
    tetrisRules.step(state, silent);
    if (tick % 3 > 0) continue;
    mirrorTetris(table, tetrisRules.visible(state, null), () => false);
    bytes += frameBytes(encoder, view);
  }
  return bytes;
}

/** A bot's moves, but a piece is dropped a second after the one before at the earliest. */
function playSlowly(state: TetrisState, seat: number, tick: number, lastDrop: number[]): void {
  const commands = tetrisRules.bot(tetrisRules.visible(state, seat), seat, 'medium', tick - 1);
  for (const { payload } of commands) {
    const { actions } = payload as { actions: number };
    const mayDrop = tick - lastDrop[seat]! >= hz;
    if ((actions & HARD_DROP) !== 0 && mayDrop) lastDrop[seat] = tick;
    input(state, seat, mayDrop ? actions : actions & ~HARD_DROP);
  }
}

function frameBytes(encoder: Encoder, view: StateView): number {
  if (!encoder.hasChanges) return 0;
  const it = { offset: 1 };
  encoder.encode(it);
  const { length } = encoder.encodeView(view, it.offset, it);
  encoder.discardChanges();
  return length + (length < 126 ? 2 : 4);
}

function begin(players: number): TetrisState {
  return tetrisRules.setup(tetrisOptions.parse({ players }), players, seed);
}

function input(state: TetrisState, seat: number, actions: number): void {
  if (actions === 0) return;
  const decided = tetrisRules.decide(state, seat, { name: 'input', payload: { tick: 0, actions } });
  if (!(decided instanceof Refusal)) for (const draft of decided) tetrisRules.apply(state, draft);
}
