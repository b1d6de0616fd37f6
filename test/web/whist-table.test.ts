/** What is drawn of a whist table, from tables of whole matches. */
import { describe, expect, test } from 'vitest';
import { newTable, mirrorWhist, type WhistTable } from '../../rooms/whist/state.ts';
import { CARD_NAMES } from '../../rooms/whist/cards.ts';
import { visible } from '../../rooms/whist/view.ts';
import type { WhistState } from '../../rooms/whist/whist-state.ts';
import { faces, sorted, trumpFace } from '../../web/whist/cards.ts';
import { type ShownTable, shownTable } from '../../web/whist/model.ts';
import { playOut } from '../whist/support.ts';

/** Calls `look` with what is drawn at each place of some matches; `sees`: whether hands may be seen. */
function eachTable(
  sees: boolean,
  look: (shown: ShownTable, state: WhistState, table: WhistTable) => void,
): void {
  for (const seed of [1, 2, 3]) {
    const table = newTable();
    table.phase = 'playing';
    playOut(seed, 6, undefined, (state) => {
      mirrorWhist(table, visible(state, null), (seat) => visible(state, sees ? seat : null));
      look(shownTable(table), state, table);
    });
  }
}

describe('cards', () => {
  test('[CL16] each of 52 has its rank, its suit and its colour', () => {
    const deck = faces(CARD_NAMES.join(''));
    expect(deck.map(({ name }) => name)).toEqual(CARD_NAMES);
    expect(new Set(deck.map(({ rank, suit }) => rank + suit)).size).toBe(52);
    expect(new Set(deck.map(({ words }) => words)).size).toBe(52);
    for (const { suit, isRed } of deck) expect(isRed).toBe(suit === '♥' || suit === '♦');
    expect(faces('TDAS').map(({ rank, suit, words }) => [rank, suit, words])).toEqual([
      ['10', '♦', '10 of diamonds'],
      ['A', '♠', 'ace of spades'],
    ]);
  });

  test('[CL16] a hand is held by suits of changing colours, the highest first', () => {
    const hand = sorted(faces('2CAD9HKSTSAC2D3H'));
    expect(hand.map(({ name }) => name)).toEqual(['KS', 'TS', '9H', '3H', 'AC', '2C', 'AD', '2D']);
  });

  test('[CL16] trumps', () => {
    expect(['S', 'H', 'C', 'D', 'N'].map((letter) => trumpFace(letter)!.words)).toEqual([
      'spades',
      'hearts',
      'clubs',
      'diamonds',
      'no trumps',
    ]);
    expect(trumpFace('')).toBeNull();
  });
});

describe('a table', () => {
  test('[CL17] shows each hand, or as many backs as it has cards', () => {
    eachTable(true, ({ seats }, { hands }) => {
      for (const [at, { hand, backs }] of seats.entries()) {
        expect(hand.map(({ name }) => CARD_NAMES.indexOf(name)).sort((a, b) => a - b)).toEqual(hands[at]);
        expect(backs).toBe(0);
      }
    });
    eachTable(false, ({ seats }, { hands }) => {
      for (const [at, { hand, backs }] of seats.entries())
        expect([hand.length, backs]).toEqual([0, hands[at]!.length]);
    });
  });

  test('[CL17] in the middle lies the trick, between two tricks the one before with its winner', () => {
    let between = 0;
    eachTable(true, ({ middle, last }, { trick, lastTrick, phase }) => {
      const names = (cards: typeof middle) => cards.map(({ seat, face }) => [seat, face.name]);
      const told = (cards: WhistState['trick']) => cards.map(({ seat, card }) => [seat, CARD_NAMES[card]]);
      const winners = (cards: typeof middle) =>
        cards.filter(({ isWinner }) => isWinner).map(({ seat }) => seat);
      if (trick.length === 0 && lastTrick && phase !== 'bid' && phase !== 'trump') {
        between++;
        expect(names(middle)).toEqual(told(lastTrick.cards));
        expect(winners(middle)).toEqual([lastTrick.winner]);
        expect(last).toEqual([]);
        return;
      }
      expect([names(middle), winners(middle)]).toEqual([told(trick), []]);
      expect(names(last)).toEqual(told(lastTrick?.cards ?? []));
      if (lastTrick) expect(winners(last)).toEqual([lastTrick.winner]);
    });
    expect(between).toBeGreaterThan(50);
  });

  test('[CL17] bids, tricks, scores, dealer, turn and what the round is at', () => {
    const stages = new Set<string>();
    eachTable(false, ({ seats, round, stage, trump }, state, table) => {
      for (const [at, seat] of seats.entries())
        expect(seat).toMatchObject({
          bid: state.bids[at],
          tricks: state.tricks[at],
          score: state.scores[at],
          isDealer: state.dealer === at,
          isTurn: state.turn === at,
        });
      expect(round).toBe(`Round ${state.round + 1} of 6`);
      expect(trump?.words).toBe(trumpFace(state.trump ?? '')?.words);
      stages.add(stage.split(' · ')[0]!);
      if (state.phase === 'over') return;
      const bids = state.bids.reduce<number>((sum, bid) => sum + (bid ?? 0), 0);
      const { handSize } = state;
      expect(stage).toContain(` · ${handSize} ${handSize === 1 ? 'trick' : 'tricks'}, ${bids} bid`);
      expect(table.stage).toBe(state.phase);
    });
    expect(stages).toEqual(new Set(['bidding', 'naming trumps', 'play', 'before the start']));
  });
});
