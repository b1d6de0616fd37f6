/**
 * What a process says when it hands a socket on: from whom it came, to whom it goes, and for which target. Signed and used
 * once, so that no stranger can speak as a member, and no socket goes round in circles.
 */
import { randomUUID } from 'node:crypto';
import type { Mac } from '../auth/mac.ts';

export { hopHeader } from '../http/upgrades.ts';

const freshMs = 10_000;

export class Hops {
  readonly #mac: Mac;
  readonly #processId: () => string;
  readonly #now: () => number;
  /** Those that were seen, by when they are no longer fresh. */
  readonly #seen = new Map<string, number>();

  constructor(mac: Mac, processId: () => string, now: () => number) {
    this.#mac = mac;
    this.#processId = processId;
    this.#now = now;
  }

  /** For one upgrade request with this target (path and query), to a member. */
  make(to: string, target: string): string {
    const head = `${randomUUID()}.${this.#now()}`;
    return `${head}.${this.#mac.sign(`${head} ${to} ${target}`)}`;
  }

  /** Whether it was made for this process and target, just now, and comes for the first time. */
  accept(hop: string, target: string): boolean {
    const [id = '', at = '', proof = ''] = hop.split('.');
    if (Math.abs(this.#now() - Number(at)) > freshMs) return false;
    if (!this.#mac.verify(`${id}.${at} ${this.#processId()} ${target}`, proof) || this.#seen.has(id))
      return false;
    this.#forgetOld();
    this.#seen.set(id, this.#now() + 2 * freshMs);
    return true;
  }

  #forgetOld(): void {
    for (const [id, until] of this.#seen) {
      if (until > this.#now()) return;
      this.#seen.delete(id);
    }
  }
}
