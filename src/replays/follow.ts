/** Asks again and again what a running match has got since, until nothing more comes. */
import type { Clock } from '../match/clock.ts';
import { isBadLog } from './replay-error.ts';
import type { Replay } from './replay.ts';

export interface FollowDeps {
  readonly clock: Clock;
  readonly replay: Replay;
  /** Something has come, and is in the log of the replay. */
  came(): Promise<void>;
  /** It could not be asked for, and is asked for again: told once, until it could. What can't be played ends it. */
  fault(error: unknown): void;
}

const everyMs = 1_000;

/** The returned function ends it. */
export function follow({ clock, replay, came, fault }: FollowDeps): () => void {
  let isStopped = false;
  let isFailing = false;
  let cancel = (): void => {};
  const wait = (): void => {
    if (!isStopped && replay.hasMore) cancel = clock.after(everyMs, () => void ask().then(wait));
  };
  const ask = async (): Promise<void> => {
    try {
      const hasCome = await replay.update();
      isFailing = false;
      if (hasCome && !isStopped) await came();
    } catch (error) {
      if (!isStopped && (!isFailing || isBadLog(error))) fault(error);
      isFailing = true;
    }
  };
  wait();
  return () => {
    isStopped = true;
    cancel();
  };
}
