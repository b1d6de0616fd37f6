/** The board that one plays: predicted ahead, its inputs sent, and set right where the server's is another. */
import type { Board } from '../../rooms/tetris/board.ts';
import type { TickClock } from '../tick-clock.ts';
import type { KeyRepeat } from './key-repeat.ts';
import { Predictor, type OwnSeat, type Synced } from './predictor.ts';

export interface Link {
  /** False while the connection is lost: what is sent then comes too late. */
  readonly isOpen: boolean;
  input(tick: number, actions: number): void;
  /** The own board as the server has it; null before the start. Rejects when there is no answer. */
  sync(): Promise<Synced | null>;
}

/** More ticks than this behind, the page was asleep: the server's board is nearer than the own one. */
const asleepTicks = 60;
/** Ticks that are caught up in one frame with the keys that are held now; earlier ones pass without. */
const keyTicks = 4;

export class OwnBoard {
  readonly #link: Link;
  readonly #clock: TickClock;
  #predictor: Predictor | null = null;
  #isAsking = false;
  /** How often the server's board had to be asked for. */
  syncs = 0;

  constructor(link: Link, clock: TickClock) {
    this.#link = link;
    this.#clock = clock;
  }

  /** Null until the server's board is known. */
  get board(): Board | null {
    return this.#predictor?.board ?? null;
  }

  get tick(): number {
    return this.#predictor?.tick ?? 0;
  }

  /** With each patch of a match that is playing. */
  hear(seat: OwnSeat, now: () => number): void {
    if (!this.#predictor?.hear(seat)) this.ask(now);
  }

  /** Asks for the server's board, once at a time; without an answer the next patch asks again. */
  ask(now: () => number): void {
    if (this.#isAsking || !this.#link.isOpen) return;
    this.#isAsking = true;
    this.#link
      .sync()
      .then((synced) => synced && this.#take(synced, now()))
      .catch(() => {})
      .finally(() => (this.#isAsking = false));
  }

  /** Plays on to what the clock says. What was struck takes effect in this frame, if need be a tick early. */
  frame(now: number, keys: KeyRepeat): void {
    const predictor = this.#predictor;
    if (!predictor || !this.#link.isOpen) return;
    const due = Math.floor(this.#clock.tick(now));
    const to = keys.isPending && predictor.tick === due ? due + 1 : due;
    if (to - predictor.tick > asleepTicks) this.ask(() => now);
    predictor.advance(to, (tick, board) => (tick > to - keyTicks ? this.#input(tick, keys, board) : 0));
  }

  #input(tick: number, keys: KeyRepeat, { softDrop }: Board): number {
    const actions = keys.take(softDrop === 1);
    if (actions !== 0) this.#link.input(tick, actions);
    return actions;
  }

  #take(synced: Synced, now: number): void {
    this.syncs++;
    this.#clock.heard(synced.tick, now);
    if (this.#predictor) this.#predictor.restore(synced);
    else this.#predictor = new Predictor(synced);
  }
}
