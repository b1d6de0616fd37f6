/** Moments along the time of a replay: where their marks stand, and which comes next. */
import type { ReplayMoment } from '../../client/replay.ts';

/** Where on the line a time is, from 0 to 1. A replay without length has all at its beginning. */
export function share(at: number, duration: number): number {
  return duration > 0 ? Math.min(1, Math.max(0, at / duration)) : 0;
}

/** Whoever goes back twice in this time wants the moment before. */
const backMs = 1_500;

export function momentAfter(moments: readonly ReplayMoment[], at: number): ReplayMoment | undefined {
  return moments.find((moment) => moment.at > at);
}

export function momentBefore(moments: readonly ReplayMoment[], at: number): ReplayMoment | undefined {
  return moments.findLast((moment) => moment.at < at - backMs);
}

/** Moments that have just been, for so long that they can be read, however fast it plays. */
export function justBeen(moments: readonly ReplayMoment[], at: number, speed: number): ReplayMoment[] {
  const window = 2_500 * Math.max(1, speed);
  return moments.filter((moment) => moment.at <= at && at - moment.at < window).slice(-3);
}

/** All that are known once, in the order of their numbers. */
export function mergeMoments(
  known: readonly ReplayMoment[],
  more: readonly ReplayMoment[],
): readonly ReplayMoment[] {
  const byNumber = new Map([...known, ...more].map((moment) => [moment.number, moment]));
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

/** The speed after or before this one, of a list that goes up. */
export function nextSpeed(speeds: readonly number[], speed: number, direction: 1 | -1): number {
  const next = direction > 0 ? speeds.find((one) => one > speed) : speeds.findLast((one) => one < speed);
  return next ?? speed;
}
