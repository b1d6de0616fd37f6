/** The state that clients see, mirrored from what the rules show, and read again as a client does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable } from '../../demo/tetris/read-table.ts';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { tetrisOptions } from '../../rooms/tetris/commands.ts';
import { boardHash } from '../../rooms/tetris/packing.ts';
import { tetrisRules, type TetrisState, type TetrisView } from '../../rooms/tetris/rules.ts';
import { addSeats, mirrorTetris, newTable, tetrisTable, type TetrisTable } from '../../rooms/tetris/state.ts';
import { type Command, Refusal } from '../../src/match/rules.ts';
import type { TickView } from '../../src/match/tick-engine.ts';

const seats = 3;
const options = tetrisOptions.parse({ players: seats, startLevel: 12, ticks: 3_000 });

test('[R71] a client reads each board from the state as the rules show it', () => {
  const seen = { garbage: 0, lines: 0, held: 0, out: 0 };
  const check = (table: TetrisTable, view: TetrisView): void => {
    mirrorTetris(table, view, (seat) => !view.boards[seat]!.alive);
    for (const [seat, board] of readTable(table, options).boards.entries()) {
      const { rows, piece, hold, next, lines, score, level, placed, alive } = view.boards[seat]!;
      const shown = { rows: rows.slice(0, 24), piece, hold, next, lines, score, level, placed, alive };
      expect(board).toMatchObject(shown);
      expect(table.seats[seat]!.lockHash).toBe(boardHash(view.boards[seat]!));
      seen.garbage += table.seats[seat]!.pending;
      seen.lines += lines;
      seen.held += Number(hold !== null);
      seen.out += Number(!alive);
    }
  };
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{32}$/), (seed) => {
      const state = tetrisRules.setup(options, seats, seed);
      const table = addSeats(newTable(), seats);
      while (!tetrisRules.result(state)) {
        playBots(state);
        tetrisRules.step(state, () => {});
        if (state.tick % 3 === 0) check(table, tetrisRules.visible(state, null));
      }
    }),
    { numRuns: 4 },
  );
  for (const figure of Object.values(seen)) expect(figure).toBeGreaterThan(0);
});

const strengths = ['strong', 'medium', 'weak'] as const;

function playBots(state: TetrisState): void {
  const view = tetrisRules.visible(state, null);
  for (const [seat, strength] of strengths.entries())
    for (const command of tetrisRules.bot(view, seat, strength, state.tick)) apply(state, seat, command);
}

function apply(state: TetrisState, seat: number, command: Command): void {
  const drafts = tetrisRules.decide(state, seat, command);
  if (!(drafts instanceof Refusal)) for (const draft of drafts) tetrisRules.apply(state, draft);
}

test('[R71] what is not told yet is not shown: neither that a seat is out, nor its place', () => {
  const state = tetrisRules.setup(options, seats, '0'.repeat(31) + '7');
  while (state.boards.every(({ out }) => out === 0)) {
    apply(state, 1, { name: 'input', payload: { tick: 0, actions: HARD_DROP } });
    tetrisRules.step(state, () => {});
  }
  const table = addSeats(newTable(), seats);
  const view = tetrisRules.visible(state, null);
  mirrorTetris(table, view, () => false);
  expect(table.seats[1]).toMatchObject({ alive: true, placement: 0 });
  mirrorTetris(table, view, (seat) => seat === 1);
  expect(table.seats[1]).toMatchObject({ alive: false, placement: 3 });
});

test('[R71] where all may be told, as in a replay, those who play on are not out', () => {
  const game = tetrisRules.visible(tetrisRules.setup(options, seats, '7'.repeat(32)), null);
  const table = tetrisTable.make(seats);
  const view = { game, eliminatedAt: [null, 12, null] } as unknown as TickView<TetrisView>;
  tetrisTable.mirror(
    table,
    () => view,
    () => true,
  );
  expect(table.seats.map(({ alive }) => alive)).toEqual([true, false, true]);
  tetrisTable.mirror(
    table,
    () => view,
    (n) => n < 12,
  );
  expect(table.seats.map(({ alive }) => alive)).toEqual([true, true, true]);
});
