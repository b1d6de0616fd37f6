/** The matches that are in some process of the house, in pages. */
import type { MatchQuery } from '../ops/match-query.ts';
import type { ListedMatch, ListedPage } from './inspected.ts';
import type { Listing } from './listing.ts';
import { createdAt, isUuid } from './uuid.ts';

/** A room as the matchmaker lists it; those of other kinds have no such metadata. */
export interface RoomListing {
  readonly roomId: string;
  readonly processId: string;
  readonly clients: number;
  readonly metadata?: Partial<Listing> | null | undefined;
}

export interface Listings {
  /** Of all rooms of the house, in any order. */
  ids(): Promise<readonly string[]>;
  find(ids: string[]): Promise<ReadonlyMap<string, RoomListing>>;
}

/** Listings are read by so many, and no more of them for one page: a filter that nothing fits reads no whole house. */
const listingsAtOnce = 200;
const mostListings = 2_000;

/** Ids tell when a match was made: so a page costs no more than its own listings. */
export async function listMatches(
  { ids, find }: Listings,
  { cursor, limit, ...filter }: MatchQuery,
): Promise<ListedPage> {
  const all = await ids();
  const matches = all.filter((id) => isUuid(id) && (cursor === undefined || id < cursor));
  const latest = matches.sort().reverse();
  const items: ListedMatch[] = [];
  let read = 0;
  while (read < Math.min(latest.length, mostListings) && items.length < limit) {
    const asked = latest.slice(read, read + listingsAtOnce);
    const found = await find(asked);
    for (const id of asked) {
      if (items.length === limit) break;
      read++;
      const match = listedOf(found.get(id));
      if (match && fits(match, filter)) items.push(match);
    }
  }
  return { items, nextCursor: read < latest.length ? latest[read - 1]! : null, rooms: all.length };
}

function listedOf(room: RoomListing | undefined): ListedMatch | null {
  const { tenantId, game, phase = '', players = 0, started = '' } = room?.metadata ?? {};
  if (!room || tenantId === undefined || game === undefined) return null;
  const { roomId: matchId, processId, clients } = room;
  return {
    matchId,
    tenantId,
    game,
    phase,
    players,
    clients,
    createdAt: createdAt(matchId),
    started,
    processId,
  };
}

function fits(match: ListedMatch, { game, phase, tenant }: Omit<MatchQuery, 'cursor' | 'limit'>): boolean {
  return (
    (game === undefined || match.game === game) &&
    (phase === undefined || match.phase === phase) &&
    (tenant === undefined || match.tenantId === tenant)
  );
}
