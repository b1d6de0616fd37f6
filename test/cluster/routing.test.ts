/** Matchmaking and sockets at three real processes: it does not matter which of them is asked. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { joinById, move, openMatch, openTable, tokenOf } from '../rooms/table.ts';
import { sign } from '../support/server.ts';
import { House } from './house.ts';

let house: House;
beforeAll(async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  house = await House.open(3);
});
afterAll(() => house?.close());

interface Seat {
  readonly roomId: string;
  readonly processId: string;
  readonly sessionId: string;
  readonly publicAddress: string;
}

const places = (): readonly string[] => house.residents.map(({ url }) => url);

/** One question to the matchmaker of a process. */
async function post(url: string, method: string, name: string, token: string, options: object = {}) {
  const answer = await fetch(`${url}/matchmake/${method}/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(options),
  });
  return { status: answer.status, body: (await answer.json()) as Seat & { code: number; error: string } };
}

const count = (values: readonly string[]): number[] =>
  [...Map.groupBy(values, (value) => value).values()].map(({ length }) => length).toSorted((x, y) => x - y);

/** A match of a tenant of its own, and the processes that do not have it: its public address ends with its place. */
async function matchElsewhere() {
  const tenant = `t-${randomUUID()}`;
  const { body } = await post(places()[0]!, 'create', 'whist', sign('owner', { tenantId: tenant }));
  const place = Number(/\/p(\d)$/.exec(body.publicAddress)![1]);
  return { tenant, matchId: body.roomId, others: places().toSpliced(place, 1) };
}

describe('matchmaking', () => {
  test('[CU60] forty who ask at once, at three processes, fill ten matches of four, each time', async () => {
    for (let round = 0; round < 10; round++) {
      const tenant = `t-${randomUUID()}`;
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          post(places()[i % 3]!, 'joinOrCreate', 'whist', sign(`p${i}`, { tenantId: tenant })),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
      expect(count(answers.map(({ body }) => body.roomId))).toEqual(Array(10).fill(4));
    }
  });

  test('[CU61] matches that are made at once at one process are spread over all', async () => {
    const makeThirty = async () => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, i) => post(places()[0]!, 'create', 'whist', sign(`c${i}`))),
      );
      const spread = count(answers.map(({ body }) => body.processId));
      expect(spread).toHaveLength(3);
      // ten each, but for what was made at the others meanwhile
      expect(spread[0]).toBeGreaterThanOrEqual(3);
    };
    // who came last is known with the next beat
    await vi.waitFor(makeThirty, { timeout: 10_000, interval: 1_100 });
  });

  test('[CU62] a match is joined and watched by its id at any process', async () => {
    const { tenant, matchId, others } = await matchElsewhere();
    for (const [i, url] of others.entries()) {
      const token = sign(`p${i}`, { tenantId: tenant });
      const player = await post(url, 'joinById', matchId, token);
      const watcher = await post(url, 'joinById', matchId, token, { spectate: true });
      expect([player.body.roomId, watcher.body.roomId]).toEqual([matchId, matchId]);
    }
    const room = await joinById(others[0]!, sign('eyes', { tenantId: tenant }), matchId, { spectate: true });
    expect(room.roomId).toBe(matchId);
    await room.leave();
  });

  test('[CU63] a match of another tenant, or that a token is not for, is unknown at any process, in the same words', async () => {
    const { tenant, matchId, others } = await matchElsewhere();
    const refused = [];
    for (const url of places()) {
      refused.push(
        await post(url, 'joinById', matchId, sign('stranger', { tenantId: 'other' })),
        await post(url, 'joinById', matchId, sign('guest', { tenantId: tenant, matchId: randomUUID() })),
        await post(url, 'joinById', randomUUID(), sign('owner', { tenantId: tenant })),
        await post(url, 'joinById', matchId, sign('stranger', { tenantId: 'other' }), { spectate: true }),
      );
    }
    const unknown = { status: 404, body: { code: 404, error: 'match/not_found: there is no such match' } };
    expect(refused).toEqual(Array(12).fill(unknown));
    const guest = sign('guest', { tenantId: tenant, matchId });
    expect((await post(others[0]!, 'joinById', matchId, guest)).status).toBe(200);
  });

  test('[CU63] a full match is full at any process', async () => {
    const table = await openTable(house.url);
    for (const url of places()) {
      const { status, body } = await post(url, 'joinById', table.matchId, tokenOf(table.tenant, 'late'));
      expect([status, body.error.split(':')[0]]).toEqual([409, 'seat/none_free']);
    }
  });

  test('[CU64] a session returns by HTTP at any process, with its own token only', async () => {
    const table = await openMatch(house.url);
    const [first] = table.rooms;
    const token = first!.reconnectionToken.split(':')[1]!;
    const player = tokenOf(table.tenant, 0);
    for (const url of places()) {
      const { body } = await post(url, 'reconnect', table.matchId, player, { reconnectionToken: token });
      expect(body).toMatchObject({ roomId: table.matchId, sessionId: first!.sessionId });
      const forged = await post(url, 'reconnect', table.matchId, player, { reconnectionToken: `x${token}` });
      expect(forged.status).toBeGreaterThanOrEqual(400);
    }
  });
});

test('[CU3] a process with another secret does not start, and says what to do', async () => {
  const stranger = house.add({ AUTH_KEYS: `test:${'another secret '.repeat(3)}` });
  await expect(stranger).rejects.toThrow(
    /can't start: processes with other AUTH_KEYS use this Redis: give all the same/,
  );
});

test('[CU65] [CU26] a house whose Redis goes away and comes back empty lives on, and plays on meanwhile', async () => {
  const table = await openMatch(house.url);
  let cuts = 0;
  for (const room of table.rooms) room.onDrop(() => cuts++);
  await house.redis.kill();
  for (let moves = 0; moves < 8; moves++) await move(table);
  const answers = await Promise.all(
    places().map((url) => post(url, 'joinOrCreate', 'whist', sign('late', { tenantId: 'away' }))),
  );
  for (const { status, body } of answers)
    expect([status, body.error]).toEqual([503, expect.stringMatching(/^cluster\/unavailable: /)]);
  await house.redis.start();
  for (const place of places()) {
    const watch = () =>
      post(place, 'joinById', table.matchId, tokenOf(table.tenant, 'e'), { spectate: true });
    await vi.waitFor(async () => expect((await watch()).status).toBe(200), 10_000);
  }
  await move(table);
  expect(cuts).toBe(0);
  expect(house.residents.map(({ server }) => server.child.exitCode)).toEqual([null, null, null]);
  expect(house.residents.map(({ server }) => server.output.stderr).join('')).not.toMatch(/unhandled/i);
});
