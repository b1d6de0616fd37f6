/** How many sockets each address has to this process: several processes count apart. */
import { networkOf } from './network.ts';

export class Sockets {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** 0: no limit. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Gives the place back by the function; null: there is none left. */
  take(address: string): (() => void) | null {
    if (this.#most === 0) return () => {};
    const who = networkOf(address);
    const count = this.#counts.get(who) ?? 0;
    if (count >= this.#most) return null;
    this.#counts.set(who, count + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack(who);
      isTaken = false;
    };
  }

  #giveBack(who: string): void {
    const count = this.#counts.get(who)! - 1;
    if (count > 0) this.#counts.set(who, count);
    else this.#counts.delete(who);
  }
}
