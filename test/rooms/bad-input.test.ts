/** Commands that no honest client sends: refused with a code, and the match goes on as if they had not been. */
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer, until } from '../support/server.ts';
import { expectLog, expectToGoOn } from './log.ts';
import {
  type Acknowledged,
  ask,
  cardsIn,
  command,
  join,
  moveUntil,
  nextSeat,
  openMatch,
  openTable,
  playOut,
  refusal,
  rejoin,
  type Table,
  tokenOf,
  type WhistClient,
} from './table.ts';

let server: TestServer;
const tables: Table[] = [];
beforeAll(async () => void (server = await startServer({ MAX_MESSAGES_PER_SECOND: '200' })));
afterAll(() => server.close());

async function newMatch(options: object = {}): Promise<Table> {
  const table = await openMatch(server.url, options);
  tables.push(table);
  return table;
}

const code = async (room: WhistClient, name: string, payload?: unknown): Promise<string> =>
  (await refusal(room, name, payload)).code;

describe('what is no command', () => {
  test.each(['unknown', '', 'toString', '__proto__', 'constructor', '_$bplay', '*', 'x'.repeat(200)])(
    '[R20] %o is refused with command/unknown, and a request for it is answered too',
    async (name) => {
      const table = await newMatch();
      const [room] = table.rooms;
      const told = new Promise((resolve) => room!.onMessage('refused', resolve));
      room!.send(name as never, { id: '1' } as never);
      expect(await told).toMatchObject({ code: 'command/unknown' });
      if (name !== '*')
        await expect(room!.request(name as never, {} as never)).rejects.toThrow(/no onMessage|handler/);
      await expectToGoOn(table);
    },
  );

  const id = 'some-id';
  const misfits: [name: string, payload: unknown][] = [
    ...[
      undefined,
      null,
      7,
      'text',
      true,
      [],
      [{ id, bid: 1 }],
      new Date(),
      new Map([['id', id]]),
      new Set([id]),
    ].map((payload): [string, unknown] => ['bid', payload]),
    ...[undefined, null, 1, '', 'x'.repeat(65), {}, [id], Number.NaN].map((wrong): [string, unknown] => [
      'bid',
      { id: wrong, bid: 1 },
    ]),
    ...[
      undefined,
      null,
      '1',
      1.5,
      -1,
      14,
      Number.NaN,
      Infinity,
      -Infinity,
      2 ** 53,
      -(2 ** 53),
      2n ** 63n,
      1e308,
      true,
      [1],
      {},
    ].map((bid): [string, unknown] => ['bid', { id, bid }]),
    ...[
      undefined,
      null,
      '',
      'as',
      'AS ',
      'ZZ',
      '10S',
      51,
      ['AS'],
      { card: 'AS' },
      'constructor',
      '\u0000',
    ].map((card): [string, unknown] => ['play', { id, card }]),
    ...['n', 'X', null, 4, ['H']].map((trump): [string, unknown] => ['trump', { id, trump }]),
    ['ready', { id, ready: 'yes' }],
    ['add_bot', { id, seat: 2 ** 53 }],
    ['add_bot', { id, seat: Number.NaN }],
    ['add_bot', { id, strength: 'godlike' }],
    ['bid', { id, bid: 1, extra: 1 }],
    ['bid', { id, bid: 1, ['__proto__']: { polluted: true } }],
    ['bid', { id, bid: 1, constructor: { prototype: { polluted: true } } }],
  ];

  test('[R21] types and values that no command has are refused with command/invalid', async () => {
    const table = await newMatch();
    // in the seat whose turn it is not: what were taken for a command would be refused with another code
    const room = table.rooms[((await nextSeat(table)) + 1) % 4]!;
    for (const [name, payload] of misfits) {
      expect(await code(room, name, payload), `${name} ${inspect(payload)}`).toBe('command/invalid');
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    await expectToGoOn(table);
  });
});

describe('what the rules forbid', () => {
  test('[R22] out of turn, another phase, an illegal bid, a card that is not held, a suit not followed', async () => {
    const table = await newMatch();
    const seat = await nextSeat(table);
    const [turn, other] = [table.rooms[seat]!, table.rooms[(seat + 1) % 4]!];
    expect(await code(other, 'bid', { id: '1', bid: 1 })).toBe('whist/not_your_turn');
    expect(await code(turn, 'trump', { id: '1', trump: 'H' })).toBe('whist/wrong_phase');
    for (let bids = 0; bids < 3; bids++) await expectToGoOn(table);
    const dealer = table.rooms[await nextSeat(table)]!;
    const bids = dealer.state.seats.reduce((sum, { bid }) => sum + Math.max(0, bid), 0);
    expect(await code(dealer, 'bid', { id: '1', bid: 13 - bids })).toBe('whist/illegal_bid');
    await moveUntil(table, ({ stage }) => stage === 'play');
    const leader = await nextSeat(table);
    const held = table.rooms[leader]!.state.seats[leader]!.hand;
    const notHeld = ['AS', 'AH', 'AD', 'AC', '2S', '2H'].find((card) => !cardsIn(held).includes(card));
    expect(await code(table.rooms[leader]!, 'play', { id: '2', card: notHeld })).toBe('whist/not_your_card');
    await moveUntil(table, (state) => canRevoke(table, state.turn) !== null);
    const next = await nextSeat(table);
    const revoked = canRevoke(table, next);
    expect(await code(table.rooms[next]!, 'play', { id: '3', card: revoked })).toBe('whist/must_follow_suit');
    await expectToGoOn(table);
  });

  /** A card of another suit than the one led, in a hand that could follow. */
  function canRevoke({ rooms }: Table, seat: number): string | null {
    const state = rooms[seat]?.state;
    if (!state?.trick) return null;
    const hand = cardsIn(state.seats[seat]!.hand);
    const led = state.trick[1];
    return hand.some((card) => card[1] === led) ? (hand.find((card) => card[1] !== led) ?? null) : null;
  }

  test('[R22] who only watches, who comes before the start, who comes after the end', async () => {
    const lobby = await join(server.url, tokenOf(`t-${randomUUID()}`, 0));
    expect(await code(lobby, 'bid', { id: '1', bid: 1 })).toBe('match/not_started');
    const table = await newMatch({ rounds: 1 });
    const watcher = await rejoin({ ...table, rooms: [] }, 1, { spectate: true });
    expect(await code(watcher, 'bid', { id: '1', bid: 1 })).toBe('seat/none');
    await playOut(table);
    expect(await code(table.rooms[0]!, 'bid', { id: 'late', bid: 1 })).toBe('match/over');
    expect(await code(table.rooms[0]!, 'ready', { id: 'late2' })).toBe('seat/started');
  });
});

describe('the same command id again', () => {
  const repeat = (table: Table, seat: number, id: string, bid: number) =>
    ask<Acknowledged>(table.rooms[seat]!, 'bid', { id, bid });

  test('[R23] has the same answer and no second effect: later, at the same time, from a new connection, after a revival', async () => {
    const table = await newMatch();
    const seat = await nextSeat(table);
    const id = randomUUID();
    const atOnce = await Promise.all(Array.from({ length: 8 }, () => repeat(table, seat, id, 2)));
    const { n } = await command(table, seat, 'bid', { bid: 2 }, id);
    expect(atOnce).toEqual(Array(8).fill({ n }));
    await expectToGoOn(table);
    expect(await repeat(table, seat, id, 5)).toEqual({ n });
    await rejoin(table, seat);
    expect(await repeat(table, seat, id, 2)).toEqual({ n });
    // those who would return by themselves would take the seat of who joins anew
    for (const { reconnection } of table.rooms) reconnection.enabled = false;
    await server.stop();
    await server.start();
    for (const one of table.rooms.keys()) await rejoin(table, one);
    expect(await repeat(table, seat, id, 2)).toEqual({ n });
    expect(table.rooms[0]!.state.seats[seat]!.bid).toBe(2);
    await expectToGoOn(table);
  });

  test('[R23] so has a command about seats: a bot that is added once more after a revival is one bot', async () => {
    const table = await openTable(server.url, {}, 2);
    const add = await command(table, 0, 'add_bot', { strength: 'weak' });
    await command(table, 0, 'ready');
    await command(table, 0, 'add_bot', { strength: 'weak' });
    const ready = await command(table, 1, 'ready');
    // who joins again is not to be replaced by who returns
    for (const room of table.rooms) room.reconnection.enabled = false;
    await server.stop();
    await server.start();
    for (const seat of [0, 1]) await rejoin(table, seat);
    expect(await ask(table.rooms[1]!, 'ready', { id: ready.id })).toEqual({ n: ready.n });
    expect(await ask(table.rooms[0]!, 'add_bot', { id: add.id, strength: 'weak' })).toEqual({ n: add.n });
  });

  test('[R23] an id is of one seat: the same text from another seat is another command', async () => {
    const table = await newMatch();
    const first = await nextSeat(table);
    await command(table, first, 'bid', { bid: 1 }, 'same');
    await command(table, await nextSeat(table), 'bid', { bid: 1 }, 'same');
    await until(() => table.rooms[0]!.state.seats.filter(({ bid }) => bid === 1).length === 2);
  });
});

test('[R24] a flood ends the connection; its player joins again, and the others never notice', async () => {
  const table = await newMatch();
  const flooding = table.rooms[3]!;
  let closed = 0;
  flooding.onLeave((why) => void (closed = why));
  for (let i = 0; i < 2_000; i++) flooding.send('bid' as never, { id: `${i}`, bid: 99 } as never);
  await until(() => closed !== 0);
  expect(closed).toBe(4002);
  await until(() => !table.rooms[0]!.state.seats[3]!.connected);
  await rejoin(table, 3);
  await until(() => table.rooms[0]!.state.seats[3]!.connected);
  for (let moves = 0; moves < 5; moves++) await expectToGoOn(table);
});

test('[R29] after all this each log holds what was acknowledged, once', async () => {
  await server.stop();
  for (const table of tables) await expectLog(server.data, table);
  await server.start();
});
