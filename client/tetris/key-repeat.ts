/** Keys held and struck, as the actions of each tick: delayed auto shift is a client's business. */
import * as actions from '../../rooms/tetris/actions.ts';

export type Key = 'left' | 'right' | 'softDrop' | 'clockwise' | 'counterClockwise' | 'hardDrop' | 'hold';

/** Ticks of 1/60 s until a held key repeats (150 ms), and between repeats (33 ms). */
export const shiftDelay = 9;
export const repeatRate = 2;

type Side = 'left' | 'right';
type Struck = Exclude<Key, 'softDrop'>;

const bits: Readonly<Record<Struck, number>> = {
  hold: actions.HOLD,
  clockwise: actions.ROTATE_CW,
  counterClockwise: actions.ROTATE_CCW,
  left: actions.MOVE_LEFT,
  right: actions.MOVE_RIGHT,
  hardDrop: actions.HARD_DROP,
};

/** Kinds of actions in the order in which they act within a tick. */
const kinds = [
  actions.HOLD,
  actions.ROTATE_CW | actions.ROTATE_CCW,
  actions.MOVE_LEFT | actions.MOVE_RIGHT,
  actions.HARD_DROP,
];
const rankOf = (set: number): number => kinds.findLastIndex((kind) => (kind & set) !== 0);

/** So many ticks' strikes wait at most. */
const longestQueue = 8;

export class KeyRepeat {
  /** What was struck, by the tick in which it is to act. */
  #queue: number[] = [];
  /** Sides that are held; the last one pressed counts. */
  #sides: Side[] = [];
  #heldTicks = 0;
  #softDrop = false;
  /** Soft drop was on since the last tick, however shortly. */
  #wasSoft = false;

  press(key: Key): void {
    if (key === 'softDrop') this.#softDrop = this.#wasSoft = true;
    else this.#strike(bits[key]);
    if (key === 'left' || key === 'right') this.#hold(key);
  }

  release(key: Key): void {
    if (key === 'softDrop') this.#softDrop = false;
    if (key !== 'left' && key !== 'right') return;
    if (this.#sides.at(-1) === key) this.#heldTicks = 0;
    this.#sides = this.#sides.filter((side) => side !== key);
  }

  /** The window has lost the keyboard: nothing is held any more. */
  releaseAll(): void {
    this.#sides = [];
    this.#softDrop = false;
  }

  /** Whether something was struck that waits for its tick. */
  get isPending(): boolean {
    return this.#queue.length > 0 || this.#wasSoft;
  }

  /** The actions of the next tick, 0 for none. `isSoft`: whether soft drop is on, as the board has it. */
  take(isSoft: boolean): number {
    const repeated = this.#repeat();
    const taken = (this.#queue.shift() ?? repeated) | this.#softBits(isSoft);
    this.#wasSoft = false;
    return taken;
  }

  /** Joins what waits for a tick, unless it would act there before what was struck earlier. */
  #strike(bit: number): void {
    const last = this.#queue.at(-1);
    if (last !== undefined && rankOf(bit) > rankOf(last)) this.#queue[this.#queue.length - 1] = last | bit;
    else if (this.#queue.length < longestQueue) this.#queue.push(bit);
  }

  #hold(side: Side): void {
    this.#sides = [...this.#sides.filter((held) => held !== side), side];
    this.#heldTicks = 0;
  }

  #repeat(): number {
    const side = this.#sides.at(-1);
    if (side === undefined) return 0;
    const over = this.#heldTicks++ - shiftDelay;
    return over >= 0 && over % repeatRate === 0 ? bits[side] : 0;
  }

  #softBits(isSoft: boolean): number {
    if (this.#softDrop) return isSoft ? 0 : actions.SOFT_DROP_ON;
    if (isSoft) return actions.SOFT_DROP_OFF;
    return this.#wasSoft ? actions.SOFT_DROP_ON | actions.SOFT_DROP_OFF : 0;
  }
}
