/** Who takes a socket: the process that has the room, another one, or this one for want of it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Hops, hopHeader } from '../../src/cluster/hop.ts';
import { createUpgradeRouter } from '../../src/cluster/upgrade-router.ts';
import { openRedis, type TestRedis } from '../support/redis.ts';
import { macOf, makeProcess, type Process, roomOf } from './support.ts';

interface Resident extends Process {
  readonly server: Server;
  readonly port: number;
  readonly hops: Hops;
  /** Rooms that it has, whatever is listed. */
  readonly here: Set<string>;
  readonly warned: string[];
}

let redis: TestRedis;
let residents: Resident[];
let a: Resident;
let b: Resident;

beforeEach(async () => {
  [redis, residents] = [openRedis(), []];
  [a, b] = [await start(), await start()];
});
afterEach(async () => {
  for (const { members, server } of residents) {
    server.closeAllConnections();
    server.close();
    await members.leave();
  }
  await redis.close();
});

/** A process that answers a socket which it takes with its own name, and the header of the hop. */
async function start(): Promise<Resident> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const process = makeProcess(redis, { port });
  const { self, members, directory } = process;
  const hops = new Hops(macOf('hop'), () => self.processId, Date.now);
  const [here, warned] = [new Set<string>(), [] as string[]];
  const route = createUpgradeRouter({
    processId: () => self.processId,
    members,
    directory,
    hops,
    isHere: (roomId) => here.has(roomId),
    log: { warn: (_fields, message) => void warned.push(message) },
  });
  server.on('upgrade', (request, socket, head) => {
    const take = (): void => void socket.end(`HTTP/1.1 101 Taken\r\n\r\n${self.processId}`);
    void route(request, socket, head, take);
  });
  await members.join();
  const resident = { ...process, server, port, hops, here, warned };
  residents.push(resident);
  return resident;
}

/** What a client gets that dials this process: the name of who took it, or a status. */
async function dial(to: Resident, roomId: string, header?: string): Promise<string> {
  const socket = connect(to.port, '127.0.0.1');
  const lines = [`GET ${targetOf(roomId)} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
  if (header !== undefined) lines.push(`${hopHeader}: ${header}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let text = '';
  socket.on('data', (part) => void (text += part));
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return head.includes(' 101 ') ? body : head.split('\r\n')[0]!.slice(9);
}

const targetOf = (roomId: string): string => `/first/${roomId}?sessionId=s`;

/** A room that this process has, and has listed. */
async function has(process: Resident, roomId?: string): Promise<string> {
  const room = roomOf(process, roomId === undefined ? {} : { roomId });
  process.here.add(room.roomId);
  await process.directory.insert(room);
  return room.roomId;
}

const name = ({ self }: Process): string => self.processId;

describe('a socket', () => {
  test('[CU50] whose room is here stays here', async () => {
    expect(await dial(a, await has(a))).toBe(name(a));
  });

  test.each(['', 'Xy_7-short'])('[CU51] whose room %s is in another process goes there', async (short) => {
    const roomId = await has(b, short || undefined);
    expect(await dial(a, roomId)).toBe(name(b));
    expect(await dial(b, roomId)).toBe(name(b));
  });

  test('[CU52] whose room is nowhere is taken by whoever is reached', async () => {
    expect([await dial(a, 'nowhere'), await dial(b, 'nowhere')]).toEqual([name(a), name(b)]);
    expect(await dial(a, '')).toBe(name(a));
  });

  test('[CU52] whose room was in a process that is gone is taken by whoever is reached', async () => {
    const roomId = await has(b);
    await b.members.leave();
    await a.members.tell();
    expect(await dial(a, roomId)).toBe(name(a));
  });

  test('[CU53] whose process refuses the connection, though its key says that it lives, is taken at once', async () => {
    const roomId = await has(b);
    b.server.close();
    b.server.closeAllConnections();
    expect(await dial(a, roomId)).toBe(name(a));
    expect(await a.members.isAlive(name(b))).toBe(false);
  });

  test('[CU53] whose process hangs is cut after three seconds, and taken when it comes again', async () => {
    const roomId = await has(b);
    b.server.removeAllListeners('upgrade');
    b.server.on('upgrade', () => {});
    expect(await dial(a, roomId)).toBe('');
    expect(await dial(a, roomId)).toBe(name(a));
  });

  test('[CU54] that was handed on to where its room is no more is cut with 503, and goes in no circle', async () => {
    const third = await start();
    const roomId = await has(third);
    const hop = a.hops.make(name(b), targetOf(roomId));
    expect(await dial(b, roomId, hop)).toBe('503 Service Unavailable');
    expect(await dial(b, roomId)).toBe(name(third));
  });

  test('[CU54] that was handed on and whose room is nowhere by now is taken', async () => {
    expect(await dial(b, 'ended', a.hops.make(name(b), targetOf('ended')))).toBe(name(b));
  });

  test.each([
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['a hop to another process', (roomId: string) => a.hops.make(name(a), targetOf(roomId))],
    ['a hop for another target', () => a.hops.make(name(b), targetOf('other'))],
  ])('[CU31] of a client that says %s in the header of hops is refused', async (_, make) => {
    const roomId = await has(b);
    expect(await dial(b, roomId, make(roomId))).toBe('403 Forbidden');
  });

  test('[CU31] of a client that has seen a hop and says it again is refused', async () => {
    const roomId = await has(b);
    const hop = a.hops.make(name(b), targetOf(roomId));
    expect([await dial(b, roomId, hop), await dial(b, roomId, hop)]).toEqual([name(b), '403 Forbidden']);
  });

  test('[CU55] is handed on to members only, whatever a listing says', async () => {
    const other = createServer();
    const dialled: unknown[] = [];
    other.on('connection', (socket) => dialled.push(socket));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const stranger = { ...a.self, processId: 'stranger', port };
    const raw = redis.connect();
    await raw.sadd(`{${redis.prefix}}:members`, 'stranger');
    await raw.set(`{${redis.prefix}}:member:stranger`, `${'A'.repeat(43)} ${JSON.stringify(stranger)}`);
    const room = { ...roomOf(b), processId: 'stranger', publicAddress: `127.0.0.1:${port}` };
    await b.directory.insert(room);
    expect(await dial(a, room.roomId)).toBe(name(a));
    expect(dialled).toEqual([]);
    other.close();
  });

  test('[CU56] while Redis is away: to a room that is here it comes, to others not, so that it tries again', async () => {
    const [own, others] = [await has(a), await has(b)];
    redis.cut();
    expect(await dial(a, own)).toBe(name(a));
    expect(await dial(a, others)).toBe('503 Service Unavailable');
    expect(a.warned).toHaveLength(1);
  });
});
