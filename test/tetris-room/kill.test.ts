/** kill -9 in the middle of Tetris matches, and a new start on the same data. */
import { afterAll, expect, test, vi } from 'vitest';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { type ServerProcess, startProcess } from '../app/process.ts';
import { freePort, makeData, until } from '../support/server.ts';
import {
  dropAll,
  expectToGoOn,
  historyOf,
  input,
  isOver,
  openMatch,
  rejoin,
  type Table,
  tickNow,
} from './table.ts';

const running = new Set<ServerProcess>();
afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL');
});

async function start(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await startProcess(env);
  running.add(server);
  return server;
}

/** Resolves when this client is back. */
function returns(table: Table, seat: number): { isBack: boolean } {
  const returned = { isBack: false };
  table.rooms[seat]!.onReconnect(() => void (returned.isBack = true));
  return returned;
}

test('[R65] [R66] it goes on from at most 250 ms before when its players are back, and after 10 s without them', async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {});
  const data = await makeData();
  const env = { ...data.env, PORT: String(await freePort()) };
  const url = `http://127.0.0.1:${env.PORT}`;
  let server = await start(env);

  const calm = { startLevel: 1 };
  const whole = await openMatch(url, calm, 3);
  const late = await openMatch(url, calm, 2);
  const lonely = await openMatch(url, calm, 2);
  dropAll(whole, 2);
  await until(() => whole.rooms.every(({ state }) => !state.seats[2]!.alive), 'the elimination');
  await input(whole.rooms[0]!, HARD_DROP);
  const back = [0, 1, 2].map((seat) => returns(whole, seat));
  const [lateBack, lonelyBack] = [returns(late, 0), returns(lonely, 0)];
  for (const { rooms } of [late, lonely]) rooms[1]!.reconnection.enabled = false;

  // the last that a client saw
  const seen = await tickNow(whole.rooms[0]!);
  server.child.kill('SIGKILL');
  running.delete(server);
  await server.ended;
  const stored = Math.max(...(await data.log(whole.matchId)).map(({ data: of }) => tickOf(of)));
  // a commit each 15 ticks, and the time that it takes
  expect(seen - stored).toBeLessThanOrEqual(15 + 6);
  server = await start(env);

  await until(() => back.every(({ isBack }) => isBack), 'all are back', 30_000);
  expect(await tickNow(whole.rooms[0]!)).toBeGreaterThanOrEqual(stored);
  for (const { state } of whole.rooms) expect(state.seats[2]).toMatchObject({ alive: false, placement: 3 });
  await expectToGoOn(whole.rooms[0]!, 60);
  await until(() => lateBack.isBack && lonelyBack.isBack, 'who returns is back');

  const still = await tickNow(late.rooms[0]!);
  for (let i = 0; i < 50; i++) expect(await tickNow(late.rooms[0]!)).toBe(still);
  await rejoin(late, 1);
  await expectToGoOn(late.rooms[0]!);
  await expectToGoOn(lonely.rooms[0]!);

  dropAll(whole, 1);
  await until(() => isOver(whole), 'the end');
  expect((await historyOf(whole)).players.map(({ placement }) => placement)).toEqual([1, 2, 3]);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  running.delete(server);
  await data.remove();
}, 90_000);

const tickOf = (data: unknown): number => (data as { tick?: number } | null)?.tick ?? 0;
