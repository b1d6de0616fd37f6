/** The matches that are being followed, the latest ones: those that are not among them are followed anew, from their logs. */
import { type EventStream, isBrokenLog, type Moment, type Published } from '../events/event-stream.ts';
import type { MomentRules } from '../match/moment-rules.ts';
import { Follower } from './follower.ts';
import { MomentError } from './moment-error.ts';

/** Every engine's first event. */
export const startEvent = 'match_start';

export interface FollowersOptions {
  readonly read: EventStream['read'];
  readonly rulesOf: (game: string) => MomentRules | undefined;
  /** Matches that are remembered. */
  readonly capacity: number;
}

export class Followers {
  readonly #options: FollowersOptions;
  /** The one that was used last stands last. Null: a match in which no more is looked for. */
  readonly #known = new Map<string, Follower | null>();

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /**
   * The follower of the record's match, which has seen what was before it at least; what it found is given to `found`. Null
   * where there is none: the game has no rules, or the match is passed over. Throws MomentError where its log is broken.
   */
  async of(record: Published, found: (moment: Moment) => void): Promise<Follower | null> {
    const { matchId } = record;
    const known = this.#known.get(matchId);
    if (known !== undefined) return this.#keep(matchId, known);
    const rules = this.#options.rulesOf(record.game);
    if (!rules) return null;
    const follower = new Follower(rules, record);
    if (!isBeginning(record)) await this.#catchUp(follower, record, found);
    return this.#keep(matchId, follower);
  }

  /** No more is looked for in this match. */
  passOver(matchId: string): void {
    this.#keep(matchId, null);
  }

  forget(matchId: string): void {
    this.#known.delete(matchId);
  }

  forgetAll(): void {
    this.#known.clear();
  }

  #keep<T extends Follower | null>(matchId: string, follower: T): T {
    this.#known.delete(matchId);
    this.#known.set(matchId, follower);
    if (this.#known.size > this.#options.capacity) this.#known.delete(this.#known.keys().next().value!);
    return follower;
  }

  async #catchUp(
    follower: Follower,
    { matchId, n }: Published,
    found: (moment: Moment) => void,
  ): Promise<void> {
    for (const record of await this.#read(matchId)) {
      if (record.n > follower.seen + 1) throw gap(follower.seen);
      follower.see(record, found);
    }
    if (follower.seen < n - 1) throw gap(follower.seen);
  }

  async #read(matchId: string): Promise<readonly Published[]> {
    try {
      return await this.#options.read(matchId);
    } catch (error) {
      // what it says may quote the log, which has secrets
      if (isBrokenLog(error)) throw new MomentError('moments/bad_log', 'the log is not readable');
      throw error;
    }
  }
}

/** Nothing that rules look at can have been before it. */
const isBeginning = ({ n, events }: Published): boolean => n === 1 || events[0]?.type === startEvent;

function gap(seen: number): MomentError {
  return new MomentError('moments/bad_log', `the log has a gap after entry ${seen}`);
}
