/** Finds a match for an operator, wherever it is: in a process of the house, in the store, or over. It claims nothing. */
import type { Moment, Published } from '../events/event-stream.ts';
import { ApiError } from '../http/errors.ts';
import type { MatchQuery } from '../ops/match-query.ts';
import type { Entry, MatchSetup } from './engine.ts';
import type { Game } from './game.ts';
import { inspectLog, showEntries } from './inspect.ts';
import type {
  InspectedEntry,
  InspectedMatch,
  InspectedMoment,
  Inspection,
  ListedPage,
  Whereabouts,
} from './inspected.ts';
import { listMatches, type Listings, type RoomListing } from './match-list.ts';
import { createdAt } from './uuid.ts';

/** A finished match as history keeps it. */
export interface KeptMatch {
  readonly tenantId: string;
  /** Wall time in milliseconds. */
  readonly endedAt: number;
  readonly entries: readonly Entry[];
}

export interface InspectorDeps {
  readonly games: readonly Game[];
  readonly rooms: Listings & {
    /** What the room of a match says. Rejects where its process does not answer in time. */
    inspect(matchId: string): Promise<Inspection>;
  };
  readonly stream: {
    read(matchId: string, from?: number): Promise<readonly Published[]>;
    readMoments(matchId: string): Promise<readonly Moment[]>;
  };
  /** Whether the store has it. */
  readonly isStored: (matchId: string) => Promise<boolean>;
  /** Null where history has none. */
  readonly kept: (matchId: string) => Promise<KeptMatch | null>;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Inspector {
  list(query: MatchQuery): Promise<ListedPage>;
  /** Null where there is no such match. Throws ApiError 503 `monitor/unavailable` where that can't be told. */
  one(matchId: string): Promise<InspectedMatch | null>;
}

const shownEntries = 50;
const shownMoments = 20;

export function createInspector(deps: InspectorDeps): Inspector {
  const { rooms, stream, log } = deps;
  return {
    list: (query) => listMatches(rooms, query),
    async one(matchId) {
      const listed = await orNull(rooms.find([matchId]), 'the list of rooms can not be read');
      const listing = listed?.get(matchId);
      const live = listing && (await orNull(rooms.inspect(matchId), 'its process does not answer'));
      return live ? inspectLive(listing, live) : inspectStored(matchId, listed && (listing ?? 'nowhere'));
    },
  };

  async function inspectLive(listing: RoomListing, inspection: Inspection): Promise<InspectedMatch> {
    const { roomId: matchId, processId, metadata } = listing;
    // the stream may be some seconds behind
    const from = Math.max(1, inspection.n - 2 * shownEntries);
    const records = await orNull(stream.read(matchId, from), 'its log can not be read');
    const isOver = inspection.phase === 'over';
    return {
      ...inspection,
      matchId,
      tenantId: metadata?.tenantId ?? '',
      where: 'live',
      processId,
      createdAt: createdAt(matchId),
      endedAt: isOver ? (records?.at(-1)?.at ?? null) : null,
      entries: records && shown(entriesOf(records), inspection),
      moments: await momentsOf(matchId),
    };
  }

  /** `listing`: null where it is not known whether a process has it. */
  async function inspectStored(
    matchId: string,
    listing: RoomListing | 'nowhere' | null,
  ): Promise<InspectedMatch | null> {
    const found = await findLog(matchId);
    if (!found && listing && listing !== 'nowhere') throw unavailable();
    if (!found) return null;
    const { tenantId, entries, endedAt } = found;
    const inspection =
      (await orNull(inspectLog(deps.games, { matchId, ...found }), 'its log can not be played')) ??
      unplayed(found);
    const isOver = inspection.phase === 'over';
    return {
      ...inspection,
      matchId,
      tenantId,
      where: await whereIs(matchId, listing, isOver),
      processId: listing && listing !== 'nowhere' ? listing.processId : null,
      createdAt: createdAt(matchId),
      endedAt: isOver ? endedAt : null,
      entries: shown(entries, inspection),
      moments: await momentsOf(matchId),
    };
  }

  async function whereIs(matchId: string, listing: unknown, isOver: boolean): Promise<Whereabouts> {
    if (isOver && (listing === null || listing === 'nowhere')) return 'over';
    if (listing !== 'nowhere') return 'silent';
    const isStored = await orNull(deps.isStored(matchId), 'the store does not answer');
    return isStored === null ? 'silent' : isStored ? 'parked' : 'gone';
  }

  /** The stream forgets what is long over: then history has it. */
  async function findLog(matchId: string): Promise<FoundLog | null> {
    const records = await orNull(stream.read(matchId), 'the stream can not be read');
    const last = records?.at(-1);
    if (records && last && records[0]!.n === 1) {
      const { tenantId, epoch, at } = last;
      return { tenantId, epoch, endedAt: at, entries: entriesOf(records) };
    }
    const kept = await deps.kept(matchId);
    if (!kept && !records) throw unavailable();
    return kept && { epoch: 0, ...kept };
  }

  async function momentsOf(matchId: string): Promise<readonly InspectedMoment[] | null> {
    const moments = await orNull(stream.readMoments(matchId), 'its moments can not be read');
    return (
      moments &&
      moments
        .slice(-shownMoments)
        .map(({ number, n, t, type, seat, data }) => ({ number, n, t, type, seat, data }))
    );
  }

  function shown(entries: readonly Entry[], { game, phase }: Inspection): readonly InspectedEntry[] {
    const known = deps.games.find(({ name }) => name === game) ?? {};
    return showEntries(entries.slice(-shownEntries), known, phase === 'over');
  }

  /** A part that fails is missing; the page is for the very times when something does. */
  async function orNull<T>(asked: Promise<T>, what: string): Promise<T | null> {
    return asked.catch((error: unknown) => {
      log.warn({ error }, `a match was inspected: ${what}`);
      return null;
    });
  }
}

const unavailable = (): ApiError =>
  new ApiError(
    503,
    'monitor/unavailable',
    'What is stored of this match can not be read now: try again in a moment.',
  );

interface FoundLog extends KeptMatch {
  /** 0 where it is not known any more. */
  readonly epoch: number;
}

const entriesOf = (records: readonly Published[]): Entry[] => records.flatMap(({ entries }) => entries);

/** What the first entry says, and nothing more. */
function unplayed({ epoch, entries }: FoundLog): Inspection {
  const { game, version, options } = entries[0]!.data as MatchSetup;
  const n = entries.at(-1)!.n;
  const unknown = { startedAt: null, deadline: null, seats: [], clients: 0, state: null };
  return { game, version, options, epoch, n, phase: '', ...unknown };
}
