/** The board that one plays: predicted ahead, its inputs sent, and set right where the server's is another. */
import type { Board } from '../../rooms/tetris/board.ts';
import type { TickClock } from '../tick-clock.ts';
import type { Prediction } from '../../rooms/tetris/prediction.ts';
import type { KeyRepeat } from './key-repeat.ts';
import { Predictor, type OwnSeat, type Synced } from './predictor.ts';

export interface Link {
  /** False while the connection is lost: what is sent then comes too late. */
  readonly isOpen: boolean;
  input(tick: number, actions: number): void;
  /** The own board as the server has it; null before the start. Rejects when there is no answer. */
  sync(): Promise<Synced | null>;
}

/** What is asked for, tick by tick: KeyRepeat, or whoever plays. */
export type Keys = Pick<KeyRepeat, 'isPending' | 'take'>;

/** So far from its tick the page was asleep, or the server stood still: the server's board is nearer than the own one. */
const farTicks = 40;
/** Ticks that are caught up in one frame with the keys that are held now; earlier ones pass without. */
const keyTicks = 4;

export class OwnBoard {
  readonly #link: Link;
  readonly #clock: TickClock;
  readonly #now: () => number;
  #predictor: Predictor | null = null;
  #isAsking = false;
  /** How often the server's board had to be asked for. */
  syncs = 0;

  /** `now` in milliseconds, the clock's time. */
  constructor(link: Link, clock: TickClock, now: () => number) {
    this.#link = link;
    this.#clock = clock;
    this.#now = now;
  }

  /** Null until the server's board is known. */
  get prediction(): Prediction | null {
    return this.#predictor?.prediction ?? null;
  }

  get board(): Board | null {
    return this.#predictor?.board ?? null;
  }

  get tick(): number {
    return this.#predictor?.tick ?? 0;
  }

  /** With each patch of a match that is playing; `tick`: the server's, where the patch tells it. */
  hear(seat: OwnSeat, tick: number | null): void {
    if (tick !== null) this.#clock.heard(tick, this.#now());
    if (!this.#predictor?.hear(seat, tick)) this.ask();
  }

  /** The server did not take the input for this tick. */
  refused(tick: number): void {
    this.#predictor?.withdraw(tick);
    this.ask();
  }

  /** Asks for the server's board, once at a time; without an answer the next patch asks again. */
  ask(): void {
    if (this.#isAsking || !this.#link.isOpen) return;
    this.#isAsking = true;
    this.#link
      .sync()
      .then((synced) => synced && this.#take(synced))
      .catch(() => {})
      .finally(() => (this.#isAsking = false));
  }

  /** Plays on to what the clock says. What was struck takes effect in this frame, if need be a tick early. */
  frame(keys: Keys): void {
    const predictor = this.#predictor;
    if (!predictor || !this.#link.isOpen) return void keys.take(false);
    const due = Math.floor(this.#clock.tick(this.#now()));
    const to = keys.isPending && predictor.tick === due ? due + 1 : due;
    if (Math.abs(to - predictor.tick) > farTicks) this.ask();
    predictor.advance(to, (tick, board) => (tick > to - keyTicks ? this.#input(tick, keys, board) : 0));
  }

  #input(tick: number, keys: Keys, { softDrop }: Board): number {
    const actions = keys.take(softDrop === 1);
    if (actions !== 0) this.#link.input(tick, actions);
    return actions;
  }

  #take(synced: Synced): void {
    this.syncs++;
    this.#clock.heard(synced.tick, this.#now());
    if (this.#predictor) this.#predictor.restore(synced, Math.floor(this.#clock.tick(this.#now())));
    else this.#predictor = new Predictor(synced);
  }
}
