import { matchMaker } from '@colyseus/core';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sdkClient, startServer, type TestServer, until } from '../support/server.ts';
import {
  ask,
  command,
  cut,
  join,
  joinById,
  move,
  moveUntil,
  nextSeat,
  openMatch,
  openTable,
  playOut,
  prepared,
  refusal,
  rejoin,
  type Table,
  tokenOf,
  type WhistClient,
} from './table.ts';

let server: TestServer;
beforeAll(async () => void (server = await startServer({ MAX_MESSAGES_PER_SECOND: '10000' })));
afterAll(() => server.close());

/** The state as everyone may see it. */
const publicState = ({ state }: WhistClient) => {
  const { seats, ...table } = state.toJSON();
  return { ...table, seats: seats.map(({ hand: _, ...seat }) => seat) };
};
const accounts = ({ state }: WhistClient) => [...state.seats].map(({ account }) => account);
const isHosted = (matchId: string) => matchMaker.getLocalRoomById(matchId) !== undefined;

describe('a match', () => {
  test('[R1] four SDK clients and a spectator see the same whole match', async () => {
    const table = await openMatch(server.url, { rounds: 3 });
    const spectator = await joinById(server.url, tokenOf(table.tenant, 'watcher'), table.matchId, {
      spectate: true,
    });
    await playOut(table);
    await until(() => spectator.state.phase === 'over');
    for (const room of table.rooms) expect(publicState(room)).toEqual(publicState(spectator));
    expect(spectator.state.round).toBe(3);
    for (const { sheet, score } of spectator.state.seats) {
      expect(sheet.length).toBe(9);
      expect([2, 5, 8].reduce((sum, i) => sum + sheet[i]!, 0)).toBe(score);
    }
    // 3 rounds of 4 bids, trumps, and 4 times 13, 12 and 11 cards; and 4 times ready
    expect(table.acknowledged).toHaveLength(4 + 3 * 5 + 4 * 36);
  });

  test('[R2] the match begins when four have sat down and each is ready, not before', async () => {
    const table = await openTable(server.url, {}, 3);
    for (const seat of [0, 1, 2]) await command(table, seat, 'ready');
    expect((await refusal(table.rooms[0]!, 'bid', { id: 'b', bid: 1 })).code).toBe('match/not_started');
    table.rooms.push(await join(server.url, tokenOf(table.tenant, 3)));
    expect(table.rooms[3]!.roomId).toBe(table.matchId);
    await command(table, 1, 'ready', { ready: false });
    await command(table, 3, 'ready');
    await until(() => table.rooms[0]!.state.seats[3]!.ready);
    expect(table.rooms[0]!.state.phase).toBe('lobby');
    await command(table, 1, 'ready');
    await until(() => table.rooms.every(({ state }) => state.phase === 'playing'));
  });

  test('[R3] only the host adds bots and removes them; with bots in the other seats one person plays alone', async () => {
    const table = await openTable(server.url, { rounds: 1, botDelayMs: 0 }, 2);
    const [host, guest] = table.rooms;
    expect((await refusal(guest!, 'add_bot', { id: 'a' })).code).toBe('seat/not_host');
    await command(table, 0, 'add_bot', { seat: 3, strength: 'strong' });
    await until(() => guest!.state.seats[3]!.bot === 'strong');
    expect((await refusal(guest!, 'remove_bot', { id: 'r', seat: 3 })).code).toBe('seat/not_host');
    expect((await refusal(host!, 'remove_bot', { id: 'r', seat: 1 })).code).toBe('seat/no_bot');
    await command(table, 0, 'remove_bot', { seat: 3 });
    await until(() => guest!.state.seats[3]!.bot === '');
    await guest!.leave();
    await until(() => host!.state.seats[1]!.account === '');
    for (const _ of [1, 2, 3]) await command(table, 0, 'add_bot', { strength: 'weak' });
    await command(table, 0, 'ready');
    await playOut({ ...table, rooms: [host!] });
    expect(host!.state.seats.map(({ bot }) => bot)).toEqual(['', 'weak', 'weak', 'weak']);
  });
});

describe('who meets whom', () => {
  test('[R4] strangers who ask for the same fill one match; those of another tenant, mode or options never meet them', async () => {
    const table = await openTable(server.url, { rounds: 2 }, 3);
    const token = tokenOf(table.tenant, 'other');
    const elsewhere = [
      await join(server.url, tokenOf(`${table.tenant}-2`, 'p3'), { rounds: 2 }),
      await join(server.url, token, { rounds: 3 }),
      await join(server.url, token, { rounds: 2, mode: 'ranked' }),
    ];
    for (const room of elsewhere) expect(room.roomId).not.toBe(table.matchId);
    expect((await join(server.url, tokenOf(table.tenant, 3), { rounds: 2 })).roomId).toBe(table.matchId);
  });

  test('[R5] a fifth player gets another match; watching is free', async () => {
    const table = await openTable(server.url);
    const fifth = await join(server.url, tokenOf(table.tenant, 'p4'));
    expect(fifth.roomId).not.toBe(table.matchId);
    const watching = await joinById(server.url, tokenOf(table.tenant, 'p5'), table.matchId, {
      spectate: true,
    });
    expect(accounts(watching)).toEqual(['p0', 'p1', 'p2', 'p3']);
  });

  test('[R5] at a full match a player is refused with seat/none_free', async () => {
    const table = await openTable(server.url);
    const late = joinById(server.url, tokenOf(table.tenant, 'p4'), table.matchId);
    await expect(late).rejects.toThrow('seat/none_free');
  });

  test('[R5] of six at once at one table of four, four sit and two are told that no seat is free', async () => {
    const { tenant, matchId, rooms } = await openTable(server.url, {}, 1);
    const others = ['a', 'b', 'c', 'd', 'e'].map((who) =>
      joinById(server.url, tokenOf(tenant, who), matchId),
    );
    const outcomes = await Promise.allSettled(others);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/seat\/none_free/);
    await until(() => !accounts(rooms[0]!).includes(''));
    expect(new Set(accounts(rooms[0]!)).size).toBe(4);
  });

  test('[R4] twelve strangers who come at once fill three matches, and none is turned away', async () => {
    const tenant = `t-${randomUUID()}`;
    const rooms = await Promise.all(
      Array.from({ length: 12 }, (_, who) => join(server.url, tokenOf(tenant, who))),
    );
    const matches = new Set(rooms.map(({ roomId }) => roomId));
    expect(matches.size).toBe(3);
    await until(() => rooms.every((room) => !accounts(room).includes('')));
  });

  test('[R6] who joins again takes the same seat, and the session before is closed with 4005', async () => {
    const table = await openMatch(server.url);
    const before = table.rooms[2]!;
    let closed = 0;
    before.onLeave((code) => void (closed = code));
    await rejoin(table, 2);
    await until(() => closed !== 0);
    expect(closed).toBe(4005);
    expect(table.rooms[2]!.state.seats[2]!.hand).toHaveLength(26);
    expect(table.rooms[2]!.state.seats[2]!.connected).toBe(true);
    await moveUntil(table, ({ stage }) => stage === 'play');

    const newer = table.rooms[2]!;
    newer.onLeave((code) => void (closed = -code));
    const again = sdkClient(server.url, tokenOf(table.tenant, 2)).reconnect(before.reconnectionToken);
    table.rooms[2] = await prepared((await again) as WhistClient);
    await until(() => closed === -4005);
    await move(table);
  });
});

describe.concurrent('coming and going', () => {
  test('[R7] a broken connection comes back by itself, and costs neither seat nor hand', async () => {
    const table = await openMatch(server.url);
    const seat = await nextSeat(table);
    const room = table.rooms[seat]!;
    const { hand } = room.state.seats[seat]!;
    let isBack = false;
    let wasAway = false;
    room.onReconnect(() => void (isBack = true));
    table.rooms[(seat + 1) % 4]!.onStateChange(({ seats }) => void (wasAway ||= !seats[seat]!.connected));
    cut(room);
    await until(() => isBack && wasAway && table.rooms[(seat + 1) % 4]!.state.seats[seat]!.connected);
    expect(room.state.seats[seat]!.hand).toBe(hand);
    for (let moves = 0; moves < 8; moves++) await move(table);
  });

  test('[R8] a bot plays for who stays away, and hands back to who returns', async () => {
    const table = await openMatch(server.url, { botDelayMs: 0 });
    const seat = await nextSeat(table);
    const [gone, other] = [table.rooms[seat]!, table.rooms[(seat + 1) % 4]!];
    gone.reconnection.enabled = false;
    cut(gone);
    await until(() => !other.state.seats[seat]!.connected);
    expect(other.state.turn).toBe(seat);
    await until(() => other.state.turn !== seat);
    expect(other.state.seats[seat]!.bid).toBeGreaterThanOrEqual(0);

    const client = sdkClient(server.url, tokenOf(table.tenant, seat));
    table.rooms[seat] = await prepared(await client.reconnect(gone.reconnectionToken));
    await until(() => other.state.seats[seat]!.connected);
    expect(table.rooms[seat]!.state.seats[seat]!.hand).toHaveLength(26);
    await moveUntil(table, ({ seats }) => seats[seat]!.cards === 11);
    expect(table.acknowledged.filter((one) => one.seat === seat && one.name === 'play')).toHaveLength(2);
  });

  test('[R9] a turn that runs out is played and the player idle, until their next command', async () => {
    const table = await openMatch(server.url, { turnMs: 2_000, botDelayMs: 60_000 });
    const seat = await nextSeat(table);
    await until(() => table.rooms.every(({ state }) => state.seats[seat]!.idle));
    expect(table.rooms[0]!.state.seats[seat]!.bid).toBeGreaterThanOrEqual(0);
    await moveUntil(table, ({ stage, turn }) => stage !== 'bid' && turn === seat);
    await move(table);
    await until(() => table.rooms.every(({ state }) => !state.seats[seat]!.idle));
  });

  test('[R10] [R25] a match that all have left is parked, and revived as it was by who joins it', async () => {
    const table = await openMatch(server.url);
    await moveUntil(table, ({ seats }) => seats[0]!.cards === 11);
    const [before, hand] = [publicState(table.rooms[0]!), table.rooms[1]!.state.seats[1]!.hand];
    await Promise.all(table.rooms.map((room) => room.leave()));
    await until(() => !isHosted(table.matchId));
    await expect(joinById(server.url, 'garbage', table.matchId)).rejects.toThrow('auth/malformed');
    expect(isHosted(table.matchId)).toBe(false);
    for (const seat of table.rooms.keys()) await rejoin(table, seat);
    await until(() => table.rooms.every(({ state }) => state.seats.every(({ connected }) => connected)));
    // names are known of those who joined, and nobody's turn has run
    const { deadline: _, ...same } = before;
    expect(publicState(table.rooms[0]!)).toMatchObject(same);
    expect(table.rooms[1]!.state.seats[1]!.hand).toBe(hand);
    await move(table);
  });

  test('[R11] a lobby that all have left is gone', async () => {
    const table = await openTable(server.url, {}, 2);
    await Promise.all(table.rooms.map((room) => room.leave()));
    await until(() => !isHosted(table.matchId));
    await expect(joinWhileItLives(table)).rejects.toThrow('match/not_found');
  });
});

/** Joins and leaves until the match is gone: it may be revived by who comes before it is. */
async function joinWhileItLives({ url, tenant, matchId }: Table): Promise<never> {
  for (;;) {
    const room = await joinById(url, tokenOf(tenant, 0), matchId);
    await room.leave();
  }
}

describe('after the match', () => {
  test('[R12] a rematch is another match of the same people in the same seats, once all have asked', async () => {
    const table = await openMatch(server.url, { rounds: 1, mode: 'friends' });
    expect((await refusal(table.rooms[0]!, 'rematch', {})).code).toBe('rematch/not_over');
    await playOut(table);
    for (const seat of [0, 1, 2]) {
      expect(await ask(table.rooms[seat]!, 'rematch', {})).toEqual({ matchId: null });
    }
    const { matchId } = await ask<{ matchId: string }>(table.rooms[3]!, 'rematch', {});
    await until(() => table.rooms.every(({ state }) => state.rematch === matchId));
    const next = { ...table, matchId, rooms: [...table.rooms] };
    for (const seat of [3, 1, 0, 2]) await rejoin(next, seat);
    expect(accounts(next.rooms[0]!)).toEqual(accounts(table.rooms[0]!));
    expect(next.rooms[0]!.state.mode).toBe('friends');
    for (const seat of next.rooms.keys()) await command(next, seat, 'ready');
    await move(next);
  });

  test('[R13] list_matches gives the tenant its finished matches, with the scores that the clients saw', async () => {
    const table = await openMatch(server.url, { rounds: 1, mode: 'ranked' });
    await playOut(table);
    const [room] = table.rooms;
    const list = (query?: object) =>
      ask<{ items: { id: string; players: object[] }[] }>(room!, 'list_matches', query);
    let { items } = await list();
    while (items.length === 0) ({ items } = await list());
    const players = room!.state.seats.map(({ account, score }, seat) => ({
      seat,
      accountId: account,
      score,
    }));
    expect(items).toMatchObject([{ id: table.matchId, mode: 'ranked', players }]);
    expect((await list({ mode: 'casual' })).items).toEqual([]);
    expect((await list({ player: 'p1', limit: 1 })).items).toHaveLength(1);
    expect((await refusal(room!, 'list_matches', { limit: 0 })).code).toBe('history/bad_query');
    const stranger = await join(server.url, tokenOf(`t-${randomUUID()}`, 'p0'));
    expect((await ask<{ items: object[] }>(stranger, 'list_matches')).items).toEqual([]);
  });
});
