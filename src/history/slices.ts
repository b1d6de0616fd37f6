/** Work on the main thread in slices: matches that tick go on between them. */
import { setImmediate as letOthersRun } from 'node:timers/promises';

const sliceMs = 2;

export class Slices {
  #since = performance.now();

  /** To be awaited after each small piece of work: others run once a slice has been used up. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < sliceMs) return;
    await letOthersRun();
    this.#since = performance.now();
  }
}
