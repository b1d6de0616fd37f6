import { randomUUID } from 'node:crypto';
import type { Entry, MatchEvent } from '../../src/match/engine.ts';
import type { Claim, Commit, NewMatch } from '../../src/store/match-store.ts';

export function newMatch(over: Partial<NewMatch> = {}): NewMatch {
  return { matchId: randomUUID(), tenantId: 'acme', game: 'whist', version: '1', origin: 1_000_000, ...over };
}

export function entry(n: number, data: unknown = { card: 'QS' }): Entry {
  return { n, t: n * 10, type: 'play', seat: n % 4, id: `command-${n}`, data };
}

export function eventOf(n: number): MatchEvent {
  return { n, t: n * 10, type: 'trick', seat: null, data: { winner: 2 } };
}

export function entriesAfter(base: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, i) => entry(base + 1 + i));
}

/** A commit of `count` entries on top of a claim whose log stands at `base`. */
export function commitOf(
  claim: Pick<Claim, 'matchId' | 'epoch'>,
  base: number,
  count = 1,
  over: Partial<Commit> = {},
): Commit {
  const entries = entriesAfter(base, count);
  return { matchId: claim.matchId, epoch: claim.epoch, base, entries, events: [], wakeAt: null, ...over };
}
