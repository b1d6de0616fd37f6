/** A MatchStore that forgets: it answers at once, so that what is left is the cost of everything but durability. */
import type { Claim, CommitStatus, MatchStore, NewMatch } from '../src/store/match-store.ts';

export class MemoryStore implements MatchStore {
  create(match: NewMatch): Promise<Claim> {
    return Promise.resolve({ ...match, epoch: 1, checkpointN: 0, checkpoint: null, entries: [] });
  }

  claim(): Promise<null> {
    return Promise.resolve(null);
  }

  look(): Promise<null> {
    return Promise.resolve(null);
  }

  commit(): Promise<CommitStatus> {
    return Promise.resolve('ok');
  }

  checkpoint(): Promise<CommitStatus> {
    return Promise.resolve('ok');
  }

  release(): Promise<CommitStatus> {
    return Promise.resolve('ok');
  }

  remove(): Promise<CommitStatus> {
    return Promise.resolve('ok');
  }

  due(): Promise<string[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
