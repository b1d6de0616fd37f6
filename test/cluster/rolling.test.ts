/** A deploy: each of three processes is replaced by a new one, while clients play. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { expectLog } from '../rooms/log.ts';
import { command, legalMove, nextSeat, openMatch, type Refused, type Table } from '../rooms/table.ts';
import { until } from '../support/server.ts';
import * as tetris from '../tetris-room/table.ts';
import { House } from './house.ts';

/** So that no match is over before all processes are replaced. */
const thinkMs = 80;

let house: House;
beforeAll(async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {});
  house = await House.open(3);
}, 60_000);
afterAll(() => house?.close());

/** Moves until `ends`; what a cut leaves without an answer is sent again under its id. */
async function play(table: Table, ends: () => boolean): Promise<void> {
  while (!ends() && table.rooms.every(({ state }) => state.phase === 'playing')) {
    await sleep(thinkMs);
    const seat = await nextSeat(table);
    const room = table.rooms[seat]!;
    const [name, payload] = legalMove(room.state, seat);
    const id = randomUUID();
    for (let isAnswered = false; !isAnswered;) {
      await until(() => room.connection.isOpen, 'the client is back', 20_000);
      isAnswered = await command(table, seat, name, payload, id).then(() => true, mayBeSentAgain);
    }
  }
}

/** Of a connection that was cut, or a match that has moved, nothing is known; any other refusal is a fault. */
function mayBeSentAgain(why: Partial<Refused>): false {
  if (why.code !== undefined && why.code !== 'match/moved' && typeof why.code === 'string') throw why;
  return false;
}

test('[CL74] three processes are replaced one by one under load: no match is lost, and no acknowledged move is lost or counted twice', async () => {
  const tables = await Promise.all(Array.from({ length: 6 }, () => openMatch(house.url)));
  const duels = await Promise.all(
    [0, 1].map(() => tetris.openMatch(house.url, { startLevel: 1 }, 2, ['strong'])),
  );
  const clients = [...tables, ...duels].flatMap(({ rooms }) => rooms as (typeof tables)[0]['rooms']);
  let left = 0;
  for (const client of clients) client.onLeave(() => void left++);

  let isReplaced = false;
  const playing = tables.map((table) => play(table, () => isReplaced));
  for (const old of house.residents.slice()) {
    await house.add();
    expect(await house.end(old, 'SIGTERM')).toBe(0);
  }
  isReplaced = true;
  await Promise.all(playing);

  await until(() => clients.every(({ connection }) => connection.isOpen), 'all are back', 20_000);
  expect(left).toBe(0);
  for (const duel of duels) {
    if (tetris.isOver(duel)) continue;
    await tetris.expectToGoOn(duel.rooms[0]!);
  }
  for (const table of tables) await play(table, () => table.acknowledged.length > 40);
  for (const { server } of house.residents) server.child.kill('SIGTERM');
  for (const { server } of house.residents) expect(await server.ended).toBe(0);
  for (const table of tables) await expectLog(house.data, table);
}, 120_000);
