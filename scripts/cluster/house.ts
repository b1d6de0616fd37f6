/** Several processes behind a balancer that are one house. */
import { Balancer } from './balancer.ts';
import { ClusterError } from './cluster-error.ts';
import { watchHealth } from './health.ts';
import { freePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';

export interface HouseOptions {
  readonly processes: number;
  /** Port of the balancer; 0 takes a free one. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Where clients go, when that is not the balancer itself. */
  readonly publicPort?: number;
  readonly line: (place: number, line: string) => unknown;
  /** One has ended though nobody asked it to. */
  readonly died: (place: number, how: string) => void;
}

export class House {
  readonly servers: readonly ServerProcess[];
  readonly balancer: Balancer;
  #stopWatching: () => void = () => {};

  private constructor(servers: readonly ServerProcess[], balancer: Balancer) {
    this.servers = servers;
    this.balancer = balancer;
  }

  /** Resolves when all processes are ready. Throws ClusterError; nothing runs then. */
  static async open({ processes, port, env, publicPort, line, died }: HouseOptions): Promise<House> {
    const balancer = await listen(port);
    const ports: number[] = [];
    for (let place = 0; place < processes; place++) ports.push(await freePort());
    const servers = ports.map(
      (own, place) =>
        new ServerProcess({
          name: nameOf(place),
          port: own,
          env: { ...env, PUBLIC_ADDRESS: `127.0.0.1:${publicPort ?? balancer.port}/p${place}` },
          line: (text) => line(place, text),
          died: (how) => died(place, how),
        }),
    );
    balancer.aim(ports);
    const house = new House(servers, balancer);
    try {
      // the first makes the tables; others would wait for its lock
      await servers[0]!.start();
      await Promise.all(servers.slice(1).map((server) => server.start()));
    } catch (error) {
      await house.kill();
      throw error;
    }
    // not before: one that starts would count as one that is down
    house.#stopWatching = watchHealth(
      balancer,
      servers.map(({ port }) => port),
    );
    return house;
  }

  get url(): string {
    return this.balancer.url;
  }

  /** All end in order: matches are parked. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.end('SIGTERM')));
    await this.kill();
  }

  async kill(): Promise<void> {
    this.#stopWatching();
    await Promise.all(this.servers.map((server) => server.close()));
    await this.balancer.close();
  }
}

/** For people: the first is 1. */
export const nameOf = (place: number): string => `process ${place + 1}`;

async function listen(port: number): Promise<Balancer> {
  try {
    return await Balancer.listen(port, []);
  } catch (error) {
    throw new ClusterError(
      `port ${port} can not be listened on (${(error as NodeJS.ErrnoException).code}): choose another with --port`,
    );
  }
}
