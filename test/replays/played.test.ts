/** Matches of a real server, with people, bots, and who goes and comes back: verified as they were played. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command, openTable, playOut, rejoin } from '../rooms/table.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import * as tetris from '../tetris-room/table.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** Asked again until the match is in history. */
async function verify(matchId: string, token: string): Promise<unknown> {
  const init = { method: 'POST', headers: { Authorization: `Bearer ${token}` } };
  let answer: Response | undefined;
  const ask = async (): Promise<void> => {
    answer = await fetch(`${server.url}/v1/matches/${matchId}/verify`, init);
  };
  for (await ask(); answer!.status === 404 || answer!.status === 409; await ask())
    await new Promise((resume) => setTimeout(resume, 50));
  return answer!.json();
}

test('[RP40] a match of whist', async () => {
  const table = await openTable(server.url, { rounds: 2, botDelayMs: 0 }, 2);
  await command(table, 0, 'add_bot');
  await command(table, 0, 'add_bot', { strength: 'strong' });
  await command(table, 0, 'remove_bot');
  await command(table, 0, 'add_bot', { strength: 'weak' });
  await command(table, 1, 'ready', { ready: true });
  await command(table, 1, 'ready', { ready: false });
  for (const seat of [0, 1]) await command(table, seat, 'ready', { ready: true });
  await table.rooms[1]!.leave();
  await rejoin(table, 1);
  await playOut(table);
  const found = await verify(table.matchId, tetris.tokenOf(table.tenant, 0));
  expect(found).toEqual({ verified: true, entries: expect.any(Number), hashes: expect.any(Number) });
  expect((found as { hashes: number }).hashes).toBeGreaterThan(1);
});

test('[RP40] a match of Tetris', async () => {
  const table = await tetris.openMatch(server.url, { ticks: 400 }, 2, ['strong']);
  for (const actions of [1, 64, 4, 66, 128]) await tetris.input(table.rooms[0]!, actions);
  await table.rooms[1]!.leave();
  const returned = await tetris.rejoin(table, 1);
  await tetris.input(returned, 64);
  await until(() => table.rooms.every(({ state }) => state.phase === 'over'));
  expect(await verify(table.matchId, tetris.tokenOf(table.tenant, 0))).toMatchObject({ verified: true });
});
