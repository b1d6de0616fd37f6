/** Moments as the clients of a match hear of them. */
import { matchMaker } from '@colyseus/core';
import type { Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MatchEvent } from '../../src/match/engine.ts';
import { detect } from '../../src/match/moment-rules.ts';
import type { ToldMoment } from '../../src/moments/tell.ts';
import { sdkClient, sign, startServer, type TestServer, until } from '../support/server.ts';
import { clapMoments, claps, type ClapTable } from './claps.ts';

/** A client, what it was told, and how many claps it saw when it was. */
interface Guest {
  readonly room: Room<unknown, ClapTable>;
  readonly told: (ToldMoment & { readonly seen: number })[];
}

interface Hall {
  readonly tenant: string;
  readonly matchId: string;
  readonly guests: Guest[];
  /** What was acknowledged. */
  readonly events: MatchEvent[];
}

describe('moments in a room', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ MAX_MESSAGES_PER_SECOND: '10000' }, [claps]);
  });
  afterAll(() => server.close());

  function guestOf(room: Room<unknown, ClapTable>): Guest {
    const told: Guest['told'] = [];
    room.reconnection.minUptime = 0;
    room.onMessage('moment', (moment: ToldMoment) => void told.push({ ...moment, seen: room.state.claps }));
    room.onMessage('refused', () => {});
    return { room, told };
  }

  /** A match of two that has begun, with one who watches. */
  async function openHall(tenant = `t-${randomUUID()}`): Promise<Hall> {
    const token = (who: string): string => sign(who, { tenantId: tenant });
    const join = async (who: string) =>
      guestOf(await sdkClient(server.url, token(who)).joinOrCreate('claps', {}));
    const guests = [await join('p0'), await join('p1')];
    const { roomId: matchId } = guests[0]!.room;
    for (const { room } of guests) await room.request('ready' as never, { id: randomUUID() } as never);
    const watching = await sdkClient(server.url, token('watcher')).joinById(matchId, { spectate: true });
    guests.push(guestOf(watching as Room<unknown, ClapTable>));
    await until(() => guests.every(({ room }) => room.state?.phase === 'playing'));
    return { tenant, matchId, guests, events: [] };
  }

  async function act({ guests, events }: Hall, seat: number, type = 'clap', how?: string): Promise<number> {
    const command = { id: randomUUID(), ...(how && { how }) };
    const { n } = await guests[seat]!.room.request<object, { n: number }>(type as never, command as never);
    events.push({ n, t: 0, type, seat, data: how ?? null });
    return n;
  }

  /** What clients must be told, but for the match time. */
  function momentsIn({ events }: Hall): ToldMoment[] {
    const found = detect(
      clapMoments,
      events.toSorted((a, b) => a.n - b.n),
    );
    return found.map((moment, i) => ({ number: i + 1, ...moment, t: expect.any(Number) }) as ToldMoment);
  }

  const without = (told: Guest['told']): ToldMoment[] => told.map(({ seen: _, ...moment }) => moment);
  const haveTold = (guests: readonly Guest[], count: number) =>
    until(() => guests.every(({ told }) => told.length >= count), `${count} moments were told`);

  test('[R80] [R81] [R82] players and spectators get each moment of their match once, in order, after what it is about; nobody else does', async () => {
    const tenant = `t-${randomUUID()}`;
    const halls = [await openHall(tenant), await openHall(tenant), await openHall()];
    for (let i = 0; i < 24; i++) {
      const isBoo = i % 11 === 10;
      const seatOf = (k: number): number => (i % (7 + k) === 0 ? 1 : 0);
      const row = halls.map((hall, k) =>
        isBoo ? act(hall, 0, 'boo') : act(hall, seatOf(k), 'clap', `${k}`),
      );
      await Promise.all(row);
    }
    for (const hall of halls) {
      const expected = momentsIn(hall);
      expect(expected.length).toBeGreaterThan(4);
      await haveTold(hall.guests, expected.length);
      const clapsBy = (n: number) =>
        hall.events.filter((event) => event.type === 'clap' && event.n <= n).length;
      for (const { told } of hall.guests) {
        expect(without(told)).toEqual(expected);
        for (const { n, seen } of told) expect(seen).toBeGreaterThanOrEqual(clapsBy(n));
      }
    }
  });

  test('[R82] what is announced before its commit is known here is told with the patch that shows it', async () => {
    const hall = await openHall();
    await act(hall, 0);
    const n = await act(hall, 0);
    const moment = { number: 1, type: 'early', seat: null, n: n + 2, t: 0, data: null };
    matchMaker.presence.publish('moments', { matchId: hall.matchId, moments: [moment] });
    await act(hall, 1);
    expect(hall.guests.flatMap(({ told }) => told)).toEqual([]);
    await act(hall, 0);
    await haveTold(hall.guests, 1);
    for (const { told } of hall.guests) expect(told).toEqual([{ ...moment, seen: 4 }]);
  });

  test('[R83] after a start on the same data moments go on with the next number, and none comes twice', async () => {
    const hall = await openHall();
    for (let i = 0; i < 8; i++) await act(hall, 0);
    await haveTold(hall.guests, 2);
    let back = 0;
    for (const { room } of hall.guests) room.onReconnect(() => void back++);
    await server.stop();
    await server.start();
    await until(() => back === 3, 'all are back');
    for (let i = 0; i < 8; i++) await act(hall, 0);
    const expected = momentsIn(hall);
    await haveTold(hall.guests, expected.length);
    for (const { told } of hall.guests) expect(without(told)).toEqual(expected);
    expect(expected.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('[R84] what is announced wrongly harms no room, and what was told is not told again', async () => {
    const hall = await openHall();
    for (let i = 0; i < 3; i++) await act(hall, 0);
    await haveTold(hall.guests, 1);
    const { matchId } = hall;
    const [first] = without(hall.guests[0]!.told);
    const wrong = [{ matchId }, { matchId, moments: [{ ...first, number: -1 }] }, 'moments'];
    for (const message of wrong) matchMaker.presence.publish('moments', message);
    matchMaker.presence.publish('moments', { matchId, moments: [first] });
    matchMaker.presence.publish('moments', { matchId: randomUUID(), moments: [{ ...first, number: 9 }] });
    for (let i = 0; i < 3; i++) await act(hall, 0);
    await haveTold(hall.guests, 2);
    const expected = momentsIn(hall);
    for (const { told } of hall.guests) expect(without(told)).toEqual(expected);
  });
});
