/** Trying again for as long as it takes. */
import type { Alarm } from './alarm.ts';

/** Pauses grow from the first to the last. */
export const FIRST_RETRY_MS = 100;
export const LAST_RETRY_MS = 5_000;

export interface PersistOptions {
  /** Told of each failure, before it's tried again. */
  readonly onError: (error: unknown) => void;
  /** Ends it when it rings. */
  readonly stop: Alarm;
  /** Whether it's still to be done; asked before each attempt. */
  readonly goesOn?: () => boolean;
}

/** Does `work` until it succeeds; undefined where it's ended before. */
export async function persist<T>(
  work: () => Promise<T>,
  { onError, stop, goesOn = () => true }: PersistOptions,
): Promise<T | undefined> {
  for (let pause = FIRST_RETRY_MS; goesOn(); pause = Math.min(pause * 2, LAST_RETRY_MS)) {
    try {
      return await work();
    } catch (error) {
      onError(error);
      if (await stop.wait(pause)) return undefined;
    }
  }
  return undefined;
}
