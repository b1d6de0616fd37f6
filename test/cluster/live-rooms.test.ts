/** Revivals of one match that are asked for at once, in one process. */
import { type IRoomCache, LocalDriver } from '@colyseus/core';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../bench/memory-store.ts';
import { type Elsewhere, LiveRooms, MatchDriver } from '../../src/cluster/live-rooms.ts';
import { Matches } from '../../src/match/matches.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Turns of all processes, as Redis gives them; no process has any match. */
class Turns implements Elsewhere {
  readonly taken = new Set<string>();
  lives = async (): Promise<boolean> => false;
  forget = async (): Promise<void> => {};
  async takeTurn(matchId: string): Promise<boolean> {
    if (this.taken.has(matchId)) return false;
    this.taken.add(matchId);
    return true;
  }
  async endTurn(matchId: string): Promise<void> {
    this.taken.delete(matchId);
  }
}

const store = new MemoryStore();
const roomsOf = (turns: Turns): LiveRooms =>
  new LiveRooms(store, new Matches({ store, clock: new FakeClock(), games: [] }), turns);

test('[CL66] a sweep and clients that ask at the same time do not wait for each other, and leave no turn taken', async () => {
  const turns = new Turns();
  const [here, there] = [roomsOf(turns), roomsOf(turns)];
  const matchId = randomUUID();
  const asked = [here.wake(matchId), here.find(matchId), there.wake(matchId), there.find(matchId)];
  expect(await Promise.all(asked)).toEqual([undefined, null, undefined, null]);
  expect([...turns.taken]).toEqual([]);
});

test('[CL73] a process that ends revives nothing, and says that another may', async () => {
  const turns = new Turns();
  const rooms = roomsOf(turns);
  rooms.drain();
  await expect(rooms.find(randomUUID())).rejects.toMatchObject({ status: 503, code: 'server/draining' });
  expect([...turns.taken]).toEqual([]);
});

describe('the list of rooms of a single process', () => {
  const step = fc.record({
    what: fc.constantFrom('insert', 'persist', 'remove', 'clear'),
    room: fc.integer({ min: 0, max: 4 }),
  });
  const listingOf = (room: number) => ({ roomId: `room-${room}`, name: 'whist' }) as IRoomCache;

  test('[CU19] by its id a room is found as Colyseus’ own list finds it, whatever came and went', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const [ours, stock] = [new MatchDriver(roomsOf(new Turns())), new LocalDriver()];
        for (const driver of [ours, stock])
          for (const { what, room } of steps) {
            if (what === 'insert') await driver.insert(listingOf(room));
            else if (what === 'persist' && !driver.has(`room-${room}`)) driver.persist(listingOf(room), true);
            else if (what === 'remove') driver.remove(`room-${room}`);
            else if (what === 'clear') driver.clear();
          }
        for (const { roomId } of [0, 1, 2, 3, 4].map(listingOf)) {
          const expected = await stock.findOne({ roomId });
          expect(await ours.findOne({ roomId })).toEqual(expected);
          expect(await ours.findOne({ roomId, name: 'whist' })).toEqual(expected);
          expect(await ours.findOne({ roomId, name: 'tetris' })).toBeUndefined();
        }
      }),
    );
  });
});
