import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer, until } from '../support/server.ts';
import { expectToGoOn } from './log.ts';
import { command, cut, move, openMatch, openTable, playOut, rejoin, type Table } from './table.ts';

let server: TestServer;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server.close());

/** The server stops and starts again; resolves when all clients are back by themselves. */
async function restart({ rooms }: Table): Promise<void> {
  const back = new Set<number>();
  for (const [seat, room] of rooms.entries()) room.onReconnect(() => void back.add(seat));
  await server.stop();
  await server.start();
  await until(() => back.size === rooms.length, 'all clients are back');
}

test('[R14] a server that stops parks its matches, lobbies too, and their clients return to the next', async () => {
  const lobby = await openTable(server.url, {}, 3);
  const match = await openMatch(server.url);
  await move(match);
  const hands = match.rooms.map(({ state }, seat) => state.seats[seat]!.hand);
  const backInLobby = new Set<string>();
  for (const { onReconnect, sessionId } of lobby.rooms) onReconnect(() => void backInLobby.add(sessionId));
  await restart(match);
  await until(() => backInLobby.size === 3);
  expect(match.rooms.map(({ state }, seat) => state.seats[seat]!.hand)).toEqual(hands);
  await expectToGoOn(match);
  await command(lobby, 2, 'ready');
});

test('[R14] a match that is over is there for those who return', async () => {
  const table = await openMatch(server.url, { rounds: 1 });
  await playOut(table);
  await restart(table);
  for (const { state } of table.rooms) expect(state.phase).toBe('over');
});

test('[R15] a server stops although a player has dropped a moment ago, or joined again elsewhere', async () => {
  const table = await openMatch(server.url);
  await rejoin(table, 1);
  const [gone] = table.rooms;
  gone!.reconnection.enabled = false;
  cut(gone!);
  await until(() => !table.rooms[1]!.state.seats[0]!.connected);
  await restart({ ...table, rooms: table.rooms.slice(1) });
  await rejoin(table, 0);
  await expectToGoOn(table);
});
