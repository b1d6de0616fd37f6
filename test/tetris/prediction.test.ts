import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARD_DROP, HOLD } from '../../rooms/tetris/actions.ts';
import { learn, predict, receive, startPrediction, type Prediction } from '../../rooms/tetris/prediction.ts';
import { hashState, tetrisRules, type TetrisView } from '../../rooms/tetris/rules.ts';
import type { Draft } from '../../src/match/rules.ts';
import { botPlayers, keysOf, newMatch, playTick, solo, type Players } from './support.ts';
import { spinners } from './spinners.ts';

/** What a client gets: the view after a trip over the wire. */
const seen = (state: ReturnType<typeof newMatch>): TetrisView =>
  JSON.parse(JSON.stringify(tetrisRules.visible(state, 0))) as TetrisView;

const boardOf = (prediction: Prediction) => tetrisRules.visible(prediction, 0).boards[0]!;

const actionsOf = (entries: readonly Draft[], seat: number): number =>
  (entries.find((entry) => entry.seat === seat)?.data as { actions: number } | undefined)?.actions ?? 0;

/** What only the match knows of a board: where it is placed, and what it sent of its attack. */
const predictable = (board: TetrisView['boards'][0]) => ({ ...board, placement: 0, sent: 0 });

const playersOf: Readonly<Record<string, (n: number) => Players>> = {
  keys: keysOf,
  bots: () => botPlayers(['strong', 'medium', 'strong']),
  spinners: () => spinners(botPlayers(['strong', 'medium', 'strong'])),
};

describe('a prediction', () => {
  test.each(Object.keys(playersOf))('[T36] started anywhere, goes as the match goes (%s)', (kind) => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 400 }), fc.nat({ max: 2 }), (n, start, seat) => {
        const state = newMatch(n, { players: 3, startLevel: 1 + (n % 15) });
        const players = playersOf[kind]!(n);
        while (state.over === 0 && state.tick < start) playTick(state, players);
        if (!seen(state).boards[seat]!.alive) return;
        const prediction = startPrediction(seen(state), seat);
        while (state.over === 0 && state.tick < start + 400) {
          const entries = playTick(state, players);
          const board = seen(state).boards[seat]!;
          predict(prediction, actionsOf(entries, seat));
          expect(prediction.tick).toBe(state.tick);
          for (const packet of board.garbage.slice(prediction.boards[0]!.packets))
            receive(prediction, packet);
          learn(prediction, board);
          expect(predictable(boardOf(prediction))).toEqual(predictable(board));
          if (!board.alive) return;
        }
      }),
      { numRuns: 12 },
    );
  });

  test('[T36] runs ahead as far as it knows, and is right', () => {
    const state = newMatch(6, { players: 1 });
    const players = keysOf(6);
    for (let i = 0; i < 50; i++) playTick(state, players);
    for (let round = 0; round < 20; round++) {
      const prediction = startPrediction(seen(state), 0);
      const entries = Array.from({ length: 12 }, () => playTick(state, players));
      for (const each of entries) predict(prediction, actionsOf(each, 0));
      learn(prediction, seen(state).boards[0]!);
      expect(state.over).toBe(0);
      expect(boardOf(prediction)).toEqual(seen(state).boards[0]!);
    }
  });

  test('[T37] waits when it knows no next piece, and goes on when it learns of one', () => {
    const { state } = solo();
    const prediction = startPrediction(seen(state), 0);
    for (let i = 0; i < 6; i++) predict(prediction, HARD_DROP);
    const board = prediction.boards[0]!;
    expect([board.placed, boardOf(prediction).piece, boardOf(prediction).next]).toEqual([6, null, '']);
    const rows = boardOf(prediction).rows;
    for (const actions of [0, HOLD, HARD_DROP, 255]) predict(prediction, actions);
    expect([board.placed, board.out, boardOf(prediction).rows]).toEqual([6, 0, rows]);
    playTick(state, () => HARD_DROP);
    const { next } = seen(state).boards[0]!;
    learn(prediction, seen(state).boards[0]!);
    predict(prediction, 0);
    expect(boardOf(prediction)).toMatchObject({ placed: 6, piece: { type: next[4] }, next: '' });
  });

  test('[T37] holding with an empty queue waits as well', () => {
    const { state } = solo();
    const view = seen(state);
    const prediction = startPrediction({ ...view, boards: [{ ...view.boards[0]!, next: '' }] }, 0);
    predict(prediction, HOLD | HARD_DROP);
    expect([boardOf(prediction).piece, boardOf(prediction).holdUsed]).toEqual([null, true]);
    learn(prediction, view.boards[0]!);
    predict(prediction, 0);
    expect(boardOf(prediction)).toMatchObject({ piece: { type: view.boards[0]!.next[0] }, holdUsed: true });
  });

  test('[T37] learns nothing from a view with pieces missing between, nor from an old one', () => {
    const { state } = solo();
    const old = seen(state).boards[0]!;
    const prediction = startPrediction(seen(state), 0);
    predict(prediction, HARD_DROP);
    const hash = hashState(prediction);
    learn(prediction, old);
    learn(prediction, { drawn: old.drawn + 9, next: 'IIIII' });
    expect(hashState(prediction)).toBe(hash);
  });

  test('[T34] [T36] has no generator', () => {
    const prediction = startPrediction(seen(newMatch(1)), 1);
    expect([...prediction.chance, ...prediction.boards[0]!.bag]).toEqual(Array<number>(8).fill(0));
  });
});
