/**
 * Which rooms there are, in all processes, and where: the matchmaker's driver over Redis. Rooms that strangers may be sent
 * to are indexed by what they offer, so that a lookup costs the same among ten rooms and among twenty thousand.
 */
import type { IRoomCache, MatchMakerDriver } from '@colyseus/core';
import type { Redis } from 'ioredis';
import { callScript, defineScripts } from '../redis/scripts.ts';
import { asked } from './asked.ts';
import { directoryScripts, type Recording } from './directory-scripts.ts';
import { parseListing, parseListings } from './listing.ts';

export interface RoomDirectoryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly processId: () => string;
  /** Whether a process lives; whether it is gone for good. One that can't be reached now is neither. */
  readonly isAlive: (processId: string) => Promise<boolean>;
  readonly isGone: (processId: string) => Promise<boolean>;
  /** Told of what could not be listed: Redis is away, and learns it later. */
  readonly onError: (error: unknown) => void;
}

export type Conditions = Partial<IRoomCache> & Readonly<Record<string, unknown>>;

export class RoomDirectory implements MatchMakerDriver {
  readonly #options: RoomDirectoryOptions;
  readonly #redis: Redis;
  readonly #prefix: string;
  /** Of this process. */
  readonly #own = new Map<string, IRoomCache>();
  /** Those of which Redis did not take the last change, be it that they are gone. */
  readonly #untold = new Map<string, IRoomCache>();
  #revive: (roomId: string) => Promise<unknown> = async () => {};

  constructor(options: RoomDirectoryOptions) {
    this.#options = options;
    this.#redis = options.redis;
    this.#prefix = `{${options.prefix}}`;
    defineScripts(options.redis, directoryScripts);
  }

  /** What brings a room back that is asked for by its id, and lives in no process. */
  reviveBy(revive: (roomId: string) => Promise<unknown>): void {
    this.#revive = revive;
  }

  /** Tells what Redis did not take while it was away; and all, where it has forgotten it, or knows what was long ago. */
  async tellAgain(isForgotten: boolean): Promise<void> {
    if (isForgotten) await this.#tellAll();
    const untold = [...this.#untold];
    for (const [roomId, room] of untold) {
      this.#untold.delete(roomId);
      await (this.#own.has(roomId) ? this.#tell(room) : this.remove(roomId, room));
    }
  }

  async has(roomId: string): Promise<boolean> {
    return (await this.#redis.hexists(this.#rooms, roomId)) === 1;
  }

  /** The room of an id, or one that offers what is asked for; the oldest first. */
  async findOne(conditions: Conditions): Promise<IRoomCache> {
    const { roomId } = conditions;
    const found = await (roomId === undefined ? this.#findOpen(conditions) : this.#findLiving(roomId));
    return found as IRoomCache;
  }

  async find(roomId: string): Promise<IRoomCache | undefined> {
    return parseListing(await this.#text(roomId), roomId);
  }

  async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    if (roomIds.length === 0) return new Map();
    const texts = await asked(this.#redis.hmget(this.#rooms, ...roomIds));
    const found = parseListings(texts.filter((text) => text !== null));
    return new Map(found.map((room) => [room.roomId, room]));
  }

  /** Of all rooms, in any order: for lists that read a few of many. */
  ids(): Promise<string[]> {
    return asked(this.#redis.hkeys(this.#rooms));
  }

  /** Reads all rooms, or those of one process: for the monitor. */
  async query(conditions: Conditions = {}): Promise<IRoomCache[]> {
    const { processId } = conditions;
    const rooms =
      processId === undefined
        ? parseListings(Object.values(await asked(this.#redis.hgetall(this.#rooms))))
        : [...(await this.findByIds(await asked(this.#redis.smembers(this.#process(processId))))).values()];
    return rooms.filter((room) => matches(room, conditions));
  }

  async insert(room: IRoomCache): Promise<boolean> {
    return this.persist(room, true);
  }

  /** Colyseus does not wait for it in some places: so it never rejects. What Redis does not take now it is told later. */
  async persist(room: IRoomCache, create = false): Promise<boolean> {
    if (create) this.#own.set(room.roomId, room);
    try {
      const isRecorded = await this.#record(room, create ? 'new' : 'changed');
      if (create && !isRecorded) this.#own.delete(room.roomId);
      return isRecorded;
    } catch (error) {
      if (this.#own.has(room.roomId)) this.#untold.set(room.roomId, room);
      this.#options.onError(error);
      return true;
    }
  }

  async update(
    room: IRoomCache,
    { $set = {}, $inc = {} }: Parameters<MatchMakerDriver['update']>[1],
  ): Promise<boolean> {
    Object.assign(room, $set);
    const counts = room as unknown as Record<string, number>;
    for (const [field, by] of Object.entries($inc)) counts[field]! += by as number;
    return this.persist(room);
  }

  /** Only of this process: one that was thought dead may not take away what its heir has listed. */
  async remove(roomId: string, room = this.#own.get(roomId)): Promise<boolean> {
    this.#own.delete(roomId);
    if (!room) return false;
    this.#untold.delete(roomId);
    try {
      return await this.#remove(room);
    } catch (error) {
      this.#untold.set(roomId, room);
      this.#options.onError(error);
      return false;
    }
  }

  /** Of whichever process: whoever holds the claim of a match says so before it lists its room. */
  async forget(roomId: string): Promise<void> {
    const room = await this.find(roomId);
    if (room) await this.#remove(room);
  }

  /**
   * Colyseus asks for it where a process does not answer; only the rooms of one that is dead go, or of this one. Without
   * Redis all stays listed until somebody finds its process gone: the end of a process does not fail by that.
   */
  cleanup(processId: string): Promise<void> {
    return this.#cleanUp(processId).catch(this.#options.onError);
  }

  async #cleanUp(processId: string): Promise<void> {
    if (processId !== this.#options.processId() && !(await this.#options.isGone(processId))) return;
    for (const room of await this.query({ processId })) await this.#remove(room);
  }

  shutdown(): void {}

  /** Asked for by tests of Colyseus alone. */
  clear(): void {}

  async #findOpen(conditions: Conditions): Promise<IRoomCache | undefined> {
    const key = this.#offer(conditions['name'], conditions['tenantId'], conditions['offer']);
    for (let place = 0; ;) {
      const [roomId] = await asked(this.#redis.zrange(key, place, place));
      if (roomId === undefined) return undefined;
      const text = await this.#text(roomId);
      const room = parseListing(text, roomId);
      if (room && (await this.#options.isAlive(room.processId))) return room;
      if (room && !(await this.#options.isGone(room.processId))) place++;
      else await this.#drop(key, roomId, text, room);
    }
  }

  /** What is open for nobody: of a process that is gone, or no listing at all. */
  async #drop(key: string, roomId: string, text: string, room: IRoomCache | undefined): Promise<void> {
    if (room) await this.#remove(room);
    await callScript(this.#redis, 'directoryDrop', [this.#rooms, key], [roomId, room ? '' : text]);
  }

  async #text(roomId: string): Promise<string> {
    return (await asked(this.#redis.hget(this.#rooms, roomId))) ?? '';
  }

  async #findLiving(roomId: string): Promise<IRoomCache | undefined> {
    const room = await this.find(roomId).catch((error: unknown) => this.#ownOr(roomId, error));
    if (room && (await this.#options.isAlive(room.processId))) return room;
    await this.#revive(roomId);
    return this.find(roomId);
  }

  /** While Redis is away a process goes by what it knows of its own rooms. */
  #ownOr(roomId: string, error: unknown): IRoomCache {
    const room = this.#own.get(roomId);
    if (!room) throw error;
    return room;
  }

  async #tellAll(): Promise<void> {
    const listed = await this.query({ processId: this.#options.processId() });
    for (const room of listed) if (!this.#own.has(room.roomId)) await this.#remove(room);
    await Promise.all([...this.#own.values()].map((room) => this.#tell(room)));
  }

  /** Where it can't be told it is kept, to be told again. */
  async #tell(room: IRoomCache): Promise<void> {
    try {
      await this.#record(room, 'anyhow');
    } catch (error) {
      this.#untold.set(room.roomId, room);
      throw error;
    }
  }

  async #record(room: IRoomCache, how: Recording): Promise<boolean> {
    const { roomId, processId, createdAt, locked, private: isPrivate } = room;
    const isOpen = !locked && !isPrivate && room.metadata?.offer !== undefined;
    const args = [roomId, JSON.stringify(room), processId, Number(createdAt ?? 0), Number(isOpen), how];
    return (await callScript(this.#redis, 'directoryRecord', this.#keys(room), args)) === 1;
  }

  async #remove(room: IRoomCache): Promise<boolean> {
    return (
      (await callScript(this.#redis, 'directoryRemove', this.#keys(room), [room.roomId, room.processId])) ===
      1
    );
  }

  #keys({ name, processId, metadata }: IRoomCache): string[] {
    return [this.#rooms, this.#process(processId), this.#offer(name, metadata?.tenantId, metadata?.offer)];
  }

  get #rooms(): string {
    return `${this.#prefix}:rooms`;
  }

  #process(processId: string): string {
    return `${this.#prefix}:rooms-of:${processId}`;
  }

  #offer(name: unknown, tenantId: unknown, offer: unknown): string {
    return `${this.#prefix}:offer:${JSON.stringify([name, tenantId, offer])}`;
  }
}

function matches(room: IRoomCache, conditions: Conditions): boolean {
  const fields = { ...room.metadata, ...room } as Record<string, unknown>;
  return Object.entries(conditions).every(([field, value]) => fields[field] === value);
}
