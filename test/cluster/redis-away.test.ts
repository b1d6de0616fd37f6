/** Directory, members and presence while their Redis is away, and when it is back, with or without what it knew. */
import { requestFromIPC } from '@colyseus/core';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clusterTurns } from '../../src/cluster/join-turns.ts';
import { HousePresence } from '../../src/cluster/presence.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { openRedis, type TestRedis } from '../support/redis.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/server.ts';
import { anyOpen, makeProcess, type Process, roomOf } from './support.ts';

let server: RedisServer;
let redis: TestRedis;
/** Between Redis and the first process. */
let network: Proxy;
let far: TestRedis;
let a: Process;
let b: Process;
let rejected: unknown[];
const note = (error: unknown): void => void rejected.push(error);

beforeEach(async () => {
  // Colyseus tells of each connection that is lost
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  [rejected, server] = [[], await RedisServer.open()];
  process.on('unhandledRejection', note);
  network = await startProxy(server.port);
  redis = openRedis(server.url);
  far = openRedis(`redis://127.0.0.1:${network.port}`, redis.prefix);
  [a, b] = [makeProcess(far), makeProcess(redis)];
  await a.members.join();
  await b.members.join();
});
afterEach(async () => {
  for (const { members } of [a, b]) await members.leave();
  far.cut();
  await redis.close().catch(() => {});
  await network.close();
  await server.close();
  process.off('unhandledRejection', note);
  if (rejected.length > 0) throw rejected[0];
});

describe('Redis', () => {
  test('[CU20] that has forgotten everything learns it again with the next beats', async () => {
    const rooms = [roomOf(a), roomOf(a, { private: true }), roomOf(b)];
    for (const room of rooms) await (room.processId === a.self.processId ? a : b).directory.insert(room);
    await server.kill();
    await server.start();
    const found = async (): Promise<unknown> => [
      await b.members.isAlive(a.self.processId),
      (await b.directory.query()).length,
      await b.directory.findOne(anyOpen),
    ];
    await vi.waitFor(async () => expect(await found()).toEqual([true, 3, rooms[0]]), 10_000);
  });

  test('[CU20] that goes away while it is told is told again', async () => {
    const rooms = Array.from({ length: 20 }, () => roomOf(a));
    for (const room of rooms) await a.directory.insert(room);
    await redis.connect().flushall();
    vi.spyOn(a.directory, 'tellAgain').mockImplementationOnce(async () => {
      throw new Error('away');
    });
    await expect(a.members.tell()).rejects.toThrow('away');
    expect(await b.directory.query()).toEqual([]);
    await a.members.tell();
    expect((await b.directory.query()).length).toBe(20);
  });

  test('[CU20] that knows what was long ago forgets rooms that are no more', async () => {
    const [gone, kept] = [roomOf(a), roomOf(a)];
    await a.directory.insert(kept);
    await a.directory.insert(gone);
    const raw = redis.connect();
    const [rooms] = await raw.keys('*:rooms');
    const before = (await raw.hget(rooms!, gone.roomId))!;
    await a.directory.remove(gone.roomId);
    await a.directory.update(kept, { $set: { private: true } });
    await raw.hset(rooms!, gone.roomId, before, kept.roomId, before.replaceAll(gone.roomId, kept.roomId));
    await raw.sadd(rooms!.replace(/rooms$/, `rooms-of:${a.self.processId}`), gone.roomId);
    await a.directory.tellAgain(true);
    expect(await b.directory.query()).toEqual([kept]);
  });

  test('[CU21] that is away ends nothing: what it misses it is told when it is back', async () => {
    const [changed, gone] = [roomOf(a), roomOf(a)];
    await a.directory.insert(changed);
    await a.directory.insert(gone);
    await network.cut();
    const made = roomOf(a);
    const doing = [
      a.directory.update(changed, { $set: { private: true } }),
      a.directory.remove(gone.roomId),
      a.directory.insert(made),
    ];
    expect(await Promise.all(doing)).toEqual([true, false, true]);
    expect((await b.directory.query()).length).toBe(2);
    await network.mend();
    await vi.waitFor(() => a.members.tell(), 5_000);
    const raw = await b.directory.query();
    expect(raw.map(({ roomId }) => roomId).toSorted()).toEqual([changed.roomId, made.roomId].toSorted());
    expect(await b.directory.find(changed.roomId)).toMatchObject({ private: true });
    expect(await b.directory.findOne(anyOpen)).toEqual(made);
    expect(a.errors.length).toBeGreaterThan(2);
  });

  test('[CU22] that is away: own rooms are known, of others a client learns that it may try again', async () => {
    const [own, other] = [roomOf(a), roomOf(b)];
    await a.directory.insert(own);
    await b.directory.insert(other);
    await a.members.tell();
    await server.kill();
    expect(await a.directory.findOne({ roomId: own.roomId })).toEqual(own);
    const refused = { status: 503, code: 'cluster/unavailable' };
    await expect(a.directory.findOne({ roomId: other.roomId })).rejects.toMatchObject(refused);
    await expect(a.directory.findOne(anyOpen)).rejects.toMatchObject(refused);
    await expect(a.directory.query()).rejects.toMatchObject(refused);
    expect(await a.members.isAlive(b.self.processId)).toBe(true);
    await expect(a.members.isAlive('unknown')).rejects.toMatchObject(refused);
  });

  test('[CU21] that is away: a process ends all the same', async () => {
    await a.directory.insert(roomOf(a));
    await server.kill();
    for (const { processId } of [a.self, b.self]) await a.directory.cleanup(processId);
    expect(a.errors).not.toEqual([]);
  });

  test('[CU23] that is stopped: no command is waited for without end', async () => {
    const connection = connectRedis({ url: server.url, name: 'test', timeoutMs: 200, onError: () => {} });
    const presence = new HousePresence(connection, () => {});
    expect(await presence.hincrbyex('count', 'x', 2, 10)).toBe(2);
    expect(await presence.hincrbyex('count', 'x', 3, 10)).toBe(5);
    expect(await redis.connect().ttl('count')).toBeGreaterThan(0);
    server.signal('SIGSTOP');
    const asked = [
      presence.hincrbyex('count', 'x', 1, 10),
      presence.hdel('h', 'f'),
      presence.subscribe('topic', () => {}),
      presence.unsubscribe('topic'),
      presence.publish('topic', 'x'),
    ];
    expect((await Promise.all(asked)).slice(0, 2)).toEqual([1, false]);
    server.signal('SIGCONT');
    presence.shutdown();
  });

  test('[CU23] that is away: what processes say to each other is not heard, and rejects nowhere', async () => {
    const told: unknown[] = [];
    const connection = connectRedis({ url: server.url, name: 'test', onError: () => {} });
    const presence = new HousePresence(connection, (error) => told.push(error));
    const heard: unknown[] = [];
    await presence.subscribe('before', (message) => heard.push(message));
    await server.kill();
    await until(() => connection.status !== 'ready');
    const room = presence.subscribe('meanwhile', (message) => heard.push(message));
    expect(await presence.hincrbyex('count', 'x', 1, 10)).toBe(1);
    expect([await presence.hset('h', 'f', 'v'), await presence.hdel('h', 'f')]).toEqual([false, false]);
    const before = told.length;
    void presence.publish('nobody', 'x');
    await until(() => told.length > before);
    await expect(requestFromIPC(presence, 'nobody', 'x', [], 100)).rejects.toThrow('ipc_timeout');
    await room;
    expect(told.length).toBeGreaterThan(3);
    await server.start();
    const speaker = new Redis(server.url);
    const say = async (topic: string): Promise<number> => speaker.publish(topic, '"hello"');
    await vi.waitFor(
      async () => expect([await say('before'), await say('meanwhile')]).toEqual([1, 1]),
      10_000,
    );
    await until(() => heard.length >= 2);
    speaker.disconnect();
    await server.kill();
    presence.shutdown();
  });

  test('[CU24] that is away: who asks for a match waits for no turn but in this process', async () => {
    const connection = redis.connect();
    const inTurn = clusterTurns(connection, redis.prefix);
    await server.kill();
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => inTurn('key', async () => void order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });
});
