/** kill -9 amid matches, a new start on the same data, and clients that return by themselves. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { expectLog } from '../rooms/log.ts';
import {
  ask,
  command,
  joinById,
  legalMove,
  move,
  nextSeat,
  openMatch,
  type Table,
  tokenOf,
} from '../rooms/table.ts';
import { databases } from '../support/databases.ts';
import { freePort, makeData, until } from '../support/server.ts';
import { type ServerProcess, startProcess } from './process.ts';

const running = new Set<ServerProcess>();
afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL');
});

async function start(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await startProcess(env);
  running.add(server);
  return server;
}

async function end(server: ServerProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  server.child.kill(signal);
  running.delete(server);
  return server.ended;
}

/** Moves as fast as it goes, until the connection breaks; then tells the last one, whose answer never came. */
async function playUntilCut(table: Table) {
  for (;;) {
    const seat = await nextSeat(table);
    const [name, payload] = legalMove(table.rooms[seat]!.state, seat);
    const id = randomUUID();
    try {
      await command(table, seat, name, payload, id);
    } catch {
      return { seat, name, payload, id };
    }
  }
}

describe.each(databases.map(([kind]) => kind))('on %s', (kind) => {
  test('[R40] [R41] what was acknowledged is there after kill -9, all clients return, and the cut-off command applies once', async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    const data = await makeData(kind);
    const env = { ...data.env, PORT: String(await freePort()), MAX_MESSAGES_PER_SECOND: '10000' };
    const url = `http://127.0.0.1:${env.PORT}`;
    let server = await start(env);

    const tables = [await openMatch(url), await openMatch(url), await openMatch(url)];
    const watcher = await joinById(url, tokenOf(tables[0]!.tenant, 'watcher'), tables[0]!.matchId, {
      spectate: true,
    });
    const clients = [...tables.flatMap(({ rooms }) => rooms), watcher];
    let back = 0;
    for (const client of clients) client.onReconnect(() => void back++);

    const cuts = tables.map(playUntilCut);
    await until(() => tables.every(({ acknowledged }) => acknowledged.length > 30));
    expect(await end(server, 'SIGKILL')).toBe('SIGKILL');
    const lost = await Promise.all(cuts);
    server = await start(env);
    await until(() => back === clients.length, 'all clients are back', 30_000);

    for (const [i, table] of tables.entries()) {
      const { seat, name, payload, id } = lost[i]!;
      const first = await command(table, seat, name, payload, id);
      expect(await ask(table.rooms[seat]!, name, { id, ...payload })).toEqual({ n: first.n });
      for (let moves = 0; moves < 10; moves++) await move(table);
    }
    const { seats, ...shown } = tables[0]!.rooms[0]!.state.toJSON();
    await until(() => watcher.state.trick === shown.trick && watcher.state.lastTrick === shown.lastTrick);
    expect(watcher.state.toJSON()).toMatchObject({
      ...shown,
      seats: seats.map(({ hand: _, ...seat }) => seat),
    });

    expect(await end(server, 'SIGTERM')).toBe(0);
    for (const table of tables) await expectLog(data, table);
    await data.remove();
  }, 90_000);
});
