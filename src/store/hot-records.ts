/** What a process knows of the matches that it holds: all that PostgreSQL may not have yet is in its memory, too. */
import { encodeEntries, encodeEvents } from '../events/record.ts';
import type { Commit } from './match-store.ts';

/** Wall time in milliseconds at which a match must wake, null for never; unknown is what PostgreSQL has. */
export type WakeAt = number | null | 'unknown';

export const formatWake = (wakeAt: WakeAt): string | number => (wakeAt === 'unknown' ? '?' : (wakeAt ?? ''));

export function parseWake(text: string): WakeAt {
  if (text === '?') return 'unknown';
  return text === '' ? null : Number(text);
}

/** A commit as it stands in Redis and goes to PostgreSQL. */
export interface HotRecord {
  readonly epoch: number;
  /** Place of its first entry, and how many they are. */
  readonly n: number;
  readonly count: number;
  /** Wall time of the commit in milliseconds. */
  readonly at: number;
  /** Rows of `match_entry` (src/events/record.ts); no events are an empty text. */
  readonly entries: string;
  readonly events: string;
}

export interface HeldMatch {
  readonly matchId: string;
  readonly epoch: number;
  /** Log position, and the one that PostgreSQL has for sure. */
  n: number;
  flushed: number;
  wakeAt: WakeAt;
  /** Wall time of the last commit in milliseconds. */
  at: number;
  /** Whether PostgreSQL may have another time to wake. */
  isWakeNew: boolean;
  /** After `flushed`, in order. */
  records: HotRecord[];
}

export const lastOf = ({ n, count }: HotRecord): number => n + count - 1;

export function recordOf(commit: Commit, at: number): HotRecord {
  const { epoch, base, entries, events } = commit;
  return {
    epoch,
    n: base + 1,
    count: entries.length,
    at,
    entries: encodeEntries(entries),
    events: encodeEvents(base + 1, events) ?? '',
  };
}

export function formatRecord({ epoch, n, count, at, entries, events }: HotRecord): string {
  return `${epoch} ${n} ${count} ${at}\n${entries}\n${events}`;
}

export function parseRecord(text: string): HotRecord {
  const [head = '', entries = '', events = ''] = text.split('\n');
  const [epoch = 0, n = 0, count = 0, at = 0] = head.split(' ').map(Number);
  return { epoch, n, count, at, entries, events };
}

/** Those that follow `n` without a gap. */
export function recordsAfter(n: number, records: readonly HotRecord[]): HotRecord[] {
  const following: HotRecord[] = [];
  let last = n;
  for (const record of records) {
    if (lastOf(record) <= last) continue;
    if (record.n !== last + 1) break;
    following.push(record);
    last = lastOf(record);
  }
  return following;
}
