/** The hand at a replay: whether it plays, how fast, and where it is. It has one timer, which ticks only while it moves. */
import type { Clock } from '../match/clock.ts';
import type { ReplayPlayer } from './player.ts';

export const speeds = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
export type Speed = (typeof speeds)[number];

export interface PlaybackDeps {
  readonly clock: Clock;
  readonly player: ReplayPlayer;
  /** What is shown has changed. */
  changed(): void;
  /** Nothing has moved for half an hour. */
  idle(): void;
  /** It could not be shown. */
  fault(error: unknown): void;
}

const beatMs = 50;
/** A late beat makes up for so much. */
const mostLateMs = 250;
const idleMs = 30 * 60_000;
/** Who has seen all of a running match stays so close to its end. */
const liveMs = 2_000;

export class Playback {
  readonly #deps: PlaybackDeps;
  #isPlaying = false;
  #speed: Speed = 1;
  /** Not whole: a quarter of a beat counts, too. */
  #at = 0;
  #end: number;
  #movedAt = 0;
  #showing: Promise<void> | null = null;
  #cancel: () => void = () => {};
  #isClosed = false;

  constructor(deps: PlaybackDeps) {
    this.#deps = deps;
    this.#end = deps.player.duration;
    this.#arm();
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  get speed(): Speed {
    return this.#speed;
  }

  get at(): number {
    return Math.floor(this.#at);
  }

  /** From the end of a match it begins anew. */
  play(): Promise<void> {
    this.#isPlaying = true;
    return this.goTo(this.#isAtEnd && this.#deps.player.isOver ? 0 : this.#at);
  }

  pause(): Promise<void> {
    this.#isPlaying = false;
    return this.goTo(this.#at);
  }

  setSpeed(speed: Speed): Promise<void> {
    this.#speed = speed;
    return this.goTo(this.#at);
  }

  /** Resolves when it is shown, or a place that was asked for meanwhile. */
  goTo(at: number): Promise<void> {
    this.#move(at);
    this.#arm();
    return this.#show();
  }

  /** The log has grown: who waited for that at its end is taken on. */
  grown(): Promise<void> {
    const waited = this.#isPlaying && this.#isAtEnd;
    this.#end = this.#deps.player.duration;
    return waited ? this.goTo(Math.max(this.#at, this.#end - liveMs)) : this.#show();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  #move(at: number): void {
    const { clock, player } = this.#deps;
    this.#at = Math.min(at, this.#end);
    this.#movedAt = clock.now();
    if (this.#isAtEnd && player.isOver) this.#isPlaying = false;
  }

  #arm(): void {
    this.#cancel();
    if (this.#isClosed) return;
    const { clock, idle } = this.#deps;
    const isMoving = this.#isPlaying && !this.#isAtEnd;
    this.#cancel = isMoving ? clock.after(beatMs, () => void this.#beat()) : clock.after(idleMs, idle);
  }

  async #beat(): Promise<void> {
    const elapsed = Math.min(this.#deps.clock.now() - this.#movedAt, mostLateMs);
    this.#move(this.#at + elapsed * this.#speed);
    await this.#show();
    this.#arm();
  }

  #show(): Promise<void> {
    return (this.#showing ??= this.#catchUp().finally(() => (this.#showing = null)));
  }

  /** What is asked for while it goes somewhere is where it goes next: the last wish counts. */
  async #catchUp(): Promise<void> {
    const { player, changed, fault } = this.#deps;
    try {
      do await player.seek(this.at);
      while (player.at !== this.at);
      if (!this.#isClosed) changed();
    } catch (error) {
      this.#isPlaying = false;
      fault(error);
    }
  }
}
