/**
 * Which rooms there are, in all processes, and where: the matchmaker's driver over Redis. Rooms that strangers may be sent
 * to are indexed by what they offer, so that a lookup costs the same among ten rooms and among twenty thousand.
 */
import { initializeRoomCache, type IRoomCache, type MatchMakerDriver } from '@colyseus/core';
import type { Redis } from 'ioredis';
import { callScript, defineScripts } from '../redis/scripts.ts';

/** KEYS rooms, process, offer. ARGV id, listing, process, score, is it open, is it new. 0: another process has this id. */
const RECORD = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and (ARGV[6] == '1' or cjson.decode(known).processId ~= ARGV[3]) then return 0 end
if not known and ARGV[6] == '0' then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[1])
if ARGV[5] == '1' then redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[1]) else redis.call('ZREM', KEYS[3], ARGV[1]) end
return 1`;

/** KEYS rooms, process, offer. ARGV id, process. Only the listing of that process goes. */
const REMOVE = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known or cjson.decode(known).processId ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1`;

const scripts = { directoryRecord: RECORD, directoryRemove: REMOVE };

export interface RoomDirectoryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** Whether a process lives. */
  readonly isAlive: (processId: string) => Promise<boolean>;
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
  #revive: (roomId: string) => Promise<unknown> = async () => {};

  constructor(options: RoomDirectoryOptions) {
    this.#options = options;
    this.#redis = options.redis;
    this.#prefix = `{${options.prefix}}`;
    defineScripts(options.redis, scripts);
  }

  /** What brings a room back that is asked for by its id, and lives in no process. */
  reviveBy(revive: (roomId: string) => Promise<unknown>): void {
    this.#revive = revive;
  }

  /** Lists the rooms of this process again, where Redis has forgotten them. */
  async tellAgain(): Promise<void> {
    for (const room of this.#own.values()) await this.#record(room, true);
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
    const text = await this.#redis.hget(this.#rooms, roomId);
    return text === null ? undefined : parse(text);
  }

  async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    if (roomIds.length === 0) return new Map();
    const texts = await this.#redis.hmget(this.#rooms, ...roomIds);
    const found = texts.filter((text) => text !== null).map(parse);
    return new Map(found.map((room) => [room.roomId, room]));
  }

  /** Reads all rooms, or those of one process: for the monitor. */
  async query(conditions: Conditions = {}): Promise<IRoomCache[]> {
    const { processId } = conditions;
    const rooms =
      processId === undefined
        ? Object.values(await this.#redis.hgetall(this.#rooms)).map(parse)
        : [...(await this.findByIds(await this.#redis.smembers(this.#process(processId)))).values()];
    return rooms.filter((room) => matches(room, conditions));
  }

  async insert(room: IRoomCache): Promise<boolean> {
    return this.persist(room, true);
  }

  /** Colyseus does not wait for it in some places: so it never rejects. */
  async persist(room: IRoomCache, create = false): Promise<boolean> {
    if (create) this.#own.set(room.roomId, room);
    try {
      const isRecorded = await this.#record(room, create);
      if (create && !isRecorded) this.#own.delete(room.roomId);
      return isRecorded;
    } catch (error) {
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
  async remove(roomId: string): Promise<boolean> {
    const room = this.#own.get(roomId);
    this.#own.delete(roomId);
    if (!room) return false;
    try {
      return await this.#remove(room);
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }

  /** Of whichever process: whoever holds the claim of a match says so before it lists its room. */
  async forget(roomId: string): Promise<void> {
    const room = await this.find(roomId);
    if (room) await this.#remove(room);
  }

  async cleanup(processId: string): Promise<void> {
    for (const room of await this.query({ processId })) await this.#remove(room);
  }

  shutdown(): void {}

  /** Asked for by tests of Colyseus alone. */
  clear(): void {}

  async #findOpen(conditions: Conditions): Promise<IRoomCache | undefined> {
    const key = this.#offer(conditions['name'], conditions['tenantId'], conditions['offer']);
    for (;;) {
      const [roomId] = await this.#redis.zrange(key, 0, 0);
      if (roomId === undefined) return undefined;
      const room = await this.find(roomId);
      if (room && (await this.#options.isAlive(room.processId))) return room;
      if (room) await this.#remove(room);
      else await this.#redis.zrem(key, roomId);
    }
  }

  async #findLiving(roomId: string): Promise<IRoomCache | undefined> {
    const room = await this.find(roomId);
    if (room && (await this.#options.isAlive(room.processId))) return room;
    await this.#revive(roomId);
    return this.find(roomId);
  }

  async #record(room: IRoomCache, isNew: boolean): Promise<boolean> {
    const { roomId, processId, createdAt, locked, private: isPrivate } = room;
    const isOpen = !locked && !isPrivate && room.metadata?.offer !== undefined;
    const args = [
      roomId,
      JSON.stringify(room),
      processId,
      Number(createdAt ?? 0),
      Number(isOpen),
      Number(isNew),
    ];
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

const parse = (text: string): IRoomCache => initializeRoomCache(JSON.parse(text) as Partial<IRoomCache>);

function matches(room: IRoomCache, conditions: Conditions): boolean {
  const fields = { ...room.metadata, ...room } as Record<string, unknown>;
  return Object.entries(conditions).every(([field, value]) => fields[field] === value);
}
