/** Processes of another release than the one in which a match began. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { matchmake, RawClient } from '../rooms/raw-client.ts';
import { move, nextSeat, openMatch, rejoin, tokenOf } from '../rooms/table.ts';
import { until } from '../support/server.ts';
import { House } from './house.ts';

let house: House;
beforeEach(async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {});
  house = await House.open(1);
}, 60_000);
afterEach(() => house?.close());

test('[CL75] after a deploy with another schema clients are refused for good, and join afresh into their seats', async () => {
  const [old] = house.residents;
  const table = await openMatch(house.url);
  for (let moves = 0; moves < 6; moves++) await move(table);
  await nextSeat(table);
  const hands = table.rooms.map(({ state }, seat) => state.seats[seat]!.hand);
  const left = new Set<number>();
  for (const [seat, room] of table.rooms.entries()) room.onLeave(() => void left.add(seat));

  await house.add({}, 'next-schema.ts');
  expect(await house.end(old!, 'SIGTERM')).toBe(0);
  await until(() => left.size === 4, 'all are told that they do not return', 20_000);
  for (const seat of [0, 1, 2, 3]) await rejoin(table, seat);
  expect(table.rooms.map(({ state }, seat) => state.seats[seat]!.hand)).toEqual(hands);
  expect(table.rooms[0]!.state.toJSON()).toHaveProperty('motto');
  for (let moves = 0; moves < 6; moves++) await move(table);
}, 60_000);

test('[CL76] a match that a process has no engine for is left alone there, and revived by one that has it', async () => {
  const [old] = house.residents;
  const table = await openMatch(house.url, { turnMs: 1_000 });
  const { matchId, tenant } = table;
  for (const { reconnection } of table.rooms) reconnection.enabled = false;
  const lacking = await house.add({}, 'without-whist.ts');
  await house.end(old!, 'SIGKILL');
  const { sessionId, reconnectionToken } = table.rooms[0]!;
  const query = { reconnectionToken: reconnectionToken.split(':')[1], _authToken: tokenOf(tenant, 0) };
  const socket = new RawClient(lacking.url, { roomId: matchId, processId: 'x', sessionId }, query);
  await until(() => socket.closed !== null);
  expect(socket.frames).toEqual([]);
  const answer = await matchmake(lacking.url, 'joinById', matchId, tokenOf(tenant, 0));
  expect(answer).toMatchObject({
    status: 503,
    body: { error: expect.stringMatching('match/other_version') },
  });
  expect(await house.epochOf(matchId)).toBe(1);
  const able = await house.add();
  // its turn is overdue: it is revived by the sweep, or by who joins
  await rejoin({ ...table, url: able.url }, 0);
  expect(await house.epochOf(matchId)).toBe(2);
}, 60_000);
