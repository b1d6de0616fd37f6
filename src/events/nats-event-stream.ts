import type { Sql } from '../database/sql.ts';
import {
  type EventStream,
  type Moment,
  type Published,
  StreamGap,
  type StreamHandler,
  type Subscription,
} from './event-stream.ts';
import { NatsStreamError, passedOver } from './nats-error.ts';
import { NatsLink } from './nats-link.ts';
import { NatsLog, type Repair } from './nats-log.ts';
import { decodeMoments, decodeRecords, partOfMoment, partOfRecord, partOfRow } from './nats-message.ts';
import { type StreamNames, gameEvents } from './nats-stream.ts';
import { NatsSubscription } from './nats-subscription.ts';
import { type RecordRow, cutBefore } from './record.ts';

/** Messages of which is remembered that they were told. */
const MOST_TOLD = 1_000;

export interface NatsEventStreamOptions {
  /** One or more servers, such as nats://user:password@host:4222, separated by commas. */
  readonly url: string;
  /** Where the cursors of durable subscriptions are. */
  readonly sql: Sql;
  /** Only for tests: what is not GAME_EVENTS. */
  readonly names?: StreamNames;
  /** Told of each failure of a subscription, before it's tried again, and of what is passed over in reading. */
  readonly onError?: (where: string, error: unknown) => void;
  /** Called once when NATS can't be used (any more), and once when it can be again. */
  readonly onDown?: (error: unknown) => void;
  readonly onUp?: () => void;
  /** Silence of a subscription's reader after which another process goes on in its place, in milliseconds. */
  readonly leaseMs?: number;
  /** How long an answer of NATS may take, in milliseconds. */
  readonly requestMs?: number;
  /** What all that is asked of NATS passes through. */
  readonly guard?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Returns at once, whether NATS is there or not: it's sought in the background. */
export function openNatsEventStream(options: NatsEventStreamOptions): NatsEventStream {
  return new NatsEventStream(options);
}

/** What the publisher does where rows can't simply follow. */
export interface RowRepair {
  /** The rows of a match from an entry on, as far as they are still there. */
  readonly missing: (matchId: string, from: number) => Promise<readonly RecordRow[]>;
  readonly onHole: Repair['onHole'];
}

/** The EventStream in JetStream: see SPEC.md. */
export class NatsEventStream implements EventStream {
  readonly #options: NatsEventStreamOptions;
  readonly #names: StreamNames;
  readonly #link: NatsLink;
  readonly #records: NatsLog<Published>;
  readonly #moments: NatsLog<Moment>;
  readonly #subscriptions = new Set<NatsSubscription>();
  readonly #told = new Set<number>();

  constructor(options: NatsEventStreamOptions) {
    this.#options = options;
    this.#names = options.names ?? gameEvents;
    this.#link = new NatsLink({ ...options, names: this.#names });
    const [link, names] = [this.#link, this.#names];
    const onBad = (seq: number, error: unknown): void => this.#tellOnce(seq, error);
    this.#records = new NatsLog({
      link,
      names,
      onBad,
      kind: 'events',
      decode: decodeRecords,
      spanOf: ({ n, entries }) => [n, n + entries.length],
    });
    this.#moments = new NatsLog({
      link,
      names,
      onBad,
      kind: 'moments',
      decode: decodeMoments,
      spanOf: ({ number }) => [number, number + 1],
    });
  }

  async append(records: readonly Published[]): Promise<void> {
    for (const { matchId } of records) refuseWrongId(matchId);
    await this.#records.append(records.map(partOfRecord));
  }

  /** As `append`, of rows as they stand, past what can't be appended. */
  publish(rows: readonly RecordRow[], { missing, onHole }: RowRepair): Promise<void> {
    const repair = {
      missing: async (matchId: string, from: number) => (await missing(matchId, from)).map(partOfRow),
      onHole,
    };
    return this.#records.append(rows.map(partOfRow), repair);
  }

  /** Where the stream has forgotten the beginning, the log begins later. A hole in it throws StreamGap. */
  async read(matchId: string, from = 1): Promise<readonly Published[]> {
    refuseWrongId(matchId);
    const records = await this.#records.read(matchId, from);
    const log: Published[] = [];
    let next = from;
    for (const record of records) {
      if (log.length > 0 && record.n > next) throw new StreamGap(matchId, record.n);
      const end = record.n + record.entries.length;
      if (end > next) log.push(cutBefore(next, record));
      next = Math.max(next, end);
    }
    return log;
  }

  subscribe(durable: string, handler: StreamHandler, events?: readonly string[]): Subscription {
    const { sql, leaseMs, onError } = this.#options;
    const subscription = new NatsSubscription({
      link: this.#link,
      names: this.#names,
      sql,
      durable,
      events,
      handler,
      leaseMs,
      onError: (error) => onError?.(durable, error),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Moments may follow on any: those before may have been forgotten. */
  async appendMoments(moments: readonly Moment[]): Promise<void> {
    for (const { matchId } of moments) refuseWrongId(matchId);
    await this.#moments.append(moments.map(partOfMoment), {
      missing: async () => [],
      onHole: () => undefined,
    });
  }

  async readMoments(matchId: string): Promise<readonly Moment[]> {
    refuseWrongId(matchId);
    return this.#moments.read(matchId);
  }

  /** When the stream was made, in milliseconds; undefined while NATS can't be used. Another stream has another time. */
  get created(): number | undefined {
    return this.#link.session?.created;
  }

  /** Calls `changed` when `created` may have changed. The answer ends it. */
  watch(changed: () => void): () => void {
    return this.#link.watch(changed);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await this.#link.close();
  }

  #tellOnce(seq: number, error: unknown): void {
    if (this.#told.has(seq)) return;
    if (this.#told.size === MOST_TOLD) this.#told.clear();
    this.#told.add(seq);
    this.#options.onError?.('read', passedOver(seq, error));
  }
}

/** The id becomes a part of a subject, where `*` and `>` would ask for more than one match. */
function refuseWrongId(matchId: string): void {
  if (!/^[\w-]{1,64}$/.test(matchId))
    throw new NatsStreamError('stream/match', 'the id of a match has letters, digits, - and _ only');
}
