/** A connection whose commands pass through a guard (src/resilience): whatever is asked of Redis, it is at this one place. */
import { Command, Redis, type RedisOptions } from 'ioredis';

export interface Guarding {
  run<T>(work: () => Promise<T>): Promise<T>;
}

type Send = Redis['sendCommand'];

export class GuardedRedis extends Redis {
  readonly #guarding: Guarding;
  /** Those that have passed: while there is no connection they wait here, and come again when there is one. */
  readonly #passed = new WeakSet<object>();

  constructor(url: string, options: RedisOptions, guarding: Guarding) {
    super(url, options);
    this.#guarding = guarding;
  }

  override sendCommand(...[command, stream]: Parameters<Send>): ReturnType<Send> {
    // a transaction goes whole or not at all, and a connection that comes about has commands of its own
    if (stream || this.status === 'connect' || this.#passed.has(command))
      return super.sendCommand(command, stream);
    this.#passed.add(command);
    const send = async (): Promise<unknown> => super.sendCommand(command);
    // where the guard refuses it, whoever waits for the command learns why
    this.#guarding.run(send).catch((error: Error) => command.reject(error));
    return command.promise;
  }

  /** Resolves when it answers, past the guard, which asks by it. */
  probe(): Promise<unknown> {
    const ping = new Command('ping');
    this.#passed.add(ping);
    return this.sendCommand(ping) as Promise<unknown>;
  }
}
