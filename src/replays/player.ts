/**
 * Plays the log of a match again, and goes to any place of it. States kept on the way (key-frames.ts) make that a matter
 * of milliseconds. The log of a running match grows. What is asked for at the same time is done one after the other.
 */
import type { Engine, Entry, Standing } from '../match/engine.ts';
import type { TableView } from '../match/table-engine.ts';
import { type KeyFrame, KeyFrames } from './key-frames.ts';
import { badLog } from './replay-error.ts';
import { Run } from './run.ts';
import { Timeline } from './timeline.ts';

/** Forwards by so much is played through; farther begins at a frame, where there is one on the way. */
const playThroughMs = 10_000;

export class ReplayPlayer {
  readonly timeline: Timeline;
  readonly #make: () => Engine;
  readonly #frames = new KeyFrames();
  /** Plays ahead to the end of the log: finds what is wrong with it, and makes the frames. */
  readonly #scout: Run;
  #shown: Run;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(make: () => Engine) {
    const engine = make();
    this.#make = make;
    this.timeline = new Timeline(engine.hz);
    this.#scout = new Run(engine, this.timeline);
    this.#shown = new Run(make(), this.timeline);
  }

  /** Stands at the beginning. Throws `history/bad_log` for a log that no engine of this kind has made. */
  static async open(make: () => Engine, entries: readonly Entry[]): Promise<ReplayPlayer> {
    if (entries.length === 0) throw badLog('it is empty');
    const player = new ReplayPlayer(make);
    try {
      await player.extend(entries);
      await player.seek(0);
      return player;
    } catch (error) {
      await player.close();
      throw error;
    }
  }

  /** Where the log ends. */
  get duration(): number {
    return this.timeline.duration;
  }

  /** Where it is. */
  get at(): number {
    return this.#shown.at;
  }

  /** How the match stands where it is. */
  get standing(): Standing {
    return this.#shown.standing;
  }

  /** Whether the log goes to the result of its match. */
  get isOver(): boolean {
    return this.#scout.standing.result !== null;
  }

  /** What a seat saw there, or a spectator (null). */
  view(seat: number | null): TableView<never> {
    return this.#shown.engine.view(seat) as TableView<never>;
  }

  /** Goes to a place, to the end at the latest. */
  seek(at: number): Promise<void> {
    return this.#inTurn(() => this.#seek(Math.max(0, Math.min(Math.floor(at), this.duration))));
  }

  /** Adds entries that have come since; they are shown when it gets there. */
  extend(entries: readonly Entry[]): Promise<void> {
    return this.#inTurn(async () => {
      this.timeline.add(entries);
      await this.#scout.to(this.duration, () => this.#keepFrame());
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#scout.engine.close();
      await this.#shown.engine.close();
    });
  }

  async #seek(at: number): Promise<void> {
    const isNear = at >= this.at && at <= this.at + playThroughMs;
    const frame = isNear ? undefined : this.#frames.before(at);
    if (at < this.at || (frame && frame.at > this.at)) await this.#beginAt(frame);
    await this.#shown.to(at);
  }

  /** Without a frame: at the beginning. */
  async #beginAt(frame: KeyFrame | undefined): Promise<void> {
    const before = this.#shown;
    const engine = this.#make();
    this.#shown = frame ? await Run.from(frame, engine, this.timeline) : new Run(engine, this.timeline);
    await before.engine.close();
  }

  async #keepFrame(): Promise<void> {
    if (this.#frames.wants(this.#scout.at)) this.#frames.add(await this.#scout.frame());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }
}
