/** Finished matches as history gives them, and what somebody may have done to them. */
import type { Entry, MatchEvent, MatchSetup, PlayerResult, Result } from '../../src/match/engine.ts';
import type { Random } from '../../src/match/random.ts';
import { stateHashEvent } from '../../src/match/table-engine.ts';
import type { MatchLog, RecordedPlayer } from '../../src/replays/match-log.ts';
import { newId } from '../history/support.ts';
import type { Course } from '../match/course.ts';

/** A match that was played to its end, as history keeps it. */
export function recordOf({ log, events, result }: Course): MatchLog {
  const setup = log[0]!.data as MatchSetup;
  return {
    header: {
      id: newId(),
      ...setup,
      mode: setup.options.mode,
      startedAt: '2026-11-20T08:00:00.000Z',
      endedAt: '2026-11-20T08:10:00.000Z',
      players: playersOf(result!, log),
      verified: null,
      flaw: null,
    },
    entries: log.map(({ id: _, ...entry }) => entry),
    hashes: hashesOf(events),
  };
}

export const hashesOf = (events: readonly MatchEvent[]) =>
  events
    .filter(({ type }) => type === stateHashEvent)
    .map(({ n, data }) => ({ n, hash: (data as { hash: string }).hash }));

/** The rows of the players that follow from a log with this result. */
export function playersOf({ players }: Result, log: readonly Entry[]): RecordedPlayer[] {
  const span = log.at(-1)!.t - log.find(({ type }) => type === 'start')!.t;
  return players.map((player) => recordedPlayer(player, span));
}

function recordedPlayer({ account, stats, ...player }: PlayerResult, span: number): RecordedPlayer {
  const { duration_ms: own, ...rest } = stats;
  return { ...player, accountId: account, durationMs: own ?? span, stats: rest };
}

/** Entries as they stand in a record: their places follow from the order. */
export const numbered = (entries: readonly Entry[]): Entry[] =>
  entries.map((entry, at) => ({ ...entry, n: at + 1 }));

export const tamperings = ['data', 'type', 'seat', 't', 'drop', 'duplicate', 'swap', 'insert'] as const;
export type Tampering = (typeof tamperings)[number];

const cards = ['2', '5', '9', 'T', 'K', 'A'].flatMap((rank) => [...'SHDC'].map((suit) => rank + suit));

/** The log with one entry changed, anyhow. The same where chance would have it. */
export function tamper(entries: readonly Entry[], how: Tampering, random: Random): Entry[] {
  const changed = structuredClone(entries) as Entry[];
  const place = (): number => random.int(changed.length);
  const at = place();
  const entry = changed[at]!;
  const other = changed[place()]!;
  const set = (fields: Partial<Entry>): unknown => Object.assign(entry, fields);
  const ways: Record<Tampering, () => unknown> = {
    data: () => set({ data: otherData(entry, other, random) }),
    type: () => set({ type: other.type }),
    seat: () => set({ seat: [null, 0, 1, 2, 3, 9][random.int(6)]! }),
    t: () => set({ t: Math.max(0, entry.t + random.int(4_001) - 2_000) }),
    drop: () => changed.splice(at, 1),
    duplicate: () => changed.splice(at, 0, { ...entry }),
    swap: () => changed.splice(at, 2, ...changed.slice(at, at + 2).reverse()),
    insert: () => changed.splice(at, 0, { ...other, t: entry.t }),
  };
  ways[how]();
  return numbered(changed);
}

/** Another value of its kind, or what another entry has. */
function otherData({ data }: Entry, other: Entry, random: Random): unknown {
  const own = data as Record<string, unknown> | null;
  if (own === null || random.int(4) === 0) return other.data;
  const name = Object.keys(own)[random.int(Object.keys(own).length)]!;
  const value = own[name];
  if (name === 'card') return { card: cards[random.int(cards.length)] };
  if (typeof value === 'number') return { ...own, [name]: Math.max(0, value + random.int(9) - 4) };
  if (typeof value === 'boolean') return { ...own, [name]: !value };
  if (typeof value === 'string') return { ...own, [name]: `${value.slice(0, -1)}0` };
  return { ...own, [name]: null };
}
