import { describe, expect, test } from 'vitest';
import { handOf, whistRules, type WhistState } from '../../rooms/whist/rules.ts';
import { seededRandom } from '../../src/match/random.ts';
import { newMatch, playOut, seed } from './support.ts';

const SEATS = [0, 1, 2, 3];

/** The same match as `seat` knows it (null: a spectator), but all that is hidden from it drawn anew. */
function otherSecrets(state: WhistState, seat: number | null, n: number): WhistState {
  const random = seededRandom(seed(n), 'secrets');
  const own = seat === null ? [] : handOf(state, seat);
  const known = new Set([...own, ...state.played]);
  const hidden = random.shuffle([...Array(52).keys()].filter((card) => !known.has(card)));
  const hands = state.hands.map((hand, owner) => (owner === seat ? hand : hidden.splice(0, hand.length)));
  return { ...state, random, hands };
}

describe('views', () => {
  test('[W22] a view is the same whatever the other hands, the deck and the random hold', () => {
    let changed = 0;
    playOut(11, 26, undefined, (state) => {
      for (const seat of [...SEATS, null]) {
        const other = otherSecrets(state, seat, state.played.length);
        if (JSON.stringify(other.hands) !== JSON.stringify(state.hands)) changed++;
        expect(whistRules.visible(other, seat)).toEqual(whistRules.visible(state, seat));
      }
    });
    expect(changed).toBeGreaterThan(3000);
  });

  test('[W22] a seat sees its own hand, a spectator and a stranger none', () => {
    const state = newMatch(2);
    for (const seat of SEATS) expect(whistRules.visible(state, seat).hand).toEqual(state.hands[seat]);
    for (const seat of [null, -1, 4]) expect(whistRules.visible(state, seat).hand).toEqual([]);
    expect(whistRules.visible(state, null).handCounts).toEqual([13, 13, 13, 13]);
  });

  test('[W22] everything else is the same for all', () => {
    playOut(12, 3, undefined, (state) => {
      const open = SEATS.map((seat) => ({ ...whistRules.visible(state, seat), hand: [] }));
      for (const view of open) expect(view).toEqual(whistRules.visible(state, null));
    });
  });

  test('[W22] has the fields that the mirror copies, and no other', () => {
    const fields = `bids dealer hand handCounts handSize lastTrick phase played round rounds
      scores sheet trick tricks trump turn zeroStreak`;
    expect(Object.keys(whistRules.visible(newMatch(1), 0)).sort()).toEqual(fields.split(/\s+/));
  });

  test('[W23] a view stays as it was while the match goes on', () => {
    const kept: { view: unknown; text: string }[] = [];
    playOut(13, 5, undefined, (state) => {
      for (const seat of SEATS) {
        const view = whistRules.visible(state, seat);
        kept.push({ view, text: JSON.stringify(view) });
      }
    });
    expect(kept.length).toBeGreaterThan(800);
    for (const { view, text } of kept) expect(JSON.stringify(view)).toBe(text);
  });
});
