import { describe, expect, test } from 'vitest';
import { whistRules, type WhistView } from '../../rooms/whist/rules.ts';
import { type Random } from '../../src/match/random.ts';
import type { SeatResult, Strength } from '../../src/match/rules.ts';
import { playOut, saved, sum, type Choose } from './support.ts';

const STRENGTHS: Strength[] = ['weak', 'medium', 'strong'];

const bots =
  (strengthOf: (seat: number) => Strength): Choose =>
  (state, random) =>
    whistRules.bot(whistRules.visible(state, state.turn!), state.turn!, strengthOf(state.turn!), random);

interface Duel {
  /** Mean total of a better and of a worse seat. */
  readonly better: number;
  readonly worse: number;
  /** Matches that only a better, or only a worse seat won. */
  readonly wins: number;
  readonly losses: number;
}

/** Two against two, sitting crosswise, changing chairs from match to match. */
function duel(better: Strength, worse: Strength, matches: number, rounds: number): Duel {
  const totals = { better: 0, worse: 0, wins: 0, losses: 0 };
  for (let n = 0; n < matches; n++) {
    const isBetter = (seat: number): boolean => (seat + n) % 2 === 0;
    const { result } = playOut(
      n,
      rounds,
      bots((seat) => (isBetter(seat) ? better : worse)),
    );
    const points = (of: readonly SeatResult[]): number => sum(of.map(({ score }) => score)) / 2 / matches;
    totals.better += points(result.filter(({ seat }) => isBetter(seat)));
    totals.worse += points(result.filter(({ seat }) => !isBetter(seat)));
    const winners = result.filter(({ placement }) => placement === 1).map(({ seat }) => isBetter(seat));
    if (!winners.includes(false)) totals.wins++;
    if (!winners.includes(true)) totals.losses++;
  }
  return totals;
}

/** Counts the numbers drawn. */
function counting(random: Random): Random & { drawn: number } {
  return {
    drawn: 0,
    int(below) {
      this.drawn++;
      return random.int(below);
    },
    shuffle(items) {
      this.drawn += items.length;
      return random.shuffle(items);
    },
    state: random.state,
  };
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

describe('bots', () => {
  test.each(STRENGTHS)('[W25] %s bots play a whole match with legal commands', (strength) => {
    expect(
      playOut(
        31,
        26,
        bots(() => strength),
      ).result,
    ).toHaveLength(4);
  });

  test.each(STRENGTHS)('[W25] the same random and view give the same %s match', (strength) => {
    const match = () =>
      saved(
        playOut(
          32,
          6,
          bots(() => strength),
        ).state,
      );
    expect(match()).toBe(match());
  });

  test.each(STRENGTHS)('[W25] a %s bot reads its view and changes nothing in it', (strength) => {
    const choose: Choose = (state, random) => {
      const seat = state.turn!;
      const view = freeze(JSON.parse(JSON.stringify(whistRules.visible(state, seat))) as WhistView);
      return whistRules.bot(view, seat, strength, random);
    };
    expect(playOut(33, 3, choose).state.sheet).toHaveLength(3);
  });

  test('[W26] strong beats weak: 200 matches of five rounds', { timeout: 60_000 }, () => {
    const { better, worse, wins, losses } = duel('strong', 'weak', 200, 5);
    expect(better).toBeGreaterThan(1.6 * worse);
    expect(wins).toBeGreaterThan(180);
    expect(losses).toBeLessThan(10);
  });

  test('[W26] strong beats weak in whole matches', { timeout: 60_000 }, () => {
    const { better, worse, wins } = duel('strong', 'weak', 12, 26);
    expect(better).toBeGreaterThan(1.5 * worse);
    expect(wins).toBe(12);
  });

  test('[W26] medium stands between them', { timeout: 60_000 }, () => {
    const low = duel('medium', 'weak', 40, 10);
    expect(low.better).toBeGreaterThan(1.3 * low.worse);
    expect(low.wins).toBeGreaterThan(34);
    const high = duel('strong', 'medium', 30, 10);
    expect(high.better).toBeGreaterThan(1.1 * high.worse);
    expect(high.wins).toBeGreaterThan(20);
  });

  test('[W27] a decision imagines a bounded number of deals, counted by the random numbers it draws', () => {
    const MOST_DEALS = 60;
    let most = 0;
    const choose: Choose = (state, random) => {
      const counter = counting(random);
      const command = bots(() => 'strong')(state, counter);
      most = Math.max(most, counter.drawn);
      return command;
    };
    playOut(34, 26, choose);
    expect(most).toBeGreaterThan(1000);
    expect(most).toBeLessThanOrEqual(MOST_DEALS * 2 * 51);
  });
});
