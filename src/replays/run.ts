/** An engine that plays a log again, and how far it has: forwards only, and never at a stretch what others would feel. */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Engine, Standing } from '../match/engine.ts';
import type { KeyFrame } from './key-frames.ts';
import { badLog } from './replay-error.ts';
import type { Timeline } from './timeline.ts';

/** What is played at a stretch; others have their turn when that has taken so long. */
const stretchMs = 1_000;
const stretchEntries = 64;
const turnMs = 4;

export class Run {
  readonly engine: Engine;
  readonly #timeline: Timeline;
  #standing: Standing = { n: 0, wakeAt: null, result: null };
  #at = 0;

  /** Begins before the first entry. */
  constructor(engine: Engine, timeline: Timeline) {
    this.engine = engine;
    this.#timeline = timeline;
  }

  /** Goes on from a frame of the same log. */
  static async from({ state, at }: KeyFrame, engine: Engine, timeline: Timeline): Promise<Run> {
    const run = new Run(engine, timeline);
    run.#standing = await engine.open(state, []);
    run.#at = at;
    return run;
  }

  get at(): number {
    return this.#at;
  }

  get standing(): Standing {
    return this.#standing;
  }

  async frame(): Promise<KeyFrame> {
    return { at: this.#at, n: this.#standing.n, state: await this.engine.checkpoint() };
  }

  /** Plays on to a place that it has not passed; `passed` is called on the way. */
  async to(at: number, passed: () => Promise<void> | void = () => {}): Promise<void> {
    let began = performance.now();
    while (this.#at < at || this.#standing.n < this.#timeline.entriesUntil(at)) {
      await this.#stretch(at);
      await passed();
      if (performance.now() - began < turnMs) continue;
      await letOthersRun();
      began = performance.now();
    }
  }

  async #stretch(target: number): Promise<void> {
    const { n } = this.#standing;
    const end = this.#timeline.hz === undefined ? target : Math.min(target, this.#at + stretchMs);
    const wanted = this.#timeline.entriesUntil(end);
    const last = Math.min(wanted, n + stretchEntries);
    // ticks after the last entry are played only where no other comes before them
    const isAll = last === wanted;
    try {
      const { events: _, ...standing } = await this.engine.follow(
        this.#timeline.after(n, last),
        isAll ? this.#timeline.tickAt(end) : 0,
      );
      this.#standing = standing;
      this.#at = isAll ? end : this.#timeline.atEntry(last)!;
    } catch (error) {
      throw badLog(`after entry ${n} it breaks the rules`, error);
    }
  }
}
