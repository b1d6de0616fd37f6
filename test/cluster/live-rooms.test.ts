/** Revivals of one match that are asked for at once, in one process. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { MemoryStore } from '../../bench/memory-store.ts';
import { type Elsewhere, LiveRooms } from '../../src/cluster/live-rooms.ts';
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
