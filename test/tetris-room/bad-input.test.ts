/** Inputs that no honest client sends: refused with a code or dropped, and play goes on. */
import { Protocol } from '@colyseus/core';
import { pack } from 'msgpackr';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HARD_DROP, MOVE_LEFT, MOVE_RIGHT } from '../../rooms/tetris/actions.ts';
import type { Entry } from '../../src/match/engine.ts';
import { encodeText, joinRaw, type RawClient } from '../rooms/raw-client.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import {
  codeOf,
  command,
  dropAll,
  expectToGoOn,
  input,
  openMatch,
  rejoin,
  type Table,
  tickNow,
  tokenOf,
} from './table.ts';

let server: TestServer;
beforeAll(async () => {
  // Colyseus' decoder tells the console of each invalid byte.
  vi.spyOn(console, 'error').mockImplementation(() => {});
  server = await startServer();
});
afterAll(() => server.close());

const calm = { startLevel: 1 };

async function logOf({ matchId }: Table): Promise<Entry[]> {
  await server.stop();
  const log = await server.data.log(matchId);
  await server.start();
  return log;
}

const tickOf = ({ data }: Entry): number => (data as { tick: number }).tick;

test('[R67] two hard drops in one tick are one, and a tick long past is the next one', async () => {
  const table = await openMatch(server.url, calm);
  const [room] = table.rooms;
  const tick = (await tickNow(room!)) + 60;
  await Promise.all([1, 2, 3].map(() => input(room!, HARD_DROP, tick)));
  await until(() => room!.state.seats[0]!.placed > 0, 'the drop');
  await expectToGoOn(room!, 5);
  expect(room!.state.seats[0]!.placed).toBe(1);
  const before = await tickNow(room!);
  await input(room!, HARD_DROP, 0);
  await until(() => room!.state.seats[0]!.placed === 2, 'the late drop');
  const inputs = (await logOf(table)).filter(({ type }) => type === 'input');
  expect(inputs.slice(0, 3).map(tickOf)).toEqual([tick, tick, tick]);
  expect(inputs).toHaveLength(4);
  expect(tickOf(inputs[3]!)).toBeGreaterThan(before);
});

test('[R68] what no client sends is refused with a code, and changes nothing', async () => {
  const table = await openMatch(server.url, calm);
  const [room] = table.rooms;
  const tick = 0;
  const invalid: unknown[] = [
    ...[
      Number.NaN,
      Infinity,
      -Infinity,
      -1,
      1.5,
      2 ** 53,
      -(2 ** 53),
      2n ** 63n,
      '1',
      null,
      undefined,
      [],
      {},
    ].flatMap((wrong) => [
      { tick: wrong, actions: HARD_DROP },
      { tick, actions: wrong },
    ]),
    { tick, actions: 256 },
    { tick, actions: HARD_DROP, seat: 1 },
    { tick, actions: HARD_DROP, player: 'p1' },
    { tick, actions: HARD_DROP, ['__proto__']: { seat: 1 } },
  ];
  for (const payload of invalid) {
    const code = await codeOf(command(room!, 'input', payload as object));
    expect(code, inspect(payload)).toBe('command/invalid');
  }
  for (const [future, actions, code] of [
    [2 ** 53 - 1, HARD_DROP, 'match/too_early'],
    [(await tickNow(room!)) + 600, HARD_DROP, 'match/too_early'],
    [0, 0, 'tetris/no_actions'],
    [0, MOVE_LEFT | MOVE_RIGHT, 'tetris/no_actions'],
  ] as const)
    expect(await codeOf(input(room!, actions, future))).toBe(code);
  const ahead = (await tickNow(room!)) + 110;
  const codes = await Promise.all(Array.from({ length: 70 }, () => codeOf(input(room!, MOVE_LEFT, ahead))));
  expect(codes.filter((code) => code === 'match/too_many')).toHaveLength(6);
  await expectToGoOn(room!);
  expect(table.rooms[1]!.state.seats.map(({ placed }) => placed)).toEqual([0, 0]);
});

test('[R68] who only watches, and who is out, is refused', async () => {
  const table = await openMatch(server.url, calm, 3);
  const raw = await joinRaw(server.url, 'joinById', table.matchId, tokenOf(table.tenant, 7), {
    spectate: true,
  });
  raw.command('input', { id: 'w', tick: 0, actions: HARD_DROP });
  await until(() => raw.message('refused') !== undefined, 'the refusal');
  expect(raw.message('refused')).toMatchObject({ code: 'seat/none', id: 'w' });
  dropAll(table, 2);
  await until(() => !table.rooms[2]!.state.seats[2]!.alive, 'the elimination');
  expect(await codeOf(input(table.rooms[2]!, HARD_DROP))).toBe('tetris/eliminated');
  await expectToGoOn(table.rooms[0]!);
});

test('[R69] 10,000 inputs a second end their connection; the others play on, and their ticks stay even', async () => {
  const table = await openMatch(server.url, calm, 3);
  const others = await openMatch(server.url, calm);
  const [first, flooding] = table.rooms;
  let closed = 0;
  flooding!.onLeave((why) => void (closed = why));
  for (let i = 0; i < 10_000; i++)
    flooding!.send('input' as never, { id: `${i}`, tick: 0, actions: MOVE_LEFT } as never);
  await until(() => closed !== 0, 'the end of the flood');
  expect(closed).toBe(4002);
  await expectToGoOn(first!, 60);
  await expectToGoOn(others.rooms[0]!, 60);
  await rejoin(table, 1);
  await input(table.rooms[1]!, HARD_DROP);
  const marks = (await logOf(others)).filter(({ type }) => type === 'mark');
  const played = tickOf(marks.at(-1)!) - tickOf(marks[0]!);
  const due = ((marks.at(-1)!.t - marks[0]!.t) * 60) / 1000;
  // a machine that is too slow may leave ticks out; a flood that held them up would leave most out
  expect(played).toBeGreaterThan(due / 2);
  expect(played).toBeLessThan(due + 15);
  const flood = (await logOf(table)).filter(({ seat, type, id }) => seat === 1 && type === 'input' && id);
  expect(flood.length).toBeLessThanOrEqual(121);
});

test('[R70] frames cut short and messages that are too long harm nobody but their sender', async () => {
  const table = await openMatch(server.url, calm);
  const [other] = table.rooms;
  const join = (): Promise<RawClient> =>
    joinRaw(server.url, 'joinById', table.matchId, tokenOf(table.tenant, 1));
  const request = Buffer.concat([
    Buffer.of(Protocol.ROOM_REQUEST, 1),
    encodeText('input'),
    pack({ id: 'a', tick: 1, actions: HARD_DROP }),
  ]);
  let raw = await join();
  for (let end = 0; end < request.length; end++) {
    if (raw.closed !== null) raw = await join();
    const pings = raw.framesOf(Protocol.PING).length;
    raw.send(request.subarray(0, end));
    raw.send(Protocol.PING);
    await until(() => raw.closed !== null || raw.framesOf(Protocol.PING).length > pings, 'an answer');
  }
  if (raw.closed !== null) raw = await join();
  raw.command('input', { id: 'x'.repeat(5_000), tick: 1, actions: HARD_DROP });
  await until(() => raw.closed !== null, 'the end of the connection');
  expect(raw.closed).toBe(1009);
  await expectToGoOn(other!);
  expect(other!.state.seats.map(({ placed }) => placed)).toEqual([0, 0]);
  await rejoin(table, 1);
  await input(table.rooms[1]!, HARD_DROP);
  await until(() => other!.state.seats[1]!.placed === 1, 'the drop');
});
