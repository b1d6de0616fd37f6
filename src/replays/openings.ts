/** How many replays each account has open: one more costs memory and time, so there is a bound. */
import { ReplayError } from './replay-error.ts';

const most = 4;

export class Openings {
  readonly #open = new Map<string, number>();

  /** Counts one more; the returned function gives it back, once. Throws `replay/too_many`. */
  take(tenantId: string, accountId: string): () => void {
    const key = JSON.stringify([tenantId, accountId]);
    const count = this.#open.get(key) ?? 0;
    if (count >= most)
      throw new ReplayError('replay/too_many', `${most} replays are open already; close one of them first`);
    this.#open.set(key, count + 1);
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      const left = this.#open.get(key)! - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }
}
