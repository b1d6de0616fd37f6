/** Which processes there are, where rooms are made, and who is refused. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Redis } from 'ioredis';
import { clusterVersion } from '../../src/cluster/members.ts';
import { openRedis, type TestRedis } from '../support/redis.ts';
import { macOf, makeProcess, type Process } from './support.ts';

let redis: TestRedis;
let raw: Redis;
let processes: Process[];

beforeEach(() => {
  redis = openRedis();
  raw = redis.connect();
  processes = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { members } of processes) await members.leave();
  await redis.close();
});

async function start(told: Parameters<typeof makeProcess>[1] = {}): Promise<Process> {
  const process = makeProcess(redis, told);
  processes.push(process);
  await process.members.check();
  await process.members.join();
  return process;
}

const keyOf = ({ self }: Process): string => `{${redis.prefix}}:member:${self.processId}`;
const listKey = (): string => `{${redis.prefix}}:members`;

/** Puts a key as a process would. */
async function put(processId: string, text: string, purpose = 'members', secret?: string): Promise<void> {
  await raw.sadd(listKey(), processId);
  await raw.set(`{${redis.prefix}}:member:${processId}`, `${macOf(purpose, secret).sign(text)} ${text}`);
}

describe('processes of one house', () => {
  test('[CU1] [CU20] one that is asked for in the middle of a beat is not taken for dead by that', async () => {
    const b = await start();
    const a = makeProcess(redis);
    processes.push(a);
    const sadd = Redis.prototype.sadd as (...args: string[]) => Promise<number>;
    // between the two commands of its beat
    vi.spyOn(Redis.prototype, 'sadd').mockImplementationOnce(async function (
      this: Redis,
      ...args: unknown[]
    ) {
      const added = await sadd.apply(this, args as string[]);
      await b.members.isAlive(a.self.processId);
      return added;
    });
    await a.members.join();
    expect(await b.members.isAlive(a.self.processId)).toBe(true);
  });

  test('[CU2] one that beats while others read that it is dead stays listed', async () => {
    const [a, b] = [await start(), await start()];
    await raw.del(keyOf(a));
    const mget = Redis.prototype.mget as (keys: string[]) => Promise<(string | null)[]>;
    vi.spyOn(Redis.prototype, 'mget').mockImplementationOnce(async function (
      this: Redis,
      ...args: unknown[]
    ) {
      const texts = await mget.apply(this, args as [string[]]);
      await a.members.tell();
      return texts;
    });
    await b.members.tell();
    expect(await raw.smembers(listKey())).toContain(a.self.processId);
  });

  test('[CU1] know each other from when one joins until it leaves', async () => {
    const [a, b] = [await start({ port: 11 }), await start({ port: 12 })];
    expect(await a.members.find(b.self.processId)).toMatchObject({ host: '127.0.0.1', port: 12 });
    expect(await b.members.isAlive(a.self.processId)).toBe(true);
    expect(await a.members.find('nobody')).toBe(null);
    await b.members.leave();
    const c = await start();
    expect(await c.members.find(b.self.processId)).toBe(null);
    expect(await c.members.isGone(b.self.processId)).toBe(true);
  });

  test('[CU2] one that does not tell that it lives is dead when its key of three seconds is gone', async () => {
    const [a, b] = [await start(), await start()];
    const life = await raw.pttl(keyOf(b));
    expect(life).toBeGreaterThan(0);
    expect(life).toBeLessThanOrEqual(3_000);
    await b.members.leave();
    await vi.waitFor(async () => expect(await a.members.isAlive(b.self.processId)).toBe(false), 3_000);
    expect(await raw.smembers(listKey())).toEqual([a.self.processId]);
  });

  test('[CU3] one with another secret is refused at its start', async () => {
    await start();
    const other = makeProcess(redis, {}, 'another secret that is longer than 32 characters');
    await expect(other.members.check()).rejects.toMatchObject({ code: 'cluster/other_secret' });
  });

  test('[CU4] one of another version is refused at its start, whatever else it says of itself', async () => {
    await put('older', JSON.stringify({ version: clusterVersion + 1, name: 'what is not known here' }));
    await expect(makeProcess(redis).members.check()).rejects.toMatchObject({ code: 'cluster/other_version' });
  });

  test.each([
    ['no proof', (text: string) => text],
    ['a proof of another purpose', (text: string) => `${macOf('hop').sign(text)} ${text}`],
    ['a proof of another secret', (text: string) => `${macOf('members', 'x'.repeat(40)).sign(text)} ${text}`],
    ['no text', () => ''],
    ['a proof of no JSON object', () => `${macOf('members').sign('1')} 1`],
  ])('[CU5] a key with %s is no member, and harms nobody', async (_, sealed) => {
    const a = await start();
    const stranger = { ...a.self, processId: 'stranger', port: 6_379 };
    await raw.sadd(listKey(), 'stranger');
    await raw.set(`{${redis.prefix}}:member:stranger`, sealed(JSON.stringify(stranger)));
    expect(await a.members.find('stranger')).toBe(null);
    expect(await a.members.find(a.self.processId)).not.toBe(null);
    await a.members.tell();
    expect(a.errors).toEqual([]);
  });

  test('[CU5] the key of a member, copied, makes no second one, and does not outlive it', async () => {
    const [a, b] = [await start(), await start()];
    await raw.sadd(listKey(), 'copy');
    await raw.set(`{${redis.prefix}}:member:copy`, (await raw.get(keyOf(b)))!);
    expect(await a.members.find('copy')).toBe(null);
    expect(await a.members.find(b.self.processId)).not.toBe(null);
    await b.members.leave();
    await a.members.tell();
    expect(await a.members.isGone(b.self.processId)).toBe(true);
  });

  test('[CU5] a member without a valid address is none', async () => {
    const a = await start();
    const text = JSON.stringify({ ...a.self, processId: 'bad', port: 70_000 });
    await put('bad', text);
    expect(await a.members.find('bad')).toBe(null);
  });

  test('[CU6] one that could not be reached is passed over for three seconds, but is not gone', async () => {
    const [a, b] = [await start(), await start()];
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    a.members.suspect(b.self.processId);
    expect(await a.members.find(b.self.processId)).toBe(null);
    expect(await a.members.isGone(b.self.processId)).toBe(false);
    now += 2_999;
    expect(await a.members.isAlive(b.self.processId)).toBe(false);
    now += 2;
    expect(await a.members.isAlive(b.self.processId)).toBe(true);
  });
});

describe('a new room', () => {
  test('[CU7] is made where the fewest are, not at one that drains or can not be reached', async () => {
    const [a, b, c] = [await start({ rooms: 3 }), await start({ rooms: 1 }), await start({ rooms: 2 })];
    await a.members.tell();
    expect(a.members.place()).toBe(b.self.processId);
    b.self.isDraining = true;
    await b.members.tell();
    await a.members.tell();
    expect(a.members.place()).toBe(c.self.processId);
    a.members.suspect(c.self.processId);
    expect(a.members.place()).toBe(a.self.processId);
    a.self.isDraining = true;
    expect(a.members.place()).toBe(a.self.processId);
  });

  test('[CU8] a hundred at once are spread evenly, though no process has told of its new ones yet', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    await a.members.tell();
    const count = new Map<string, number>();
    for (let i = 0; i < 100; i++) {
      const id = a.members.place();
      count.set(id, (count.get(id) ?? 0) + 1);
    }
    const ids = [a, b, c].map(({ self }) => self.processId);
    expect(ids.map((id) => count.get(id)).toSorted()).toEqual([33, 33, 34]);
  });

  test('[CU8] what was placed counts until its process has had time to tell, and then no more', async () => {
    const [a, b] = [await start({ rooms: 10 }), await start()];
    await a.members.tell();
    for (let i = 0; i < 11; i++) a.members.place();
    const places = (): string[] => [a.members.place(), a.members.place()];
    expect(places()).toContain(a.self.processId);
    await a.members.tell();
    expect(places()).toContain(a.self.processId);
    await a.members.tell();
    await a.members.tell();
    expect(places()).toEqual([b.self.processId, b.self.processId]);
  });
});
