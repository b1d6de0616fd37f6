/** Several processes that are one house: on a PostgreSQL database and a Redis of their own, behind a balancer. */
import { Balancer } from '../../scripts/cluster/balancer.ts';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { type ServerProcess, startProcess } from '../app/process.ts';
import { RedisServer } from '../support/redis-server.ts';
import { type Environment, freePort, makeData } from '../support/server.ts';

/** Whatever becomes of a test file, its processes end. */
const longestMs = 180_000;

export interface Resident {
  readonly port: number;
  readonly url: string;
  server: ServerProcess;
}

export class House {
  readonly redis: RedisServer;
  readonly data: Awaited<ReturnType<typeof makeData>>;
  readonly residents: Resident[] = [];
  readonly balancer: Balancer;
  readonly #env: Environment;
  readonly #shunned = new Set<Resident>();
  /** Ports of all processes that there were. */
  readonly #places: number[] = [];

  private constructor(
    redis: RedisServer,
    data: Awaited<ReturnType<typeof makeData>>,
    balancer: Balancer,
    env: Environment,
  ) {
    this.redis = redis;
    this.data = data;
    this.balancer = balancer;
    this.#env = env;
  }

  static async open(processes: number, env: Environment = {}): Promise<House> {
    const [redis, data, balancer] = await Promise.all([
      RedisServer.open(),
      makeData('postgres'),
      Balancer.listen(0, []),
    ]);
    const house = new House(redis, data, balancer, {
      ...data.env,
      REDIS_URL: redis.url,
      MAX_MESSAGES_PER_SECOND: '10000',
      ...env,
    });
    await Promise.all(Array.from({ length: processes }, () => house.add()));
    return house;
  }

  /** Where clients go. */
  get url(): string {
    return this.balancer.url;
  }

  /** `script`: of children/, for a server that is not quite the usual one. */
  async add(env: Environment = {}, script?: string): Promise<Resident> {
    const port = await freePort();
    const place = this.#places.push(port) - 1;
    const address = { PUBLIC_ADDRESS: this.balancer.addressOf(place) };
    const child = script && join(import.meta.dirname, 'children', script);
    const server = await startProcess(
      { ...this.#env, ...address, PORT: String(port), ...env },
      longestMs,
      child,
    );
    const resident = { port, url: `http://127.0.0.1:${port}`, server };
    this.residents.push(resident);
    this.#aim();
    return resident;
  }

  /** How often a match has been claimed. */
  async epochOf(matchId: string): Promise<number | undefined> {
    const { sql, close } = await openDatabase({ url: this.data.env['DATABASE_URL']!, entities: [] });
    try {
      const text = 'select epoch from live_match where match_id = $1';
      const [row] = await sql.query<{ epoch: number }>(text, [matchId]);
      return row?.epoch;
    } finally {
      await close();
    }
  }

  /** As many again as there were, after some have ended. */
  async fill(processes: number): Promise<void> {
    while (this.residents.length < processes) await this.add();
  }

  /** The process that has a match, as the directory says; undefined where none is listed that lives. */
  async ownerOf(matchId: string): Promise<Resident | undefined> {
    const redis = new Redis(this.redis.url);
    try {
      const room = await redis.hget('{gamekeeper}:rooms', matchId);
      const processId = room && (JSON.parse(room) as { processId: string }).processId;
      const sealed = processId && (await redis.get(`{gamekeeper}:member:${processId}`));
      if (!sealed) return undefined;
      const { port } = JSON.parse(sealed.slice(sealed.indexOf(' '))) as { port: number };
      return this.residents.find((resident) => resident.port === port);
    } finally {
      redis.disconnect();
    }
  }

  /** The balancer finds that a process does not answer: nobody is sent there any more, and who is there is cut. */
  shun(resident: Resident): void {
    this.#shunned.add(resident);
    this.#aim();
    this.balancer.cut(resident.port);
  }

  /** Ends a process, and takes it from the balancer's list. */
  async end(resident: Resident, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.residents.splice(this.residents.indexOf(resident), 1);
    this.#aim();
    resident.server.child.kill(signal);
    return resident.server.ended;
  }

  async close(): Promise<void> {
    for (const resident of this.residents.slice()) {
      resident.server.child.kill('SIGCONT');
      await this.end(resident, 'SIGKILL');
    }
    await this.balancer.close();
    await this.redis.close();
    await this.data.remove();
  }

  #aim(): void {
    const answering = this.residents.filter((resident) => !this.#shunned.has(resident));
    const living = new Set(answering.map(({ port }) => port));
    this.balancer.aim(this.#places.map((port) => (living.has(port) ? port : 0)));
  }
}
