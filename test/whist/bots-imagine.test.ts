import { describe, expect, test } from 'vitest';
import { imagine } from '../../rooms/whist/bots/imagine.ts';
import { readView } from '../../rooms/whist/bots/read-view.ts';
import { emptyTable, type Table } from '../../rooms/whist/bots/table.ts';
import { suitOf } from '../../rooms/whist/cards.ts';
import { whistRules, type WhistState } from '../../rooms/whist/rules.ts';
import { seededRandom } from '../../src/match/random.ts';
import { newMatch, playOut, seed } from './support.ts';

const SEATS = [0, 1, 2, 3];

/** The cards of a seat at an imagined table. */
const handAt = (table: Table, seat: number): number[] =>
  [...Array(52).keys()].filter((card) => (table.hands[seat * 4 + suitOf(card)]! >> (card % 13)) & 1);

/** Calls `check` at each card of some matches, with what the seat in turn knows. */
function atEachCard(check: (state: WhistState, seat: number) => void): void {
  for (const n of [41, 42])
    playOut(n, 26, undefined, (state) => {
      if (state.phase === 'play') check(state, state.turn!);
    });
}

const knowledge = (state: WhistState, seat: number) => readView(whistRules.visible(state, seat), seat);

describe('what a bot makes of its view', () => {
  test('[W25] reads the trick, the tricks won and who has shown to be void', () => {
    let voids = 0;
    atEachCard((state, seat) => {
      const known = knowledge(state, seat);
      expect([...known.table.won]).toEqual(state.tricks);
      expect([known.table.turn, known.table.count]).toEqual([seat, state.trick.length]);
      for (const other of SEATS)
        for (const card of state.hands[other]!)
          expect((known.voids[other]! >> suitOf(card)) & 1, 'a void seat holds none').toBe(0);
      voids += known.voids.filter((suits) => suits !== 0).length;
    });
    expect(voids).toBeGreaterThan(500);
  });

  test('[W25] imagines hands of the right size from unseen cards, its own as it is, and keeps to voids', () => {
    const random = seededRandom(seed(43), 'imagine');
    const table = emptyTable();
    let [forced, dealt] = [0, 0];
    atEachCard((state, seat) => {
      const known = knowledge(state, seat);
      imagine(table, known, random);
      const hands = SEATS.map((any) => handAt(table, any));
      expect(hands[seat]).toEqual(state.hands[seat]);
      expect(hands.map((hand) => hand.length)).toEqual(state.hands.map((hand) => hand.length));
      const all = hands.flat();
      expect(new Set([...all, ...state.played]).size).toBe(all.length + state.played.length);
      const broken = SEATS.filter((any) =>
        hands[any]!.some((card) => (known.voids[any]! >> suitOf(card)) & 1),
      );
      forced += broken.length;
      dealt++;
    });
    expect(dealt).toBeGreaterThan(1000);
    expect(forced).toBeLessThan(0.02 * dealt);
  });

  test('[W25] imagines each unseen card with each other seat about as often', () => {
    const state = newMatch(44);
    const known = knowledge(state, 0);
    const random = seededRandom(seed(44), 'imagine');
    const table = emptyTable();
    const times = [0, 0, 0, 0];
    for (let i = 0; i < 900; i++) {
      imagine(table, known, random);
      times[SEATS.findIndex((seat) => handAt(table, seat).includes(known.unseen[0]!))]!++;
    }
    expect(times[0]).toBe(0);
    for (const seat of [1, 2, 3]) expect(times[seat]).toBeGreaterThan(240);
  });
});
