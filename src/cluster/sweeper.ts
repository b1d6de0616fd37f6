/** Wakes matches whose deadline has come though nobody dials: the store tells which, and their rooms are revived. */
import type { Clock } from '../match/clock.ts';
import type { MatchStore } from '../store/match-store.ts';
import type { LiveRooms } from './live-rooms.ts';

const everyMs = 1_000;
const atOnce = 64;

export interface SweeperDeps {
  readonly store: MatchStore;
  readonly rooms: LiveRooms;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
}

/** Starts sweeping; the returned function stops it and resolves when the last sweep is over. */
export function startSweeper({ store, rooms, clock, log }: SweeperDeps): () => Promise<void> {
  let isStopped = false;
  let cancel = (): void => {};
  let sweeping = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      const due = await store.due(clock.now(), atOnce);
      for (const matchId of due)
        await rooms
          .wake(matchId)
          .catch((error) => log.warn({ matchId, error }, 'a due match could not be woken'));
    } catch (error) {
      log.warn({ error }, 'due matches could not be looked up');
    }
    if (!isStopped) cancel = clock.after(everyMs, next);
  };
  const next = (): void => void (sweeping = sweep());
  next();
  return async () => {
    isStopped = true;
    cancel();
    await sweeping;
  };
}
