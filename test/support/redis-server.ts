/** A Redis of one's own, to be killed and started again. It keeps nothing. */
import { spawnSync } from 'node:child_process';
import type { Service } from '../../scripts/cluster/service.ts';
import { makeRedis } from '../../scripts/cluster/services.ts';

/** Whether this machine can start one. */
export const hasRedisServer =
  process.env['CI'] === 'true' || spawnSync('redis-server', ['--version']).status === 0;

export class RedisServer {
  readonly #service: Service;

  private constructor(service: Service) {
    this.#service = service;
  }

  static async open(): Promise<RedisServer> {
    const server = new RedisServer(await makeRedis({ keeps: false }));
    await server.start();
    return server;
  }

  get url(): string {
    return this.#service.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#service.signal(signal);
  }

  kill(): Promise<void> {
    return this.#service.kill();
  }

  start(): Promise<void> {
    return this.#service.start();
  }

  close(): Promise<void> {
    return this.#service.close();
  }
}
