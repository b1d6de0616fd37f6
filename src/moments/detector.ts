/** The durable consumer that finds the key moments of all matches, publishes them once, and has them told. */
import type { EventStream, Moment, Published, Subscription } from '../events/event-stream.ts';
import type { MomentRules } from '../match/moment-rules.ts';
import { Followers, startEvent } from './followers.ts';
import { MomentError } from './moment-error.ts';
import type { PublishMoments } from './publisher.ts';

/** The event that ends a match. */
const resultEvent = 'match_result';
const matchesRemembered = 10_000;

export interface DetectorDeps {
  readonly stream: Pick<EventStream, 'subscribe' | 'read'>;
  /** The rules of each game that has moments, by its name. */
  readonly rules: ReadonlyMap<string, MomentRules>;
  readonly publish: PublishMoments;
  /** Told of a match's moments after they are published, once. */
  readonly told: (matchId: string, moments: readonly Moment[]) => void;
  /** Told of a match in which no more is looked for; the others go on. */
  readonly fault: (matchId: string, error: unknown) => void;
  /** Matches that are followed without reading their logs again. */
  readonly capacity?: number;
}

/**
 * Subscribes as `moments`. What may pass (a database or a stream that doesn't answer) is thrown: the stream calls again
 * with the same records after its growing pause.
 */
export function startMomentDetector(deps: DetectorDeps): Subscription {
  const detector = new Detector(deps);
  const wanted = [...deps.rules.values()].flatMap(({ events }) => events);
  return deps.stream.subscribe(
    'moments',
    (records, isTakeover) => detector.handle(records, isTakeover ?? false),
    [...new Set([startEvent, resultEvent, ...wanted])],
  );
}

class Detector {
  readonly #deps: DetectorDeps;
  readonly #followers: Followers;

  constructor(deps: DetectorDeps) {
    const { stream, rules, capacity = matchesRemembered } = deps;
    this.#deps = deps;
    this.#followers = new Followers({
      read: (matchId) => stream.read(matchId),
      rulesOf: (game) => rules.get(game),
      capacity,
    });
  }

  async handle(records: readonly Published[], isTakeover: boolean): Promise<void> {
    // another may have read on meanwhile: what is missing since can't be told from what the filter leaves out
    if (isTakeover) this.#followers.forgetAll();
    try {
      const batch = new Batch();
      for (const record of records) await this.#look(record, batch);
      await this.#publish(batch.moments);
      for (const [matchId, error] of batch.faults) this.#deps.fault(matchId, error);
    } catch (error) {
      // they have seen what will come again
      for (const { matchId } of records) this.#followers.forget(matchId);
      throw error;
    }
  }

  /** A match that fails is passed over from there, or it would hold up all others; its moments so far stand. */
  async #look(record: Published, batch: Batch): Promise<void> {
    const { matchId } = record;
    try {
      const follower = await this.#followers.of(record, batch.add);
      follower?.see(record, batch.add);
    } catch (error) {
      if (!(error instanceof MomentError)) throw error;
      this.#followers.passOver(matchId);
      batch.faults.set(matchId, error);
    }
    if (record.events.some(({ type }) => type === resultEvent)) this.#followers.forget(matchId);
  }

  async #publish(moments: readonly Moment[]): Promise<void> {
    if (moments.length === 0) return;
    const fresh = await this.#deps.publish(moments);
    for (const [matchId, ofMatch] of Map.groupBy(fresh, (moment) => moment.matchId))
      this.#deps.told(matchId, ofMatch);
  }
}

/** What a batch of records brought: a match that is followed anew amid it brings its first moments again. */
class Batch {
  readonly moments: Moment[] = [];
  readonly faults = new Map<string, unknown>();
  readonly #numbers = new Map<string, number>();

  readonly add = (moment: Moment): void => {
    const { matchId, number } = moment;
    if (number <= (this.#numbers.get(matchId) ?? 0)) return;
    this.#numbers.set(matchId, number);
    this.moments.push(moment);
  };
}
