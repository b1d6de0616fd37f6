/** Who gets an attack. */
import { randomFrom } from '../../src/match/random.ts';
import type { Emit } from '../../src/match/rules.ts';
import { WIDTH, type Board } from './board.ts';
import { addPacket } from './garbage.ts';
import type { TetrisState } from './tetris-state.ts';

/** At the end of a step, so that no seat has its attack a tick before another. */
export function sendAttacks(state: TetrisState, emit: Emit): void {
  for (const board of state.boards) {
    if (board.outgoing === 0) continue;
    send(state, board, emit);
    board.outgoing = 0;
  }
}

function send(state: TetrisState, board: Board, emit: Emit): void {
  const target = chooseTarget(state, board);
  if (target === undefined) return;
  const rows = board.outgoing;
  board.sent += rows;
  target.aimed += rows;
  target.attacker = board.seat;
  queueRows(state, target, rows, board.seat);
  emit('garbage_sent', board.seat, { target: target.seat, rows });
}

function chooseTarget(state: TetrisState, board: Board): Board | undefined {
  const others = state.boards.filter((other) => other !== board && other.out === 0);
  if (others.length < 2) return others[0];
  if (state.options.targeting === 'even') return leastAimedAt(others, board.seat);
  const attacker = others.find((other) => other.seat === board.attacker);
  if (state.options.targeting === 'attackers' && attacker) return attacker;
  return others[draw(state, others.length)];
}

/** Of equals the next one after `seat`, going round. */
function leastAimedAt(others: readonly Board[], seat: number): Board | undefined {
  const after = [
    ...others.filter((other) => other.seat > seat),
    ...others.filter((other) => other.seat < seat),
  ];
  return after.toSorted((a, b) => a.aimed - b.aimed)[0];
}

/** The first row draws its hole, each further one draws another with the chance that `messiness` gives. */
function queueRows(state: TetrisState, target: Board, rows: number, source: number): void {
  const due = state.tick + state.garbageDelay;
  let hole = draw(state, WIDTH);
  let height = 1;
  for (let row = 1; row < rows; row++) {
    if (draw(state, 100) >= state.messiness) height++;
    else {
      addPacket(target, { rows: height, hole, source, due });
      hole = (hole + 1 + draw(state, WIDTH - 1)) % WIDTH;
      height = 1;
    }
  }
  addPacket(target, { rows: height, hole, source, due });
}

function draw(state: TetrisState, below: number): number {
  const random = randomFrom(Array.from(state.chance));
  const drawn = random.int(below);
  state.chance.set(random.state());
  return drawn;
}
