/** A process that ends by SIGTERM: it leaves the house, and nobody is lost. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DrainedRoom, drainRooms } from '../../src/cluster/draining.ts';
import * as tetris from '../tetris-room/table.ts';
import { command, move, openMatch, openTable } from '../rooms/table.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { until } from '../support/server.ts';
import { House, type Resident } from './house.ts';

describe('which room is closed when', () => {
  class FakeRoom implements DrainedRoom {
    joinedAt = -Infinity;
    isExpected = false;
    closedAt: number | null = null;
    onBeforeShutdown(): void {
      this.closedAt = clock.now();
    }
  }
  let clock: FakeClock;
  let rooms: FakeRoom[];
  let start: number;
  beforeEach(() => {
    clock = new FakeClock();
    start = clock.now();
    rooms = [new FakeRoom(), new FakeRoom()];
  });
  const drain = () =>
    drainRooms({ rooms: async () => rooms.filter(({ closedAt }) => closedAt === null), clock });

  /** Resolves with how long it took. */
  async function drained(): Promise<number> {
    const draining = { isOver: false };
    const over = drain().then(() => (draining.isOver = true));
    await settled();
    while (!draining.isOver) await clock.advance(50);
    await over;
    return clock.now() - start;
  }

  test('[CL72] a room that nobody is on the way into is closed at once', async () => {
    await drained();
    expect(rooms.map(({ closedAt }) => closedAt)).toEqual([start, start]);
  });

  test('[CL72] one in which somebody is expected waits for them, and until they return by themselves', async () => {
    rooms[1]!.isExpected = true;
    clock.after(500, () => Object.assign(rooms[1]!, { isExpected: false, joinedAt: clock.now() }));
    await drained();
    expect(rooms[0]!.closedAt).toBe(start);
    expect(rooms[1]!.closedAt! - start).toBeGreaterThanOrEqual(5_500 + 500);
  });

  test('[CL72] no room waits for more than 10 s, whoever comes', async () => {
    rooms[0]!.isExpected = true;
    expect(await drained()).toBeLessThan(10_100);
    expect(rooms[0]!.closedAt).not.toBeNull();
  });

  test('[CL73] a room that another process places here before it knows is closed too', async () => {
    rooms.splice(0);
    const late = new FakeRoom();
    clock.after(1_000, () => void rooms.push(late));
    await drained();
    expect(late.closedAt).not.toBeNull();
  });
});

describe('two processes, of which one ends', () => {
  let house: House;
  beforeAll(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    house = await House.open(2);
  }, 60_000);
  afterAll(() => house?.close());

  const health = async ({ url }: Resident, what: string) => {
    const answer = await fetch(`${url}/health/${what}`).catch(() => null);
    return answer && { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test('[CL70] [CL71] [CL72] [CL73] it is not ready at once, and lives; matches go on in the other; it ends with 0', async () => {
    const [leaving, staying] = house.residents as [Resident, Resident];
    const matches = await Promise.all(Array.from({ length: 4 }, () => openMatch(house.url)));
    const duel = await tetris.openMatch(house.url, { startLevel: 1 });
    for (const match of matches) await move(match);
    // with the five seconds of the stock SDK
    const clients = [...matches.flatMap(({ rooms }) => rooms), ...duel.rooms];
    for (const { reconnection } of clients) reconnection.minUptime = 5_000;
    let left = 0;
    for (const client of clients) client.onLeave(() => void left++);

    const joining = openTable(leaving.url, {}, 2);
    leaving.server.child.kill('SIGTERM');
    await until(() => leaving.server.output.stdout.includes('Stopping'));
    expect(await health(leaving, 'ready')).toMatchObject({
      status: 503,
      body: { status: 'draining', error: { code: 'health/draining' } },
    });
    expect(await health(leaving, 'live')).toMatchObject({ status: 200 });
    const lobby = await joining;
    for (const { reconnection } of lobby.rooms) reconnection.minUptime = 5_000;
    // asked for at the one that ends, made at the other
    const late = await openTable(leaving.url, {}, 1);
    expect(await house.ownerOf(late.matchId)).toBe(staying);

    expect(await leaving.server.ended).toBe(0);
    await house.end(leaving, 'SIGKILL');
    const all = [...clients, ...lobby.rooms, ...late.rooms];
    await until(() => all.every(({ connection }) => connection.isOpen), 'all are connected', 20_000);
    for (const match of matches) for (let moves = 0; moves < 3; moves++) await move(match);
    await tetris.expectToGoOn(duel.rooms[0]!);
    await command(lobby, 1, 'ready');
    expect(left).toBe(0);
    for (const { matchId } of [...matches, duel, lobby]) expect(await house.ownerOf(matchId)).toBe(staying);
  }, 60_000);
});
