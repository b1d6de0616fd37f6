/**
 * The processes of the house: each has a key in Redis that lives as long as it does, and says where it is reached and how
 * much it has to do. Signed, so that nobody but a process with the same secret is one.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Mac } from '../auth/mac.ts';

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

/** A process as it tells of itself. */
export type Member = z.infer<typeof memberSchema>;

export interface MembersOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly mac: Mac;
  /** This process as it is now. */
  readonly self: () => Member;
  /** Redis has forgotten this process, and so all else. */
  readonly forgotten: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export class Members {
  readonly #options: MembersOptions;
  #known = new Map<string, Member>();
  #suspects = new Map<string, number>();
  #refreshing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Throws MemberError where processes live that this one can't work with. */
  async check(): Promise<void> {
    const others = await this.#read();
    if (others.some((member) => member === 'foreign'))
      throw new MemberError(
        'cluster/other_secret',
        'processes with other AUTH_KEYS use this Redis: give all the same, or another database',
      );
    if (others.some((member) => (member as Member).version !== clusterVersion))
      throw new MemberError(
        'cluster/other_version',
        'processes of a version that this one can not work with still run: let them end first',
      );
  }

  /** From now on this process is known. */
  async join(): Promise<void> {
    await this.#beat();
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
    if (!this.#known.has(processId)) await this.#refresh();
    return this.#isSuspect(processId) ? null : (this.#known.get(processId) ?? null);
  }

  async isAlive(processId: string): Promise<boolean> {
    return processId === this.#options.self().processId || (await this.find(processId)) !== null;
  }

  /** It could not be reached, whatever its key says. */
  suspect(processId: string): void {
    this.#suspects.set(processId, performance.now() + suspectMs);
  }

  /** Where a new room is best made: where the fewest are, of those that do not drain. */
  leastLoaded(): string {
    const self = this.#options.self();
    const all = [self, ...[...this.#known.values()].filter(({ processId }) => processId !== self.processId)];
    const able = all.filter(({ processId, isDraining }) => !isDraining && !this.#isSuspect(processId));
    return (able.toSorted((a, b) => a.rooms - b.rooms)[0] ?? self).processId;
  }

  #isSuspect(processId: string): boolean {
    return (this.#suspects.get(processId) ?? 0) > performance.now();
  }

  async #beat(): Promise<void> {
    const { redis } = this.#options;
    const self = this.#options.self();
    await redis.sadd(this.#list, self.processId);
    const before = await redis.set(this.#key(self.processId), this.#seal(self), 'PX', lifeMs, 'GET');
    if (before === null && this.#timer) await this.#options.forgotten();
    await this.#refresh();
  }

  /** However many ask at once, it is read once. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#readAll().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    const members = (await this.#read()).filter((member) => member !== 'foreign');
    this.#known = new Map(members.map((member) => [member.processId, member]));
  }

  /** Those whose key is gone are dead, and are forgotten. */
  async #read(): Promise<(Member | 'foreign')[]> {
    const { redis } = this.#options;
    const ids = await redis.smembers(this.#list);
    const texts = ids.length === 0 ? [] : await redis.mget(ids.map((id) => this.#key(id)));
    const dead = ids.filter((_, i) => texts[i] === null);
    if (dead.length > 0) await redis.srem(this.#list, dead);
    return texts.filter((text) => text !== null && text !== undefined).map((text) => this.#open(text));
  }

  #seal(member: Member): string {
    const text = JSON.stringify(member);
    return `${this.#options.mac.sign(text)} ${text}`;
  }

  #open(sealed: string): Member | 'foreign' {
    const at = sealed.indexOf(' ');
    const [proof, text] = [sealed.slice(0, at), sealed.slice(at + 1)];
    return this.#options.mac.verify(text, proof) ? memberSchema.parse(JSON.parse(text)) : 'foreign';
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
