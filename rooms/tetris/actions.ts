/** What a player asks for in one tick, as a set of bits. Repeating a key while it is held is the client's business. */
export const MOVE_LEFT = 1;
export const MOVE_RIGHT = 2;
export const ROTATE_CW = 4;
export const ROTATE_CCW = 8;
/** From now on; stays on from piece to piece until it is switched off. */
export const SOFT_DROP_ON = 16;
/** In a tick with SOFT_DROP_ON: soft drop for that tick alone. */
export const SOFT_DROP_OFF = 32;
export const HARD_DROP = 64;
export const HOLD = 128;
export const ALL_ACTIONS = 255;

/** The set without pairs that undo each other: both moves, or both rotations. */
export function sanitise(actions: number): number {
  return without(without(actions, MOVE_LEFT | MOVE_RIGHT), ROTATE_CW | ROTATE_CCW);
}

function without(actions: number, pair: number): number {
  return (actions & pair) === pair ? actions & ~pair : actions;
}
