/** Moments of one clear. */
import type { MomentDraft } from '../../../src/match/moment-rules.ts';
import type { Spin } from '../spin.ts';

/** Data of `line_clear`, as far as they matter here. */
export interface Cleared {
  readonly count: number;
  readonly spin: Spin;
  readonly b2b: number;
  readonly perfect: boolean;
  readonly attack: number;
}

const SPINS = ['', 't_spin_single', 't_spin_double', 't_spin_triple'];

/** In this order: what it is, what it goes on with, what it leaves. */
export function clearMoments(seat: number, { count, spin, b2b, perfect, attack }: Cleared): MomentDraft[] {
  const chain = b2b + 1;
  const moments: MomentDraft[] = [];
  // who is good at them makes one after another: the chain is told then
  if (count === 4 && b2b === 0) moments.push({ type: 'tetris', seat, data: { attack } });
  if (spin === 'normal') moments.push({ type: SPINS[count]!, seat, data: { attack } });
  if (chain === 2 || (chain > 0 && chain % 5 === 0))
    moments.push({ type: 'back_to_back', seat, data: { clears: chain, attack } });
  if (perfect) moments.push({ type: 'perfect_clear', seat, data: { attack } });
  return moments;
}
