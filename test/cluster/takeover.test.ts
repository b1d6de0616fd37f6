/** Many processes, one house: whatever process a client reaches, it plays; whatever process dies, the games go on. */
import type { Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { foreignCards, recordFrames } from '../rooms/frames.ts';
import { expectLog } from '../rooms/log.ts';
import { matchmake, RawClient } from '../rooms/raw-client.ts';
import {
  command,
  joinById,
  legalMove,
  move,
  nextSeat,
  openMatch,
  openTable,
  rejoin,
  type Table,
  tokenOf,
} from '../rooms/table.ts';
import { sign, until } from '../support/server.ts';
import * as tetris from '../tetris-room/table.ts';
import { House } from './house.ts';

/** Counts the clients that have returned since. */
function returnsOf(rooms: readonly Room[]): { all(): Promise<void> } {
  const back = new Set<Room>();
  for (const room of rooms) room.onReconnect(() => void back.add(room as Room));
  return { all: () => until(() => back.size === rooms.length, 'all are back', 30_000) };
}

/** What a seat sees, without what a takeover may change. */
const seen = ({ rooms }: Table) =>
  rooms.map(({ state }) => {
    const { origin: _, deadline: _deadline, ...shown } = state.toJSON() as Record<string, unknown>;
    return shown;
  });

describe('three processes', () => {
  let house: House;
  const frames = recordFrames();
  /** Whose logs must be what was acknowledged in the end. */
  const played: Table[] = [];
  beforeAll(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    house = await House.open(3);
  }, 60_000);
  beforeEach(() => house.fill(3), 60_000);
  afterAll(() => house?.close());

  const killOwner = async ({ matchId }: { matchId: string }): Promise<void> => {
    await house.end((await house.ownerOf(matchId))!, 'SIGKILL');
  };

  /** Resolves when the match lives in a process. */
  async function revived(matchId: string): Promise<void> {
    const end = performance.now() + 20_000;
    while (!(await house.ownerOf(matchId)))
      if (performance.now() > end) throw new Error(`${matchId} was not revived`);
  }

  const silence = ({ rooms }: { rooms: readonly Room[] }): void => {
    for (const { reconnection } of rooms) reconnection.enabled = false;
  };

  test('[C1] four clients play a match through whatever processes they reach', async () => {
    const table = await openMatch(house.url);
    for (let moves = 0; moves < 20; moves++) await move(table);
    played.push(table);
  });

  test('[C2] [CL62] a killed process is missed by nobody: seats, hands, spectators and bots are as they were', async () => {
    const tables = await Promise.all(Array.from({ length: 4 }, () => openMatch(house.url)));
    const withBots = await openTable(house.url, {}, 2);
    for (const strength of ['weak', 'strong']) await command(withBots, 0, 'add_bot', { strength });
    for (const seat of [0, 1]) await command(withBots, seat, 'ready');
    for (const table of tables) for (let moves = 0; moves < 8; moves++) await move(table);
    const [table] = tables as [Table];
    const watcher = await joinById(house.url, tokenOf(table.tenant, 'watcher'), table.matchId, {
      spectate: true,
    });
    await nextSeat(table);
    const before = seen(table);
    const returned = returnsOf([...table.rooms, watcher]);
    const framesBefore = frames.length;

    await killOwner(table);
    await returned.all();
    await until(() => table.rooms[0]!.state.seats.every(({ connected }) => connected));
    await nextSeat(table);
    expect(seen(table)).toEqual(before);
    for (const one of tables) for (let moves = 0; moves < 8; moves++) await move(one);
    await until(() => watcher.state.lastTrick === table.rooms[0]!.state.lastTrick);
    expect(await watcher.request('list_matches' as never, {} as never)).toMatchObject({ items: [] });
    const bots = withBots.rooms[0]!.state.seats.map(({ bot }) => bot);
    expect(bots).toEqual(['', '', 'weak', 'strong']);
    await until(() => withBots.rooms.some(({ state }, seat) => state.turn === seat), 'the bots play', 30_000);

    const seatOf = new Map(tables.flatMap(({ rooms }) => rooms.map((room, seat) => [room, seat] as const)));
    const later = frames.slice(framesBefore).filter(({ room }) => seatOf.has(room) || room === watcher);
    expect(later.length).toBeGreaterThan(100);
    for (const frame of later) expect(foreignCards(frame, seatOf.get(frame.room) ?? null)).toEqual([]);
    played.push(...tables);
  }, 60_000);

  test('[CL63] Tetris goes on from at most 250 ms before, and who is out stays out', async () => {
    const duel = await tetris.openMatch(house.url, { startLevel: 1 }, 3);
    const [first, second] = duel.rooms as [tetris.TetrisClient, tetris.TetrisClient];
    tetris.dropAll(duel, 2);
    await until(() => duel.rooms.every(({ state }) => !state.seats[2]!.alive), 'the elimination');
    const returned = returnsOf([first]);
    second.reconnection.enabled = false;
    const last = await tetris.tickNow(first);
    await killOwner(duel);
    await returned.all();
    // it waits for the other now: this is where it was
    expect(last - (await tetris.tickNow(first))).toBeLessThanOrEqual(15 + 6);
    expect(first.state.seats[2]).toMatchObject({ alive: false, placement: 3 });
    await tetris.rejoin(duel, 1);
    await tetris.expectToGoOn(first, 60);
    expect(first.state.seats[2]).toMatchObject({ alive: false, placement: 3 });
  }, 60_000);

  test('[CL64] a match of a killed process wakes when its deadline is due, though nobody dials', async () => {
    const table = await openMatch(house.url, { turnMs: 5_000 });
    silence(table);
    const { turn } = table.rooms[0]!.state;
    await killOwner(table);
    await revived(table.matchId);
    const { state } = await rejoin(table, (turn + 1) % 4);
    await until(() => state.seats[turn]!.idle, 'the turn ran out, and a bot played', 20_000);
  }, 60_000);

  test('[CL65] a turn has the time that it had: downtime neither uses it up, nor gives more', async () => {
    const table = await openMatch(house.url, { turnMs: 60_000 });
    silence(table);
    const { origin, deadline } = table.rooms[0]!.state;
    const killed = Date.now();
    await killOwner(table);
    await until(() => Date.now() > killed + 1_500, 'some time has passed');
    const { state } = await rejoin(table, 0);
    expect(state.deadline).toBe(deadline);
    expect(state.origin - origin).toBeGreaterThanOrEqual(1_500);
    // the dead one's last sign of life is some seconds older than its end, at most
    expect(state.origin - origin).toBeLessThanOrEqual(Date.now() - killed + 5_000);
  }, 60_000);

  test('[CL66] of two processes that would revive a match at once one does', async () => {
    const tables = await Promise.all(Array.from({ length: 6 }, () => openMatch(house.url)));
    const owners = await Promise.all(tables.map(({ matchId }) => house.ownerOf(matchId)));
    const orphans = tables.filter((_, i) => owners[i] === owners[0]);
    for (const table of orphans) silence(table);
    await house.end(owners[0]!, 'SIGKILL');
    const sockets = orphans.flatMap(({ tenant, matchId, rooms }) =>
      [0, 1].map((seat) => {
        const { sessionId, reconnectionToken } = rooms[seat]!;
        const query = {
          reconnectionToken: reconnectionToken.split(':')[1],
          _authToken: tokenOf(tenant, seat),
        };
        const { url } = house.residents[seat]!;
        return new RawClient(url, { roomId: matchId, processId: 'x', sessionId }, query);
      }),
    );
    await until(() => sockets.every(({ closed, frames: got }) => closed !== null || got.length > 0));
    for (const { matchId } of orphans) expect(await house.epochOf(matchId)).toBe(2);
    expect(sockets.filter(({ closed }) => closed === null).length).toBeGreaterThanOrEqual(orphans.length);
    for (const { socket } of sockets) socket.terminate();
    for (const table of orphans) for (const seat of [0, 1, 2, 3]) await rejoin(table, seat);
    for (const table of tables) for (let moves = 0; moves < 4; moves++) await move(table);
    for (const { matchId } of orphans) expect(await house.epochOf(matchId)).toBe(2);
    played.push(...tables);
  }, 60_000);

  test('[CL67] a stopped process that goes on changes nothing: its clients and matches are elsewhere', async () => {
    const table = await openMatch(house.url);
    for (let moves = 0; moves < 5; moves++) await move(table);
    const returned = returnsOf(table.rooms);
    const owner = (await house.ownerOf(table.matchId))!;
    const seat = await nextSeat(table);
    owner.server.child.kill('SIGSTOP');
    // it stands in the zombie's socket, and is sent again to the heir
    const [name, payload] = legalMove(table.rooms[seat]!.state, seat);
    const id = randomUUID();
    const unanswered = command(table, seat, name, payload, id).catch(() => null);
    await until(
      () => (table.rooms[seat]!.connection.transport as unknown as Sending).ws.bufferedAmount === 0,
    );
    house.shun(owner);
    await returned.all();
    await unanswered;
    await command(table, seat, name, payload, id);
    for (let moves = 0; moves < 5; moves++) await move(table);
    const epoch = await house.epochOf(table.matchId);
    owner.server.child.kill('SIGCONT');
    for (let moves = 0; moves < 5; moves++) await move(table);
    expect((await fetch(`${owner.url}/health/live`)).status).toBe(200);
    for (let moves = 0; moves < 5; moves++) await move(table);
    expect(await house.epochOf(table.matchId)).toBe(epoch);
    expect(await house.ownerOf(table.matchId)).not.toBe(owner);
    played.push(table);
  }, 60_000);

  test('[CL68] who has no business there wakes nothing: forged, expired and foreign tokens', async () => {
    const table = await openMatch(house.url);
    const { tenant, matchId } = table;
    const [{ sessionId, reconnectionToken }] = table.rooms as [Table['rooms'][0]];
    const own = reconnectionToken.split(':')[1]!;
    silence(table);
    await killOwner(table);
    const { url } = house.residents[0]!;
    const expired = sign('p0', { tenantId: tenant }, -100_000);
    const forged = `${sessionId}.${'A'.repeat(43)}`;
    for (const [token, bearer] of [
      [forged, tokenOf(tenant, 0)],
      [own, expired],
      [own, 'x'],
      [own, sign('p0', { tenantId: 'another' })],
    ] as const) {
      const socket = new RawClient(
        url,
        { roomId: matchId, processId: 'x', sessionId },
        { reconnectionToken: token, _authToken: bearer },
      );
      await until(() => socket.closed !== null);
    }
    expect((await matchmake(url, 'joinById', matchId, sign('p0', { tenantId: 'another' }))).status).toBe(404);
    expect((await matchmake(url, 'joinById', matchId, expired)).status).toBe(401);
    expect((await matchmake(url, 'joinById', randomUUID(), tokenOf(tenant, 0))).status).toBe(404);
    expect(await house.epochOf(matchId)).toBe(1);
    await rejoin(table, 0);
    expect(await house.epochOf(matchId)).toBe(2);
  }, 60_000);

  test('[C2] [CL67] in the end each log is what was acknowledged, once', async () => {
    await Promise.all(house.residents.map(async ({ server }) => server.child.kill('SIGTERM')));
    for (const { server } of house.residents) expect(await server.ended).toBe(0);
    expect(played.length).toBeGreaterThan(8);
    for (const table of played) await expectLog(house.data, table);
  }, 60_000);
});

interface Sending {
  readonly ws: { readonly bufferedAmount: number };
}
