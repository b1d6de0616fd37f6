/** States of a match on its way, from which a replay goes on: a bounded number, evenly spread over any length of play. */

/** The state after entry `n`, played on to `at`. */
export interface KeyFrame {
  readonly at: number;
  readonly n: number;
  readonly state: Uint8Array;
}

const most = 128;

export class KeyFrames {
  #frames: KeyFrame[] = [];
  /** Milliseconds of play between them; grows as the match does. */
  #spacing: number;

  constructor(spacing = 5_000) {
    this.#spacing = spacing;
  }

  get count(): number {
    return this.#frames.length;
  }

  /** Whether one is wanted here. */
  wants(at: number): boolean {
    const last = this.#frames.at(-1);
    return last === undefined || at >= last.at + this.#spacing;
  }

  /** They come in the order of their places. */
  add(frame: KeyFrame): void {
    this.#frames.push(frame);
    if (this.#frames.length <= most) return;
    this.#frames = this.#frames.filter((_, i) => i % 2 === 0);
    this.#spacing *= 2;
  }

  /** The last one that is not after this place. */
  before(at: number): KeyFrame | undefined {
    return this.#frames.findLast((frame) => frame.at <= at);
  }
}
