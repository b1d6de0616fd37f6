/** What no honest viewer does, and what happens to connections: the replay goes on, or ends as it should. */
import { CloseCode } from '@colyseus/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Course } from '../match/course.ts';
import { sdkClient, sign, startServer, type TestServer, until } from '../support/server.ts';
import {
  ask,
  codeOf,
  defineReplays,
  joinReplay,
  leaveAll,
  openReplay,
  type ReplayClient,
  type Replays,
  stateOf,
} from './support.ts';

const seed = '00112233445566778899aabbccddeeff';
let server: TestServer;
let course: Course;
let replays: Replays;
let matchId: string;
beforeAll(async () => {
  server = await startServer();
  course = await Course.play({ game: 'whist', seed });
});
afterAll(() => server.close());
beforeEach(() => begin());
afterEach(leaveAll);

function begin(more: Parameters<typeof defineReplays>[0] = {}): void {
  replays = defineReplays(more);
  matchId = replays.library.add('dev', course.log);
}

const closeOf = (room: ReplayClient): Promise<number> =>
  new Promise((resolve) => room.onLeave((code) => resolve(code)));

/** The connection breaks, without a word. */
const cut = (room: ReplayClient): void =>
  (room.connection.transport as unknown as { ws: { close(): void } }).ws.close();

describe('a message', () => {
  test.each<[string, unknown]>([
    ['seek', undefined],
    ['seek', null],
    ['seek', 7],
    ['seek', '7'],
    ['seek', []],
    ['seek', {}],
    ['seek', { at: Number.NaN }],
    ['seek', { at: Number.POSITIVE_INFINITY }],
    ['seek', { at: -1 }],
    ['seek', { at: 0.5 }],
    ['seek', { at: 2 ** 53 }],
    ['seek', { at: '5' }],
    ['seek', { at: 5, tick: 5 }],
    ['seek', { tick: -1 }],
    ['seek', { n: 1.5 }],
    ['seek', { moment: {} }],
    ['seek', { __proto__: { at: 5 } }],
    ['speed', {}],
    ['speed', { speed: 0 }],
    ['speed', { speed: 3 }],
    ['speed', { speed: 1_000 }],
    ['speed', { speed: -1 }],
    ['speed', { speed: '1' }],
    ['play', { at: 5 }],
    ['pause', 'now'],
  ])('[RP32] %s %j is refused, and nothing changes', async (name, payload) => {
    const room = await openReplay(server.url, 'ann', matchId, { at: 5_000 });
    const before = stateOf(room);
    expect(await codeOf(ask(room, name, payload ?? null))).toBe('command/invalid');
    const told = new Promise((resolve) => room.onMessage('refused', resolve));
    room.send(name as never, payload as never);
    expect(await told).toMatchObject({ code: 'command/invalid' });
    expect(stateOf(room)).toEqual(before);
    expect(await ask(room, 'seek', { at: 7_000 })).toEqual({ at: 7_000 });
  });

  test.each([{ n: 0 }, { n: 2 ** 40 }, { moment: 0 }, { moment: 1 }, { tick: 5 }])(
    '[RP32] seek %j leads nowhere',
    async (place) => {
      const room = await openReplay(server.url, 'ann', matchId);
      expect(await codeOf(ask(room, 'seek', place))).toBe('replay/no_such_place');
    },
  );

  test.each(['unknown', '', 'toString', '__proto__', 'bid'])('[RP32] %o is none', async (name) => {
    const room = await openReplay(server.url, 'ann', matchId);
    const told = new Promise((resolve) => room.onMessage('refused', resolve));
    room.send(name as never, { id: '1' } as never);
    expect(await told).toMatchObject({ code: 'command/unknown' });
    expect(await ask(room, 'seek', { at: 1 })).toEqual({ at: 1 });
  });

  test('[RP33] of a flood closes its connection, and nobody else’s', async () => {
    const flooder = await openReplay(server.url, 'ann', matchId);
    const other = await joinReplay(server.url, 'bob', flooder.roomId);
    flooder.reconnection.enabled = false;
    const closed = closeOf(flooder);
    for (let i = 0; i < 500; i++) flooder.send('seek' as never, { at: i } as never);
    expect(await closed).toBe(CloseCode.WITH_ERROR);
    await until(() => other.state.controller === other.sessionId);
    expect(await ask(other, 'seek', { at: 9 })).toEqual({ at: 9 });
    expect(replays.faults).toEqual([]);
  });
});

describe('a connection', () => {
  test('[RP34] that breaks comes back by itself, to the same place, in control as before', async () => {
    const room = await openReplay(server.url, 'ann', matchId);
    const other = await joinReplay(server.url, 'bob', room.roomId);
    await ask(room, 'seek', { at: 20_000 });
    const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));
    cut(room);
    await back;
    await until(() => other.state.at === 20_000);
    await until(() => room.state.at === 20_000);
    expect(stateOf(room)).toEqual(stateOf(other));
    const seats = (stateOf(room).table as unknown as { seats: { hand: string }[] }).seats;
    expect(seats.some(({ hand }) => hand !== '')).toBe(true);
    expect(await ask(room, 'seek', { at: 30_000 })).toEqual({ at: 30_000 });
    await until(() => other.state.at === 30_000);
  });

  test('[RP34] can not be taken by another with a token of their own', async () => {
    const room = await openReplay(server.url, 'ann', matchId);
    const stranger = sdkClient(server.url, sign('eve', { tenantId: 'other' }));
    expect(await codeOf(stranger.reconnect(`${room.roomId}:guessed`))).not.toBe('ok');
    expect(await ask(room, 'seek', { at: 3 })).toEqual({ at: 3 });
  });

  test('[RP35] of the last viewer ends the room: its id leads nowhere', async () => {
    const room = await openReplay(server.url, 'ann', matchId);
    const { roomId } = room;
    await room.leave();
    const again = (): Promise<unknown> =>
      sdkClient(server.url, sign('ann'))
        .joinById(roomId)
        .then((joined) => (void joined.leave(), null))
        .catch(({ code, message }: Error & { code: number }) => ({ code, message }));
    let answer = await again();
    for (let i = 0; i < 100 && answer === null; i++) answer = await again();
    expect(answer).toEqual({ code: 404, message: 'match/not_found: there is no such match' });
    expect(replays.clock.pending).toBe(0);
  });
});

test('[RP13] a replay in which nothing moves for half an hour is closed', async () => {
  const room = await openReplay(server.url, 'ann', matchId);
  room.reconnection.enabled = false;
  const closed = closeOf(room);
  expect(replays.clock.pending).toBe(1);
  await replays.clock.advance(30 * 60_000);
  await closed;
  await until(() => replays.clock.pending === 0);
});

test('[RP36] the monitor lists replays beside matches', async () => {
  const room = await openReplay(server.url, 'ann', matchId);
  const response = await fetch(`${server.url}/monitor/api`, {
    headers: { authorization: `Bearer ${sign('root', { roles: ['admin'] })}` },
  });
  const { rooms } = (await response.json()) as { rooms: { roomId: string; metadata: object }[] };
  expect(rooms.find(({ roomId }) => roomId === room.roomId)).toMatchObject({
    name: 'replay',
    metadata: { tenantId: 'dev', game: 'whist', phase: 'replay' },
  });
});

test('[RP36] a server that stops closes its replays, open or with a viewer who has dropped', async () => {
  const rooms = [await openReplay(server.url, 'ann', matchId), await openReplay(server.url, 'bob', matchId)];
  for (const room of rooms) room.reconnection.enabled = false;
  await ask(rooms[1]!, 'play');
  const closed = rooms.map(closeOf);
  cut(rooms[0]!);
  await server.stop();
  await Promise.all(closed);
  await server.start();
  begin();
  const again = await openReplay(server.url, 'ann', matchId);
  expect(again.state.matchId).toBe(matchId);
});
