/**
 * Connections on which nothing has been asked yet. They cost a file each, and no limit of requests counts them: one
 * address could take all the files of the process. Whoever asks in time never sees this bound.
 */
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';

export class Dials {
  readonly #limits: Limits | undefined;
  readonly #waiting = new WeakMap<Duplex, () => void>();

  constructor(limits: Limits | undefined) {
    this.#limits = limits;
  }

  /** False: its address has too many, and it is cut. */
  admit(socket: Socket): boolean {
    if (!this.#limits) return true;
    const giveBack = this.#limits.takeDial(socket.remoteAddress ?? '');
    if (!giveBack) {
      socket.destroy();
      return false;
    }
    this.#waiting.set(socket, giveBack);
    socket.once('close', giveBack);
    return true;
  }

  /** It has asked for something: what counts from here on are requests and sockets. */
  asked(socket: Duplex): void {
    this.#waiting.get(socket)?.();
  }
}
