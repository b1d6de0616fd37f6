/** The predicted board against the server's own engine, over networks of all kinds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyRepeat } from '../../client/tetris/key-repeat.ts';
import { MOVE_LEFT } from '../../rooms/tetris/actions.ts';
import { visible, type BoardView } from '../../rooms/tetris/view.ts';
import { SimulatedMatch, type Weather } from './simulated-match.ts';

const calm: Weather = { seed: 1, latency: 20, jitter: 0, serverPauses: 0, pagePauses: 0, pauseMs: 0 };

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  latency: fc.integer({ min: 0, max: 250 }),
  jitter: fc.integer({ min: 0, max: 120 }),
  serverPauses: fc.integer({ min: 0, max: 20 }),
  pagePauses: fc.integer({ min: 0, max: 20 }),
  pauseMs: fc.integer({ min: 0, max: 1500 }),
});

/** Lets go of the keys, and locks one more piece, whose hash shows what differs. */
async function comeToRest(match: SimulatedMatch): Promise<void> {
  match.clearUp();
  match.keys.releaseAll();
  await match.run(1500);
  match.keys.press('hardDrop');
  await match.run(4000);
  // what the server sent up to the client's tick arrives
  while (match.view.tick < match.own.tick + 30 && !match.isOver) await match.sleep(100);
}

/**
 * What a client can know of its board; the pieces beyond `known` it can't. How far the piece has fallen may be off by the
 * ticks of a late hard drop, for a second at most.
 */
function knownOf(board: BoardView, known: number) {
  const { rows, hold, holdUsed, drawn, lines, score, level, combo, backToBack, placed, received } = board;
  const piece = board.piece && { type: board.piece.type, x: board.piece.x, rotation: board.piece.rotation };
  const next = board.next.slice(0, known);
  return {
    rows,
    piece,
    hold,
    holdUsed,
    drawn,
    lines,
    score,
    level,
    combo,
    backToBack,
    placed,
    received,
    next,
  };
}

/** The own board as both sides have it at the client's tick, with the pieces that the client knows. */
function bothBoards(match: SimulatedMatch) {
  const own = visible(match.own.prediction!).boards[0]!;
  const known = Math.min(own.next.length, 5);
  return { own: knownOf(own, known), server: knownOf(match.serverBoard, known) };
}

describe('the own board', () => {
  test('[CL5] in a network that is only slow it is asked for once, however much garbage comes', async () => {
    let received = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const match = new SimulatedMatch({ ...calm, seed, latency: seed * 25 });
      await match.run(20_000, match.skilled);
      expect(match.own.syncs).toBe(1);
      received += match.view.boards[0]!.received;
    }
    expect(received).toBeGreaterThan(30);
  });

  test(
    '[CL6] is the same as the server’s once all is told, in any network',
    { timeout: 120_000 },
    async () => {
      const seen = { compared: 0, synced: 0, received: 0 };
      await fc.assert(
        fc.asyncProperty(weather, fc.boolean(), async (weather, isSkilled) => {
          const match = new SimulatedMatch(weather);
          await match.run(6000, isSkilled ? match.skilled : match.fumbling);
          await comeToRest(match);
          if (match.isOver) return;
          const { own, server } = bothBoards(match);
          expect(own).toEqual(server);
          seen.compared++;
          if (match.own.syncs > 1) seen.synced++;
          seen.received += own.received;
        }),
        // a run is long: the seed is enough to find a failure again
        { numRuns: 80, endOnFailure: true },
      );
      expect(seen.compared).toBeGreaterThan(20);
      expect(seen.synced).toBeGreaterThan(0);
      expect(seen.received).toBeGreaterThan(10);
    },
  );

  test('[CL6] comes back from a lost connection', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const match = new SimulatedMatch({ ...calm, seed, jitter: 30 });
      await match.run(3000, match.skilled);
      match.loseConnection();
      await match.run(700 * seed, match.skilled);
      match.returnToMatch();
      await match.run(2000, match.skilled);
      await comeToRest(match);
      expect(match.isOver).toBe(false);
      expect(match.own.syncs).toBeGreaterThan(1);
      const { own, server } = bothBoards(match);
      expect(own).toEqual(server);
    }
  });

  test('[CL7] shows what was struck in the same frame, and sends it with the tick in which it acts', async () => {
    const match = new SimulatedMatch({ ...calm, latency: 80 });
    await match.run(1000);
    for (let press = 1; press <= 3; press++) {
      const { x } = match.own.board!;
      match.keys.press('left');
      match.keys.release('left');
      match.own.frame(match.keys);
      expect(match.own.board!.x).toBe(x - 1);
      expect(match.sent.at(-1)).toEqual({ tick: match.own.tick, actions: MOVE_LEFT });
      await match.run(100);
    }
    expect(match.sent).toHaveLength(3);
    expect(match.own.syncs).toBe(1);
  });

  test('[CL7] has at most one input a tick, and none without actions', async () => {
    const match = new SimulatedMatch({ ...calm, seed: 7, jitter: 50, pagePauses: 50, pauseMs: 100 });
    await match.run(15_000, match.fumbling);
    const ticks = match.sent.map(({ tick }) => tick);
    expect(ticks.length).toBeGreaterThan(50);
    expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b));
    expect(match.sent.every(({ actions }) => actions > 0 && actions < 256)).toBe(true);
  });

  test('[CL8] does not use keys for the ticks that a page slept through', async () => {
    const match = new SimulatedMatch(calm);
    await match.run(1000);
    const keys = new KeyRepeat();
    keys.press('left');
    match.own.frame(keys);
    const [slept, sent] = [match.own.tick, match.sent.length];
    await match.sleep(2000);
    match.own.frame(keys);
    expect(match.own.tick).toBeGreaterThan(slept + 100);
    expect(match.sent.slice(sent).every(({ tick }) => tick > match.own.tick - 4)).toBe(true);
  });
});
