import { describe, expect, test } from 'vitest';
import { hashState, tetrisRules, type TetrisView } from '../../rooms/tetris/rules.ts';
import { Refusal, type Command, type Strength } from '../../src/match/rules.ts';
import { botPlayers, newMatch, playTick, run, solo } from './support.ts';

const STRENGTHS: Strength[] = ['weak', 'medium', 'strong'];

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

/** How many of the matches the first wins outright, changing seats; at the limit of ticks the score decides. */
function wins(better: Strength, worse: Strength, matches: number, ticks: number): number {
  let won = 0;
  for (let n = 0; n < matches; n++) {
    const seat = n % 2;
    const state = newMatch(n, { ticks });
    const players = botPlayers(seat === 0 ? [better, worse] : [worse, better]);
    while (state.over === 0) playTick(state, players);
    if (state.boards[seat]!.placement < state.boards[1 - seat]!.placement) won++;
  }
  return won;
}

describe('bots', () => {
  test.each(STRENGTHS)(
    '[T38] no command of a %s bot is refused, and it reads nothing but its view',
    (strength) => {
      const state = newMatch(8, { players: 2 });
      let commands = 0;
      while (state.over === 0 && state.tick < 3000) {
        const view = freeze(JSON.parse(JSON.stringify(tetrisRules.visible(state, 0))) as TetrisView);
        for (const { seat, out } of state.boards) {
          const asked = tetrisRules.bot(view, seat, strength, state.tick);
          if (out !== 0) expect(asked).toEqual([]);
          for (const command of asked) {
            const drafts = tetrisRules.decide(state, seat, command);
            if (drafts instanceof Refusal) throw new Error(drafts.code);
            for (const draft of drafts) tetrisRules.apply(state, draft);
            commands++;
          }
        }
        run(state, 1);
      }
      expect(commands).toBeGreaterThan(200);
    },
  );

  test.each(STRENGTHS)(
    '[T38] a %s bot does the same for a view that it has seen, and one that it has not',
    (strength) => {
      const state = newMatch(9);
      const players = botPlayers([strength, strength]);
      const ask = (view: TetrisView): readonly Command[] => tetrisRules.bot(view, 1, strength, state.tick);
      for (let i = 0; i < 600; i++) {
        const view = tetrisRules.visible(state, 1);
        const copy = JSON.parse(JSON.stringify(view)) as TetrisView;
        expect(ask(copy)).toEqual(ask(view));
        playTick(state, players);
      }
    },
  );

  test('[T38] a revived match goes on with the same bots', () => {
    const state = newMatch(10);
    const players = botPlayers(['strong', 'medium']);
    for (let i = 0; i < 333; i++) playTick(state, players);
    const revived = tetrisRules.decode(tetrisRules.encode(state));
    for (let i = 0; i < 600; i++) {
      playTick(state, players);
      playTick(revived, players);
    }
    expect(hashState(revived)).toBe(hashState(state));
  });

  test.each(STRENGTHS)(
    '[T38] a %s bot asks for nothing when no piece is there, or when it is out',
    (strength) => {
      const { state, board } = solo();
      const ask = () =>
        [...'012345678901234567890123'].flatMap((_, tick) =>
          tetrisRules.bot(tetrisRules.visible(state, 0), 0, strength, tick),
        );
      expect(ask()).not.toEqual([]);
      board.out = 1;
      expect(ask()).toEqual([]);
      Object.assign(board, { out: 0, piece: -1 });
      expect(ask()).toEqual([]);
    },
  );

  test('[T39] medium beats weak, strong beats medium and weak', { timeout: 60_000 }, () => {
    expect(wins('medium', 'weak', 10, 7200)).toBeGreaterThanOrEqual(8);
    expect(wins('strong', 'medium', 10, 7200)).toBeGreaterThanOrEqual(9);
    expect(wins('strong', 'weak', 10, 7200)).toBe(10);
  });

  test('[T39] a strong bot places about two and a half pieces a second', () => {
    const state = newMatch(11, { players: 1 });
    const players = botPlayers(['strong']);
    while (state.tick < 3600) playTick(state, players);
    expect(state.boards[0]!.placed).toBeGreaterThan(2 * 60);
    expect(state.boards[0]!.placed).toBeLessThan(3 * 60);
  });
});
