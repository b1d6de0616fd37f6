/** Keys held and struck, as the actions of each tick: delayed auto shift is a client's business. */
import * as actions from '../../rooms/tetris/actions.ts';

export type Key = 'left' | 'right' | 'softDrop' | 'clockwise' | 'counterClockwise' | 'hardDrop' | 'hold';

/** Ticks of 1/60 s until a held key repeats (150 ms), and between repeats (33 ms). */
export const shiftDelay = 9;
export const repeatRate = 2;

const struck: Readonly<Partial<Record<Key, number>>> = {
  clockwise: actions.ROTATE_CW,
  counterClockwise: actions.ROTATE_CCW,
  hardDrop: actions.HARD_DROP,
  hold: actions.HOLD,
};

type Side = 'left' | 'right';
const moves: Readonly<Record<Side, number>> = { left: actions.MOVE_LEFT, right: actions.MOVE_RIGHT };

export class KeyRepeat {
  #pending = 0;
  /** Sides that are held; the last one pressed counts. */
  #sides: Side[] = [];
  #heldTicks = 0;
  #softDrop = false;
  /** Soft drop was on since the last tick, however shortly. */
  #wasSoft = false;

  press(key: Key): void {
    if (key === 'softDrop') this.#softDrop = this.#wasSoft = true;
    else if (key === 'left' || key === 'right') this.#pressSide(key);
    else this.#pending |= struck[key]!;
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
    return this.#pending !== 0 || this.#wasSoft;
  }

  /** The actions of the next tick, 0 for none. `isSoft`: whether soft drop is on, as the board has it. */
  take(isSoft: boolean): number {
    const taken = this.#pending | this.#repeat() | this.#softBits(isSoft);
    this.#pending = 0;
    this.#wasSoft = false;
    return taken;
  }

  #pressSide(side: Side): void {
    this.#sides = [...this.#sides.filter((held) => held !== side), side];
    this.#pending = (this.#pending & ~(actions.MOVE_LEFT | actions.MOVE_RIGHT)) | moves[side];
    this.#heldTicks = 0;
  }

  #repeat(): number {
    const side = this.#sides.at(-1);
    if (side === undefined) return 0;
    const over = this.#heldTicks++ - shiftDelay;
    return over >= 0 && over % repeatRate === 0 ? moves[side] : 0;
  }

  #softBits(isSoft: boolean): number {
    if (this.#softDrop) return isSoft ? 0 : actions.SOFT_DROP_ON;
    if (isSoft) return actions.SOFT_DROP_OFF;
    return this.#wasSoft ? actions.SOFT_DROP_ON | actions.SOFT_DROP_OFF : 0;
  }
}
