/** Many processes, one house: whatever process a client reaches, it plays; whatever process dies, the games go on. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { move, openMatch } from '../rooms/table.ts';
import { until } from '../support/server.ts';
import { House } from './house.ts';

describe('three processes', () => {
  let house: House;
  beforeAll(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    house = await House.open(3);
  });
  afterAll(() => house?.close());

  test('[C1] four clients play a match through whatever processes they reach', async () => {
    const table = await openMatch(house.url);
    for (let moves = 0; moves < 20; moves++) await move(table);
    expect(table.acknowledged.length).toBeGreaterThan(20);
  });

  test('[C2] a process that is killed is missed by nobody: its matches go on elsewhere', async () => {
    const tables = await Promise.all(Array.from({ length: 6 }, () => openMatch(house.url)));
    for (const table of tables) await move(table);
    await house.end(house.residents[0]!, 'SIGKILL');
    const clients = tables.flatMap(({ rooms }) => rooms);
    await until(() => clients.every(({ connection }) => connection.isOpen), 'all are connected', 20_000);
    for (const table of tables) for (let moves = 0; moves < 10; moves++) await move(table);
  });
});
