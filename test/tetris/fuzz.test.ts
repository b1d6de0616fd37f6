import { expect, test } from 'vitest';
import { packetAt } from '../../rooms/tetris/garbage.ts';
import type { TetrisState } from '../../rooms/tetris/rules.ts';
import { seededRandom, type Random } from '../../src/match/random.ts';
import { spinners } from './spinners.ts';
import {
  botPlayers,
  draw,
  fixture,
  keysOf,
  newMatch,
  playTick,
  seed,
  type Players,
  type Told,
} from './support.ts';

/** How often each of these has to occur, so that the matches of the other tests mean something. */
const LEAST = {
  game_start: 40,
  game_end: 6,
  piece_spawn: 4000,
  piece_lock: 4000,
  'spin mini': 100,
  'spin normal': 80,
  'spin with lines': 100,
  '1 lines': 400,
  '2 lines': 120,
  '3 lines': 70,
  '4 lines': 40,
  'back-to-back': 40,
  combo: 35,
  garbage_sent: 200,
  garbage_received: 200,
  cancelled: 60,
  elimination: 15,
  block_out: 4,
  lock_out: 10,
};

function playersOf(n: number, seats: number): Players {
  const strengths = Array.from({ length: seats }, (_, seat) => (['strong', 'medium'] as const)[seat % 2]!);
  if (n % 4 === 0) return keysOf(n);
  if (n % 4 === 1) return botPlayers(strengths);
  return spinners(botPlayers(strengths));
}

const waiting = (state: TetrisState): number[] =>
  state.boards.map((board) =>
    Array.from({ length: board.packets }, (_, at) => packetAt(board, at).rows).reduce((a, b) => a + b, 0),
  );

/** What happened in one tick, by name. */
function categories(told: readonly Told[], waitedBefore: readonly number[]): string[] {
  return told.flatMap(({ type, seat, data }) => {
    const { reason, spin, count, b2b, combo, attack } = data as Record<string, string> &
      Record<string, number>;
    const found: (string | false)[] = [type];
    if (type === 'elimination') found.push(`${reason}`);
    if (type === 'piece_lock') found.push(spin !== 'none' && `spin ${spin}`);
    if (type === 'line_clear')
      found.push(
        `${count} lines`,
        spin !== 'none' && 'spin with lines',
        b2b! > 0 && 'back-to-back',
        combo! > 1 && 'combo',
        attack! > 0 && waitedBefore[seat!]! > 0 && 'cancelled',
      );
    return found.filter((name) => name !== false);
  });
}

const setups = fixture<{ before: string[] }>('placements').map(({ before }) => before.toReversed());

/** Whole T-spins need a stack that was built for them: each T finds one. */
function setUp(state: TetrisState, told: readonly Told[], random: Random): void {
  for (const { type, seat, data } of told) {
    if (type === 'piece_spawn' && (data as { piece: string }).piece === 'T')
      draw(state.boards[seat!]!, ...setups[random.int(setups.length)]!);
  }
}

test('[T11] [T15] [T21] [T29] any keys, bots and spinners meet every case', { timeout: 60_000 }, () => {
  const seen: Record<string, number> = {};
  for (let n = 0; n < 40; n++) {
    const state = newMatch(n, { players: 1 + (n % 5), startLevel: 1 + (n % 12) });
    const players = playersOf(n, state.players);
    const random = seededRandom(seed(n), 'setups');
    while (state.over === 0 && state.tick < 2000) {
      const before = waiting(state);
      const told: Told[] = [];
      playTick(state, players, told);
      if (n % 4 === 3) setUp(state, told, random);
      for (const name of categories(told, before)) seen[name] = (seen[name] ?? 0) + 1;
    }
  }
  for (const [name, least] of Object.entries(LEAST))
    expect(seen[name] ?? 0, name).toBeGreaterThanOrEqual(least);
});
