/** Rooms of live matches in this process: found, or revived from the store when somebody dials or a deadline is due. */
import { LocalDriver, matchMaker, type IRoomCache } from '@colyseus/core';
import type { Matches } from '../match/matches.ts';
import { MatchRoom } from '../match/match-room.ts';
import { isUuid } from '../match/uuid.ts';
import { ApiError } from '../http/errors.ts';
import type { Claim, MatchStore } from '../store/match-store.ts';

/** What other processes do, where there are any. */
export interface Elsewhere {
  /** Whether another process that lives has this match. */
  lives(matchId: string): Promise<boolean>;
  /** Whether this process is the one to wake a match: of several that ask at once it is one. */
  mayWake(matchId: string): Promise<boolean>;
  /** The match is claimed here: what another says of it counts no more. */
  forget(matchId: string): Promise<void>;
}

export class LiveRooms {
  readonly #store: MatchStore;
  readonly #matches: Matches;
  readonly #elsewhere: Elsewhere | null;
  readonly #claims = new Map<string, Claim>();
  readonly #reviving = new Map<string, Promise<MatchRoom | null>>();
  #isDraining = false;

  constructor(store: MatchStore, matches: Matches, elsewhere: Elsewhere | null = null) {
    this.#store = store;
    this.#matches = matches;
    this.#elsewhere = elsewhere;
  }

  /** From now on no match is revived here: the process is about to end. */
  drain(): void {
    this.#isDraining = true;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** The claim that a room is being revived with; given once. */
  takeClaim(matchId: string): Claim | null {
    const claim = this.#claims.get(matchId) ?? null;
    this.#claims.delete(matchId);
    return claim;
  }

  /**
   * The room of a live match, revived if it is in no process; null where no such match lives. Rejects when that can't
   * be told now (the store does not answer), or another process has it: the caller must not refuse a client then, but let
   * it try again.
   */
  async find(matchId: string): Promise<MatchRoom | null> {
    const room = roomHere(matchId);
    if (room || !isUuid(matchId)) return room;
    const waiting = this.#reviving.get(matchId);
    if (waiting) return waiting;
    const reviving = this.#revive(matchId).finally(() => this.#reviving.delete(matchId));
    this.#reviving.set(matchId, reviving);
    return reviving;
  }

  /** Revives a match that is in no process; where several processes would, one does. */
  async wake(matchId: string): Promise<void> {
    if (this.#elsewhere && !(await this.#elsewhere.mayWake(matchId))) return;
    await this.find(matchId);
  }

  async #revive(matchId: string): Promise<MatchRoom | null> {
    if (this.#isDraining)
      throw new ApiError(
        503,
        'server/draining',
        'this process is about to end, and takes no more matches: try again in a moment',
      );
    if (await this.#elsewhere?.lives(matchId)) throw new Error('another process has this match');
    const claim = await this.#store.claim(matchId);
    if (!claim) return null;
    await this.#elsewhere?.forget(matchId);
    if (!this.#matches.has(claim)) {
      await this.#store.release(matchId, claim.epoch);
      throw new Error(
        `match ${matchId} needs ${claim.game} ${claim.version}, which this process does not have`,
      );
    }
    this.#claims.set(matchId, claim);
    try {
      await matchMaker.handleCreateRoom(claim.game, {}, undefined, matchId);
    } finally {
      this.#claims.delete(matchId);
    }
    return roomHere(matchId);
  }
}

/** The room of a match in this process; rooms of another kind (replays) are none. */
function roomHere(matchId: string): MatchRoom | null {
  const room: unknown = matchMaker.getLocalRoomById(matchId);
  return room instanceof MatchRoom ? room : null;
}

/** Colyseus' room list; a room that is asked for by its id is revived where it is not here. */
export class MatchDriver extends LocalDriver {
  readonly #rooms: LiveRooms;

  constructor(rooms: LiveRooms) {
    super();
    this.#rooms = rooms;
  }

  override findOne(
    conditions: Partial<IRoomCache>,
    sort?: Parameters<LocalDriver['findOne']>[1],
  ): Promise<IRoomCache> {
    const { roomId } = conditions;
    if (roomId === undefined || this.has(roomId)) return super.findOne(conditions, sort);
    return this.#rooms.find(roomId).then(() => super.findOne(conditions, sort));
  }
}
