/** Three processes of one's own with their own Redis, PostgreSQL and NATS, and a network before them. */
import { randomBytes } from 'node:crypto';
import { House, nameOf } from '../scripts/cluster/house.ts';
import type { Service } from '../scripts/cluster/service.ts';
import { makeNats, makePostgres, makeRedis } from '../scripts/cluster/services.ts';
import { unlimited } from '../scripts/unlimited.ts';
import { Network } from './network.ts';
import { Output } from './output.ts';

export class Arena {
  readonly keys = `chaos:${randomBytes(32).toString('hex')}`;
  readonly network: Network;
  readonly redis: Service;
  readonly postgres: Service;
  readonly nats: Service;
  readonly output = new Output();
  house!: House;

  private constructor(network: Network, redis: Service, postgres: Service, nats: Service) {
    this.network = network;
    this.redis = redis;
    this.postgres = postgres;
    this.nats = nats;
  }

  /** Resolves when all is ready. Throws ClusterError; nothing runs then. */
  static async open(processes: number): Promise<Arena> {
    const [redis, postgres, nats] = await Promise.all([makeRedis(), makePostgres(), makeNats()]);
    const arena = new Arena(await Network.listen(), redis, postgres, nats);
    try {
      await Promise.all([redis, postgres, nats].map((service) => service.start()));
      await arena.#openHouse(processes);
      return arena;
    } catch (error) {
      console.error(arena.output.lines.slice(-20).join('\n'));
      await arena.close();
      throw error;
    }
  }

  /** Where clients go. */
  get url(): string {
    return `http://127.0.0.1:${this.network.port}`;
  }

  /** All end in order, so that everything is flushed; resolves with the exit codes. */
  async endHouse(): Promise<(number | string)[]> {
    return Promise.all(this.house.servers.map((server) => server.end('SIGTERM')));
  }

  /** Whatever is left, at once. */
  async close(): Promise<void> {
    this.network.close();
    await this.house?.kill();
    await Promise.all([this.redis, this.postgres, this.nats].map((service) => service.close()));
  }

  async #openHouse(processes: number): Promise<void> {
    this.house = await House.open({
      processes,
      port: 0,
      publicPort: this.network.port,
      env: {
        AUTH_KEYS: this.keys,
        REDIS_URL: this.redis.url,
        DATABASE_URL: this.postgres.url,
        NATS_URL: this.nats.url,
        NODE_ENV: 'test',
        ...unlimited,
        LOG_LEVEL: 'warn',
        PING_INTERVAL_MS: '2000',
      },
      line: (place, line) =>
        this.output.add(nameOf(place), line, this.house?.servers[place]!.isReady ?? false),
      died: (place, how) => this.output.died(nameOf(place), how),
    });
    this.network.aim(this.house.balancer.port);
  }
}
