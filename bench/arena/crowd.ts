/** All clients of the arena on one thread: each moves so often a second, evenly spread. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Mover } from './mover.ts';

const joiningAtOnce = 20;
/** Movers take turns, so that not all send in the same millisecond. */
const turns = 10;

export interface CrowdCount {
  /** Messages sent, and patches received, a second. */
  readonly sent: number;
  readonly patches: number;
  /** Bytes of a patch. */
  readonly bytes: number;
}

export class Crowd {
  #movers: Mover[] = [];
  #timers: NodeJS.Timeout[] = [];
  #sent = 0;
  #patches = 0;
  #bytes = 0;

  async open(port: number, tokens: readonly string[]): Promise<void> {
    const listener = { patch: (bytes: number): void => void (this.#patches++, (this.#bytes += bytes)) };
    this.#movers = tokens.map(() => new Mover(listener));
    const queue = this.#movers.entries();
    const work = async (): Promise<void> => {
      for (const [i, mover] of queue) await mover.join(port, tokens[i]!);
    };
    await Promise.all(Array.from({ length: joiningAtOnce }, work));
  }

  async start(hz: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      const mine = this.#movers.filter((_, i) => i % turns === turn);
      const step = (): void => {
        for (const mover of mine) mover.move();
        this.#sent += mine.length;
      };
      this.#timers.push(setInterval(step, 1000 / hz));
      await sleep(1000 / hz / turns);
    }
  }

  async count(ms: number): Promise<CrowdCount> {
    this.#sent = this.#patches = this.#bytes = 0;
    const began = performance.now();
    await sleep(ms);
    const seconds = (performance.now() - began) / 1000;
    const bytes = this.#bytes / this.#patches;
    return { sent: this.#sent / seconds, patches: this.#patches / seconds, bytes };
  }

  async leave(): Promise<void> {
    this.#timers.splice(0).forEach(clearInterval);
    await Promise.all(this.#movers.splice(0).map((mover) => mover.leave()));
  }
}
