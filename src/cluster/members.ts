/**
 * The processes of the house: each has a key in Redis that lives as long as it does, and says where it is reached and how
 * much it has to do. Signed, so that nobody but a process with the same secret is one.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Mac } from '../auth/mac.ts';
import { callScript, defineScripts } from '../redis/scripts.ts';
import { asked } from './asked.ts';

/** Of what processes say to each other: another version does not understand this one. */
export const clusterVersion = 1;
const lifeMs = 3_000;
const beatMs = 1_000;
/** A process that could not be reached is left alone for so long. */
const suspectMs = 3_000;

const memberSchema = z.object({
  version: z.int(),
  processId: z.string().min(1).max(64),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
  rooms: z.int().min(0),
  isDraining: z.boolean(),
});

/** Of any version, whatever else it says. */
const versionSchema = z.object({ version: z.int() });

/** KEYS list, the keys of members. ARGV those members: who has beaten since they were read stays listed. */
const BURY = `
for i, member in ipairs(ARGV) do
  if redis.call('EXISTS', KEYS[i + 1]) == 0 then redis.call('SREM', KEYS[1], member) end
end`;

/** A process as it tells of itself. */
export type Member = z.infer<typeof memberSchema>;

/** A key that no process with this secret has made; one that a process of another version has. */
type Stranger = 'foreign' | 'other';

export interface MembersOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly mac: Mac;
  /** This process as it is now. */
  readonly self: () => Member;
  /** With each beat, once Redis answers; and whether it had forgotten this process, and so all else. */
  readonly beaten: (isForgotten: boolean) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export class Members {
  readonly #options: MembersOptions;
  #known = new Map<string, Member>();
  #suspects = new Map<string, number>();
  /** Rooms that were placed since the last beat, and in the one before: their processes may not have told of them yet. */
  #placed: [now: Map<string, number>, before: Map<string, number>] = [new Map(), new Map()];
  #hasBeenForgotten = false;
  #refreshing: Promise<void> | null = null;
  /** When all who live have told of themselves again. */
  #allToldAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MembersOptions) {
    this.#options = options;
    defineScripts(options.redis, { membersBury: BURY });
  }

  /** Throws MemberError where processes live that this one can't work with. */
  async check(): Promise<void> {
    const others = await this.#read();
    if (others.some((member) => member === 'foreign'))
      throw new MemberError(
        'cluster/other_secret',
        'processes with other AUTH_KEYS use this Redis: give all the same, or another database',
      );
    if (others.includes('other'))
      throw new MemberError(
        'cluster/other_version',
        'processes of a version that this one can not work with still run: let them end first',
      );
  }

  /** From now on this process is known. */
  async join(): Promise<void> {
    await this.#beat(true);
    this.#timer = setInterval(() => void this.#beat().catch(this.#options.onError), beatMs).unref();
  }

  /** Tells the others now: of a change, such as that it drains. */
  tell(): Promise<void> {
    return this.#beat();
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.redis.del(this.#key(this.#options.self().processId)).catch(this.#options.onError);
  }

  /** A process that lives; null for any other. One that is not known is asked for: it may have come this moment. */
  async find(processId: string): Promise<Member | null> {
    if ((await this.isGone(processId)) || this.#isSuspect(processId)) return null;
    return this.#known.get(processId) ?? null;
  }

  async isAlive(processId: string): Promise<boolean> {
    return processId === this.#options.self().processId || (await this.find(processId)) !== null;
  }

  /** Its key is gone. One that is only suspected may be there again in a moment. */
  async isGone(processId: string): Promise<boolean> {
    if (processId === this.#options.self().processId) return false;
    if (!this.#known.has(processId)) await asked(this.#refresh());
    return !this.#known.has(processId);
  }

  /** Redis was empty, and not all have told of themselves and their rooms since: a match without an owner may have one. */
  async mayMissSome(): Promise<boolean> {
    if (performance.now() < this.#allToldAt) return true;
    return (await this.#options.redis.exists(this.#key(this.#options.self().processId))) === 0;
  }

  /** It could not be reached, whatever its key says. */
  suspect(processId: string): void {
    this.#suspects.set(processId, performance.now() + suspectMs);
  }

  /** Where a new room is best made: where the fewest are, of those that do not drain. It counts as made there. */
  place(): string {
    const self = this.#options.self();
    const all = [self, ...[...this.#known.values()].filter(({ processId }) => processId !== self.processId)];
    const able = all.filter(({ processId, isDraining }) => !isDraining && !this.#isSuspect(processId));
    const { processId } = able.toSorted((a, b) => this.#load(a) - this.#load(b))[0] ?? self;
    const [placed] = this.#placed;
    placed.set(processId, (placed.get(processId) ?? 0) + 1);
    return processId;
  }

  #load({ processId, rooms }: Member): number {
    return this.#placed.reduce((sum, placed) => sum + (placed.get(processId) ?? 0), rooms);
  }

  #isSuspect(processId: string): boolean {
    return (this.#suspects.get(processId) ?? 0) > performance.now();
  }

  async #beat(isFirst = false): Promise<void> {
    const { redis, beaten } = this.#options;
    const self = this.#options.self();
    this.#placed = [new Map(), this.#placed[0]];
    // the key first: who reads in between takes what is listed without one for dead
    const before = await redis.set(this.#key(self.processId), this.#seal(self), 'PX', lifeMs, 'GET');
    await redis.sadd(this.#list, self.processId);
    // remembered, should Redis go away again before all is told
    const isForgotten = before === null && !isFirst;
    if (isForgotten) this.#allToldAt = performance.now() + 2 * beatMs;
    this.#hasBeenForgotten ||= isForgotten;
    await this.#refresh();
    await beaten(this.#hasBeenForgotten);
    this.#hasBeenForgotten = false;
  }

  /** However many ask at once, it is read once. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#readAll().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    const members = (await this.#read()).filter((member) => typeof member === 'object');
    this.#known = new Map(members.map((member) => [member.processId, member]));
    const now = performance.now();
    for (const [processId, until] of this.#suspects) if (until <= now) this.#suspects.delete(processId);
  }

  /** Those whose key is gone are dead, and are forgotten. */
  async #read(): Promise<(Member | Stranger)[]> {
    const { redis } = this.#options;
    const ids = await redis.smembers(this.#list);
    const texts = ids.length === 0 ? [] : await redis.mget(ids.map((id) => this.#key(id)));
    const dead = ids.filter((_, i) => texts[i] === null);
    const keys = [this.#list, ...dead.map((id) => this.#key(id))];
    if (dead.length > 0) await callScript(redis, 'membersBury', keys, dead);
    return ids.flatMap((id, i) => (typeof texts[i] === 'string' ? [this.#open(id, texts[i])] : []));
  }

  #seal(member: Member): string {
    const text = JSON.stringify(member);
    return `${this.#options.mac.sign(text)} ${text}`;
  }

  #open(processId: string, sealed: string): Member | Stranger {
    const at = sealed.indexOf(' ');
    const [proof, text] = [sealed.slice(0, at), sealed.slice(at + 1)];
    if (!this.#options.mac.verify(text, proof)) return 'foreign';
    const told: unknown = JSON.parse(text);
    if (versionSchema.safeParse(told).data?.version !== clusterVersion) return 'other';
    const member = memberSchema.safeParse(told).data;
    // a key that was copied from another process's says nothing of this one
    return member?.processId === processId ? member : 'foreign';
  }

  get #list(): string {
    return `{${this.#options.prefix}}:members`;
  }

  #key(processId: string): string {
    return `{${this.#options.prefix}}:member:${processId}`;
  }
}

/** Why a process can't join. */
export class MemberError extends Error {
  override readonly name = 'MemberError';
  readonly code: 'cluster/other_secret' | 'cluster/other_version';
  constructor(code: MemberError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
