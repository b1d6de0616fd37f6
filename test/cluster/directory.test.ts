/** The directory of rooms, as Colyseus and the router use it, over a real Redis. */
import type { IRoomCache } from '@colyseus/core';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRedis, type TestRedis } from '../support/redis.ts';
import { anyOpen, makeProcess, type Process, roomOf } from './support.ts';

let redis: TestRedis;
let raw: Redis;
let a: Process;
let b: Process;

beforeEach(async () => {
  redis = openRedis();
  raw = redis.connect();
  [a, b] = [makeProcess(redis), makeProcess(redis)];
  await a.members.join();
  await b.members.join();
});
afterEach(async () => {
  for (const { members } of [a, b]) await members.leave();
  await redis.close();
});

const key = (name: string): string => `{${redis.prefix}}:${name}`;
const offerKey = (offer = 'o', tenant = 'dev'): string =>
  key(`offer:${JSON.stringify(['whist', tenant, offer])}`);
const open = async (process: Process): Promise<string | undefined> =>
  ((await process.directory.findOne(anyOpen)) as IRoomCache | undefined)?.roomId;

describe('listings', () => {
  test('[CU10] of several processes that list the same id one does', async () => {
    const room = roomOf(a);
    const won = await Promise.all([
      a.directory.insert(room),
      b.directory.insert({ ...room, processId: b.self.processId }),
    ]);
    expect(won.filter(Boolean)).toHaveLength(1);
    const winner = won[0] ? a : b;
    expect((await b.directory.find(room.roomId))?.processId).toBe(winner.self.processId);
  });

  test('[CU11] who lost neither changes nor removes what the winner has listed', async () => {
    const room = roomOf(a);
    await a.directory.insert(room);
    const lost = { ...room, processId: b.self.processId };
    expect(await b.directory.insert(lost)).toBe(false);
    expect(await b.directory.update(lost, { $set: { private: true } })).toBe(false);
    expect(await b.directory.remove(room.roomId)).toBe(false);
    await b.directory.tellAgain(true);
    expect(await b.directory.find(room.roomId)).toMatchObject({
      processId: a.self.processId,
      private: false,
    });
    expect(await open(b)).toBe(room.roomId);
  });

  test('[CU11] a zombie neither changes, removes nor lists again what its heir has claimed', async () => {
    const old = roomOf(a);
    await a.directory.insert(old);
    await b.directory.forget(old.roomId);
    await a.directory.update(old, { $inc: { clients: 1 } });
    expect(await b.directory.has(old.roomId)).toBe(false);
    expect(await b.directory.insert({ ...old, processId: b.self.processId, clients: 0 })).toBe(true);
    await a.directory.update(old, { $inc: { clients: 1 } });
    await a.directory.persist(old, false);
    await a.directory.tellAgain(true);
    await a.directory.remove(old.roomId);
    expect(await b.directory.find(old.roomId)).toMatchObject({ processId: b.self.processId, clients: 0 });
    expect(await raw.smembers(key(`rooms-of:${a.self.processId}`))).toEqual([]);
  });

  test('[CU12] come back as they were listed, changes included', async () => {
    const room = roomOf(a);
    await a.directory.insert(room);
    await a.directory.update(room, { $set: { locked: true }, $inc: { clients: 2 } });
    expect(room).toMatchObject({ locked: true, clients: 2 });
    expect(await b.directory.find(room.roomId)).toEqual(room);
    expect(await b.directory.findByIds([room.roomId, 'none'])).toEqual(new Map([[room.roomId, room]]));
    expect(await b.directory.query({ processId: a.self.processId })).toEqual([room]);
    expect(await b.directory.query({ name: 'tetris' })).toEqual([]);
    expect(await b.directory.remove(room.roomId)).toBe(false);
    expect(await a.directory.remove(room.roomId)).toBe(true);
    expect(await b.directory.query()).toEqual([]);
    expect(await b.directory.findByIds([])).toEqual(new Map());
  });
});

describe('strangers', () => {
  test('[CU13] are sent to the oldest open room of their tenant that offers what they ask for', async () => {
    const [oldest, younger] = [roomOf(a), roomOf(b)];
    const others = [
      roomOf(a, { createdAt: new Date(1), metadata: { tenantId: 'other', offer: 'o' } }),
      roomOf(a, { createdAt: new Date(1), metadata: { tenantId: 'dev', offer: 'p' } }),
      roomOf(a, { createdAt: new Date(1), name: 'tetris' }),
      roomOf(a, { createdAt: new Date(1), metadata: { tenantId: 'dev' } }),
    ];
    for (const room of [younger, ...others]) await a.directory.insert(room);
    await a.directory.insert(oldest);
    expect(await open(b)).toBe(oldest.roomId);
    await a.directory.update(oldest, { $set: { private: true } });
    expect(await open(b)).toBe(younger.roomId);
    await a.directory.update(oldest, { $set: { private: false } });
    expect(await open(b)).toBe(oldest.roomId);
    await a.directory.update(oldest, { $set: { locked: true } });
    expect(await open(b)).toBe(younger.roomId);
  });

  test('[CU14] rooms of a dead process are passed over, and listed no more', async () => {
    const [dead, living] = [roomOf(a), roomOf(b)];
    await a.directory.insert(dead);
    await b.directory.insert(living);
    await a.members.leave();
    await b.members.tell();
    expect(await open(b)).toBe(living.roomId);
    expect(await b.directory.has(dead.roomId)).toBe(false);
    expect(await raw.zrange(offerKey(), 0, -1)).toEqual([living.roomId]);
  });

  test('[CU14] rooms of one that can not be reached now are passed over, and stay listed', async () => {
    const [away, living] = [roomOf(a), roomOf(b)];
    await a.directory.insert(away);
    await b.directory.insert(living);
    b.members.suspect(a.self.processId);
    expect(await open(b)).toBe(living.roomId);
    await b.directory.cleanup(a.self.processId);
    expect(await a.directory.find(away.roomId)).toEqual(away);
    expect(await open(a)).toBe(away.roomId);
  });

  test('[CU15] a room that is asked for by its id and lives nowhere is revived', async () => {
    const room = roomOf(a);
    await a.directory.insert(room);
    await a.members.leave();
    await b.members.tell();
    const heir = { ...room, processId: b.self.processId };
    b.directory.reviveBy(async (roomId) => {
      await b.directory.forget(roomId);
      await b.directory.insert(heir);
    });
    expect(await b.directory.findOne({ roomId: room.roomId })).toEqual(heir);
  });

  test('[CU16] all rooms of a dead process are cleared at once; those of one that lives are not', async () => {
    const rooms = [roomOf(a), roomOf(a)];
    for (const room of rooms) await a.directory.insert(room);
    await b.directory.cleanup(a.self.processId);
    expect((await b.directory.query()).length).toBe(2);
    await a.members.leave();
    await b.members.tell();
    await b.directory.cleanup(a.self.processId);
    expect(await b.directory.query()).toEqual([]);
    expect(await raw.keys(`*${redis.prefix}*rooms-of*`)).toEqual([]);
  });

  test.each([
    ['no JSON', 'garbage'],
    ['another shape', '{"processId":5}'],
    ['an array', '[]'],
    ['the listing of another room', null],
  ])('[CU17] %s in the place of a listing harms nobody', async (_, garbage) => {
    const [broken, whole] = [roomOf(a), roomOf(a)];
    await a.directory.insert(broken);
    await a.directory.insert(whole);
    await raw.hset(key('rooms'), broken.roomId, garbage ?? JSON.stringify(whole));
    expect(await b.directory.find(broken.roomId)).toBe(undefined);
    expect(await open(b)).toBe(whole.roomId);
    expect((await b.directory.query()).every(({ roomId }) => roomId === whole.roomId)).toBe(true);
    expect(await a.directory.insert(broken)).toBe(true);
    expect(await open(b)).toBe(broken.roomId);
  });
});

test('[CU18] what processes do at the same time leaves listings, sets and offers that agree', async () => {
  const ids = ['r1', 'r2', 'r3'];
  const step = fc.record({
    who: fc.constantFrom('a', 'b'),
    id: fc.constantFrom(...ids),
    what: fc.constantFrom('insert', 'lock', 'unlock', 'hide', 'show', 'remove', 'forget', 'again', 'find'),
    waits: fc.boolean(),
  });
  const happened = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const keys = [
        ...(await raw.keys(`*${redis.prefix}*room*`)),
        ...(await raw.keys(`*${redis.prefix}*offer*`)),
      ];
      if (keys.length > 0) await raw.del(keys);
      const sides = {
        a: makeProcess(redis, { processId: a.self.processId }),
        b: makeProcess(redis, { processId: b.self.processId }),
      };
      const rooms = new Map<string, IRoomCache>();
      const doing: Promise<unknown>[] = [];
      for (const { who, id, what, waits } of steps) {
        const side = sides[who as 'a'];
        const { directory } = side;
        const name = `${who} ${id}`;
        const room = rooms.get(name) ?? roomOf(side, { roomId: id });
        rooms.set(name, room);
        const works: Record<string, () => Promise<unknown>> = {
          insert: () => directory.insert(room),
          lock: () => directory.update(room, { $set: { locked: true } }),
          unlock: () => directory.update(room, { $set: { locked: false } }),
          hide: () => directory.update(room, { $set: { private: true } }),
          show: () => directory.update(room, { $set: { private: false } }),
          remove: () => directory.remove(id),
          forget: () => directory.forget(id),
          again: () => directory.tellAgain(true),
          find: () => directory.findOne(anyOpen),
        };
        happened.add(what);
        const work = works[what]!();
        doing.push(work);
        if (waits) await work;
      }
      await Promise.all(doing);
      await agree(ids);
    }),
    { numRuns: 60 },
  );
  expect(happened.size).toBe(9);
});

async function agree(ids: readonly string[]): Promise<void> {
  const listed = await a.directory.query();
  const opened = listed.filter((room) => !room.locked && !room.private).map(({ roomId }) => roomId);
  expect((await raw.zrange(offerKey(), 0, -1)).toSorted()).toEqual(opened.toSorted());
  for (const { self } of [a, b]) {
    const own = listed.filter(({ processId }) => processId === self.processId).map(({ roomId }) => roomId);
    expect((await raw.smembers(key(`rooms-of:${self.processId}`))).toSorted()).toEqual(own.toSorted());
  }
  expect(listed.every(({ roomId }) => ids.includes(roomId))).toBe(true);
}
