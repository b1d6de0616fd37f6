/** Several processes that are one house, and the load that plays on them: for figures that need more than one. */
import { join } from 'node:path';
import { freePort } from '../../scripts/cluster/ports.ts';
import type { Service } from '../../scripts/cluster/service.ts';
import { makeRedis } from '../../scripts/cluster/services.ts';
import type { LoadCalls } from '../load.ts';
import { Child } from '../rpc.ts';
import type { ServerCalls } from '../server.ts';
import { type Bench, common } from '../stage.ts';
import { openStorage, type Storage } from '../storage.ts';

/** Where clients find the process at a place of the list. */
export type AddressOf = (place: number, ports: readonly number[]) => string;

export class BenchHouse {
  readonly servers: Child<ServerCalls>[] = [];
  readonly ports: number[] = [];
  readonly load: Child<LoadCalls>;
  readonly #bench: Bench;
  readonly #redis: Service;
  readonly #storage: Storage;

  private constructor(bench: Bench, redis: Service, storage: Storage) {
    this.#bench = bench;
    this.#redis = redis;
    this.#storage = storage;
    const env = { ...process.env, ...common };
    this.load = new Child(join(import.meta.dirname, '../load.ts'), [], env, bench.cores?.load ?? null);
  }

  /**
   * Runs `work` with so many processes on a Redis and a database of their own, and clears away what they leave. Clients
   * find each at its own port, unless told otherwise.
   */
  static async with<T>(
    bench: Bench,
    processes: number,
    work: (house: BenchHouse) => Promise<T>,
    addressOf: AddressOf = (place, ports) => `127.0.0.1:${ports[place]}`,
  ): Promise<T> {
    if (!bench.storages.includes('PostgreSQL')) throw new Error('several processes need a PostgreSQL');
    const storage = await openStorage('PostgreSQL', bench.url);
    const redis = await makeRedis();
    const house = new BenchHouse(bench, redis, storage);
    try {
      await redis.start();
      for (let i = 0; i < processes; i++) house.ports.push(await freePort());
      for (const [place, port] of house.ports.entries()) await house.add(port, addressOf(place, house.ports));
      return await work(house);
    } finally {
      await Promise.all([house.load, ...house.servers].map((child) => child.kill()));
      await redis.close();
      await storage.drop();
    }
  }

  /** Microseconds of CPU so far, of all processes. */
  async cpu(): Promise<number> {
    const used = await Promise.all(this.servers.map((server) => server.ask('cpu')));
    return used.reduce((sum, { process: own }) => sum + own, 0);
  }

  /** One more process, at a port of the list. */
  async add(port: number, address: string): Promise<void> {
    const { cores } = this.#bench;
    const env = {
      ...process.env,
      ...common,
      ...this.#storage.env,
      REDIS_URL: this.#redis.url,
      PUBLIC_ADDRESS: address,
      PORT: String(port),
    };
    const args = ['app', cores ? String(cores.load) : '-'];
    const server = new Child<ServerCalls>(
      join(import.meta.dirname, '../server.ts'),
      args,
      env,
      cores?.server ?? null,
    );
    this.servers.push(server);
    await server.ask('port');
  }
}
