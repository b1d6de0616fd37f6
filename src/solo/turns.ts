import { ApiError } from '../http/errors.ts';

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * One piece of work at a time, in the order of asking: several at once would hold the event loop for all their slices
 * together. Throws ApiError 503 `solo/busy` where `most` are under way or wait.
 */
export function createTurns(most: number): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= most)
      throw new ApiError(503, 'solo/busy', 'many results are being verified; post it again in a moment');
    waiting++;
    const turn = last.then(work);
    last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      waiting--;
    }
  };
}
