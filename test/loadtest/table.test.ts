/** Tables of light clients on a real server. */
import { matchMaker, type Room } from '@colyseus/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Generator, type Load, type Second } from '../../loadtest/generator.ts';
import { LoadTable } from '../../loadtest/table.ts';
import { Tally } from '../../loadtest/tally.ts';
import { targetAt } from '../../loadtest/target.ts';
import { sign, startServer, type TestServer, until } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server.close());

let accounts = 0;
const token = async (): Promise<string> => sign(`load-${++accounts}`);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

interface Heard {
  readonly moved: (number | null)[];
  readonly failed: string[];
  returned: number;
}

async function openTable(options: object = {}): Promise<{ table: LoadTable; heard: Heard }> {
  const heard: Heard = { moved: [], failed: [], returned: 0 };
  const tokens = await Promise.all([1, 2, 3, 4].map(token));
  const table = new LoadTable(targetAt(server.url, null, false), tokens, {
    joined: () => {},
    returned: () => void heard.returned++,
    moved: (ms) => heard.moved.push(ms),
    failed: (code) => heard.failed.push(code),
    over: () => {},
  });
  closing.push(() => table.close());
  await table.open(performance.now(), options);
  return { table, heard };
}

const moverOf = (table: LoadTable): number => table.guests[0]!.state.turn;

test('[LT3] moves that are due at once are made one after another, and each counts from when it was due', async () => {
  const { table, heard } = await openTable();
  const due = performance.now() - 5_000;
  for (let i = 0; i < 3; i++) table.due(due);
  await until(() => heard.moved.length === 3);
  const [first, second, third] = heard.moved as [number, number, number];
  expect(first).toBeGreaterThan(5_000);
  expect(second).toBeGreaterThan(first);
  expect(third).toBeGreaterThan(second);
  expect(heard.failed).toEqual([]);
});

test('[LT5] who is cut is not awaited, and comes back', async () => {
  const { table, heard } = await openTable();
  const other = (moverOf(table) + 2) % 4;
  expect(table.cut(other)).toBe(true);
  expect(table.cut(other)).toBe(false);
  table.due(performance.now());
  await until(() => heard.moved.length === 1 && heard.returned === 1);
  expect(heard.moved[0]).toBeTypeOf('number');
  await until(() => table.here.length === 4 && table.progress !== null);
});

test('[LT5] a move whose player is cut is made all the same, and not timed', async () => {
  const { table, heard } = await openTable();
  const mover = moverOf(table);
  table.due(performance.now());
  table.cut(mover);
  await until(() => heard.moved.length === 1);
  expect(heard).toMatchObject({ moved: [null], returned: 1, failed: [] });
});

test('[LT5] a move of who is away by our doing is due when they are back', async () => {
  const { table, heard } = await openTable();
  table.cut(moverOf(table));
  const longAgo = performance.now() - 60_000;
  table.due(longAgo);
  await until(() => heard.moved.length === 1);
  expect(heard.returned).toBe(1);
  expect(heard.moved[0]).toBeLessThan(60_000);
});

test('[LT6] a cut by somebody else is an error, and the client comes back', async () => {
  const { table, heard } = await openTable();
  const room = matchMaker.getLocalRoomById(table.matchId) as Room;
  (room.clients[1]!.ref as unknown as { terminate(): void }).terminate();
  await until(() => heard.returned === 1 && table.here.length === 4);
  expect(heard.failed).toEqual(['load/dropped']);
  table.due(performance.now());
  await until(() => heard.moved.length === 1);
});

test('[LT8] who is on the way back when a table is left does not come back to it', async () => {
  const { table } = await openTable();
  table.cut(1);
  await table.close();
  expect(table.here).toEqual([]);
  await until(() => !matchMaker.getLocalRoomById(table.matchId)?.clients.length);
});

const load: Load = { tables: 3, rate: 30, rampMs: 100, churn: 0, churnKind: 'return', options: {} };

function generate(changes: Partial<Load>): { generator: Generator; tally: Tally; look(): Second } {
  const deps = { address: targetAt(server.url, null, false), token, random: Math.random };
  const generator = new Generator({ ...load, ...changes }, deps);
  closing.push(() => generator.stop());
  const tally = new Tally();
  const look = (): Second => {
    const second = generator.take();
    tally.add(second);
    return second;
  };
  return { generator, tally, look };
}

test('[LT7] clients that are cut come back: as many sockets as before', async () => {
  const { generator, tally, look } = generate({ churn: 0.5 });
  await until(() => (look(), tally.returns.count >= 10 && tally.moves.count >= 10));
  generator.rest();
  await until(() => look().sockets === 12);
  expect(tally.errors).toEqual({});
  expect(tally.joins.count).toBe(12);
});

test('[LT7] tables that are left are replaced: as many sockets as before', async () => {
  const { generator, tally, look } = generate({ churn: 0.5, churnKind: 'replace' });
  await until(() => (look(), tally.joins.count >= 24));
  generator.rest();
  await until(() => look().sockets === 12 && generator.playing.length === 3);
  expect(tally.errors).toEqual({});
  expect(tally.returns.count).toBe(0);
});

test('[LT8] a match that is over is left, and another begins', async () => {
  const { generator, tally, look } = generate({ tables: 1, rate: 400, options: { rounds: 1 } });
  const seen = new Set<string>();
  await until(() => {
    look();
    for (const { matchId } of generator.playing) seen.add(matchId);
    return tally.matches >= 1 && seen.size >= 2;
  });
  expect(tally.errors).toEqual({});
});
