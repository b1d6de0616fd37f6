import type { Commit, CommitStatus, MatchStore } from '../store/match-store.ts';
import type { Clock } from './clock.ts';

const longestPauseMs = 2_000;

/**
 * Commits, and sends the same commit again as long as no answer comes: the store applies it once. Meanwhile the match
 * stands still, since nobody may be told. `isClosed` ends the waiting.
 */
export async function commitUntilAnswered(
  store: MatchStore,
  clock: Clock,
  commit: Commit,
  isClosed: () => boolean,
): Promise<CommitStatus> {
  for (let pause = 50; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const status = await store.commit(commit);
    if (status !== 'unknown' || isClosed()) return status;
    await new Promise<void>((resume) => clock.after(pause, resume));
  }
}
