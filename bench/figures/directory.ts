import { RedisDriver } from '@colyseus/redis-driver';
import type { IRoomCache, MatchMakerDriver } from '@colyseus/core';
import { randomUUID } from 'node:crypto';
import { makeRedis } from '../../scripts/cluster/services.ts';
import { RoomDirectory } from '../../src/cluster/room-directory.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { median, type Row } from '../report.ts';
import type { Bench } from '../stage.ts';

const rooms = 20_000;
const lookups = 200;
/** The other one reads all rooms each time. */
const stockLookups = 10;
const atOnce = 500;
const wanted = { name: 'whist', locked: false, private: false, tenantId: 'bench', offer: 'o' };

/** What joinOrCreate asks the directory for among 20,000 rooms of which all but one are full, beside Colyseus' own driver. */
export async function directory(bench: Bench): Promise<Row[]> {
  const server = await makeRedis();
  await server.start();
  const redis = connectRedis({ url: server.url, name: 'bench', onError: () => {} });
  try {
    const ours = new RoomDirectory({
      redis,
      prefix: 'bench',
      processId: () => 'bench',
      isAlive: async () => true,
      isGone: async () => false,
      onError(error) {
        throw error;
      },
    });
    const stock = new RedisDriver(redis);
    await fill(ours);
    await fill(stock);
    const values: number[] = [];
    const stockValues: number[] = [];
    for (let i = 0; i < bench.samples; i++) {
      values.push(await lookUp(ours, lookups));
      stockValues.push(await lookUp(stock, stockLookups));
    }
    const what = `an open room among ${rooms.toLocaleString('en-US')} is found, median`;
    return [
      { figure: 'directory', what, unit: 'ms', values, bound: { below: 2 } },
      { figure: 'directory', what: `the same with @colyseus/redis-driver`, unit: 'ms', values: stockValues },
    ];
  } finally {
    redis.disconnect();
    await server.close();
  }
}

async function fill(driver: MatchMakerDriver): Promise<void> {
  for (let i = 0; i < rooms; i += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, j) => driver.persist(roomOf(i + j === 0), true)));
}

/** Milliseconds of a lookup. */
async function lookUp(driver: MatchMakerDriver, times: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    const room = (await driver.findOne(wanted as object)) as IRoomCache | undefined;
    took.push(performance.now() - began);
    if (room?.private !== false) throw new Error('the open room was not found');
  }
  return median(took);
}

function roomOf(isOpen: boolean): IRoomCache {
  // the stock driver filters by fields of the room
  const offered = { tenantId: 'bench', offer: 'o' };
  return {
    ...offered,
    roomId: randomUUID(),
    name: 'whist',
    processId: 'bench',
    clients: 4,
    maxClients: 100,
    locked: false,
    private: !isOpen,
    createdAt: new Date(),
    metadata: { ...offered, phase: 'lobby', players: 4 },
  } as IRoomCache;
}
