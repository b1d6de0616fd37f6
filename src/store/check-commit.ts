import { isUuid } from '../match/uuid.ts';
import type { Commit } from './match-store.ts';
import { StoreError } from './store-error.ts';

/** Throws StoreError `store/invalid` for a commit that no store can take, whatever stands in it. */
export function checkCommit({ matchId, base, entries, events, wakeAt }: Commit): void {
  if (!isUuid(matchId)) throw new StoreError('store/invalid', `${matchId} is no id of a match`);
  const wrong = entries.find(({ n }, i) => n !== base + 1 + i);
  if (wrong)
    throw new StoreError('store/invalid', `match ${matchId}: entry ${wrong.n} doesn't follow base ${base}`);
  if (entries.length === 0 && events.length > 0)
    throw new StoreError(
      'store/invalid',
      `match ${matchId}: events need an entry in their commit, which names their record`,
    );
  if (wakeAt !== null && !Number.isSafeInteger(wakeAt))
    throw new StoreError(
      'store/invalid',
      `match ${matchId}: wakeAt must be whole milliseconds, not ${wakeAt}`,
    );
}
