/** Rooms of live matches in this process: found, or revived from the store when somebody dials or a deadline is due. */
import { LocalDriver, matchMaker, type IRoomCache } from '@colyseus/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../http/errors.ts';
import type { Matches } from '../match/matches.ts';
import { MatchRoom } from '../match/match-room.ts';
import { isUuid } from '../match/uuid.ts';
import type { Claim, MatchStore } from '../store/match-store.ts';

/** What other processes do, where there are any. */
export interface Elsewhere {
  /** Whether another process that lives has this match. */
  lives(matchId: string): Promise<boolean>;
  /** Whether this process is the one to revive a match now: of several that ask at once it is one, until it says so. */
  takeTurn(matchId: string): Promise<boolean>;
  endTurn(matchId: string): Promise<void>;
  /** The match is claimed here: what another says of it counts no more. */
  forget(matchId: string): Promise<void>;
}

/** While another process revives a match it is waited for so long. */
const turnMs = 3_000;
const lookMs = 25;

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
    return this.#once(matchId, async () => {
      await this.#waitForTurn(matchId);
      return this.#revive(matchId);
    });
  }

  /** Sees to it that a match that lives at all is in some process: for who looks it up next. */
  async ensure(matchId: string): Promise<void> {
    try {
      await this.find(matchId);
    } catch (error) {
      if (!(await this.#livesElsewhere(matchId))) throw error;
    }
  }

  /** Revives a match that is in no process, and that no other is reviving. */
  async wake(matchId: string): Promise<void> {
    if (roomHere(matchId) || this.#reviving.has(matchId) || !(await this.#takeTurn(matchId))) return;
    // who asked for it meanwhile waits for the turn
    if (this.#reviving.has(matchId)) await this.#elsewhere?.endTurn(matchId);
    else await this.#once(matchId, () => this.#revive(matchId));
  }

  /** Whether a tenant may ask for a match by its id: nothing is revived for another. A room says for itself who comes in. */
  async isOf(matchId: string, tenantId: string): Promise<boolean> {
    if (!isUuid(matchId) || roomHere(matchId) || (await this.#livesElsewhere(matchId))) return true;
    return (await this.#store.look(matchId))?.tenantId === tenantId;
  }

  #once(matchId: string, revive: () => Promise<MatchRoom | null>): Promise<MatchRoom | null> {
    const waiting = this.#reviving.get(matchId);
    if (waiting) return waiting;
    const reviving = revive().finally(() => this.#reviving.delete(matchId));
    this.#reviving.set(matchId, reviving);
    return reviving;
  }

  async #livesElsewhere(matchId: string): Promise<boolean> {
    return (await this.#elsewhere?.lives(matchId)) ?? false;
  }

  /** Whether this process is the one to revive a match now. Looked up with the turn in hand: another may have just done it. */
  async #takeTurn(matchId: string): Promise<boolean> {
    if (!this.#elsewhere) return true;
    if (!(await this.#elsewhere.takeTurn(matchId))) return false;
    const isTaken = await this.#elsewhere.lives(matchId).catch(async (error: unknown) => {
      await this.#elsewhere?.endTurn(matchId);
      throw error;
    });
    if (isTaken) await this.#elsewhere.endTurn(matchId);
    return !isTaken;
  }

  async #waitForTurn(matchId: string): Promise<void> {
    for (const end = performance.now() + turnMs; performance.now() < end; await sleep(lookMs)) {
      if (await this.#livesElsewhere(matchId)) break;
      if (await this.#takeTurn(matchId)) return;
    }
    throw elsewhere();
  }

  async #revive(matchId: string): Promise<MatchRoom | null> {
    try {
      return await this.#claimAndOpen(matchId);
    } finally {
      await this.#elsewhere?.endTurn(matchId);
    }
  }

  async #claimAndOpen(matchId: string): Promise<MatchRoom | null> {
    if (this.#isDraining) throw draining();
    const known = await this.#store.look(matchId);
    if (!known) return null;
    // another process has it: it is left alone
    if (!this.#matches.has(known))
      throw new ApiError(
        503,
        'match/other_version',
        `this process has no ${known.game} ${known.version}, which the match needs: try again, another may have it`,
      );
    const claim = await this.#store.claim(matchId);
    if (!claim) return null;
    await this.#elsewhere?.forget(matchId);
    this.#claims.set(matchId, claim);
    try {
      await matchMaker.handleCreateRoom(claim.game, {}, undefined, matchId);
    } finally {
      this.#claims.delete(matchId);
    }
    return roomHere(matchId);
  }
}

const elsewhere = (): ApiError =>
  new ApiError(503, 'match/moving', 'another process is taking this match: try again in a moment');
const draining = (): ApiError =>
  new ApiError(
    503,
    'server/draining',
    'this process is about to end, and takes no more matches: try again in a moment',
  );

/** The room of a match in this process; rooms of another kind (replays) are none. */
function roomHere(matchId: string): MatchRoom | null {
  const room: unknown = matchMaker.getLocalRoomById(matchId);
  return room instanceof MatchRoom ? room : null;
}

/**
 * Colyseus' room list; a room that is asked for by its id is revived where it is not here. By its id it is found at once:
 * the list itself is searched from end to end.
 */
export class MatchDriver extends LocalDriver {
  readonly #rooms: LiveRooms;
  readonly #byId = new Map<string, IRoomCache>();

  constructor(rooms: LiveRooms) {
    super();
    this.#rooms = rooms;
  }

  override async insert(room: IRoomCache): Promise<boolean> {
    const isInserted = await super.insert(room);
    if (isInserted) this.#byId.set(room.roomId, room);
    return isInserted;
  }

  override persist(room: IRoomCache, create?: boolean): boolean {
    const isNew = super.persist(room, create);
    if (isNew) this.#byId.set(room.roomId, room);
    return isNew;
  }

  override remove(roomId: string): boolean {
    this.#byId.delete(roomId);
    return super.remove(roomId);
  }

  override clear(): void {
    this.#byId.clear();
    super.clear();
  }

  override findOne(
    conditions: Partial<IRoomCache>,
    sort?: Parameters<LocalDriver['findOne']>[1],
  ): Promise<IRoomCache> {
    const { roomId, ...others } = conditions;
    if (roomId === undefined) return super.findOne(conditions, sort);
    const isById = Object.keys(others).length === 0;
    const look = async () => (isById ? this.#byId.get(roomId)! : super.findOne(conditions, sort));
    return this.has(roomId) ? look() : this.#rooms.find(roomId).then(look);
  }
}
