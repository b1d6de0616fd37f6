import type { JsMsg } from '@nats-io/jetstream';
import type { Sql } from '../database/sql.ts';
import { Alarm } from './alarm.ts';
import type { Published, StreamHandler, Subscription } from './event-stream.ts';
import { ReaderLease } from './lease.ts';
import { consumerAfter, cursorName, startAfter } from './nats-consumer.ts';
import { passedOver, unavailable } from './nats-error.ts';
import { Inflow } from './nats-inflow.ts';
import type { NatsLink, Session } from './nats-link.ts';
import { decodeRecords } from './nats-message.ts';
import { NewRecords } from './nats-new-records.ts';
import { FIRST_RETRY_MS, LAST_RETRY_MS, persist } from './persist.ts';
import { type StreamNames, matchOf } from './nats-stream.ts';

/** Messages that the server sends ahead; of those that are there, records up to so many are delivered together. */
const AHEAD = 500;
const BATCH = 500;
/** After fewer messages more may gather, so that a thousand of them a second aren't a thousand cursors. */
const FEW = 64;
const BUSY_PAUSE_MS = 50;
const IDLE_PAUSE_MS = 1_000;
/** Life of a request for more; half of it without a sign from the server twice, and it's asked what became of us. */
const PULL_MS = 2_000;

const CURSOR = 'select position from event_cursor where durable = $1';

/** From taking the lease until it's lost, or reading fails. */
interface Term {
  readonly lease: ReaderLease;
  /** Anew in each term: what a handler did not get through has to come again. */
  readonly fresh: NewRecords;
  isTakeover: boolean;
}

export interface NatsSubscriptionOptions {
  readonly link: NatsLink;
  readonly names: StreamNames;
  readonly sql: Sql;
  readonly durable: string;
  /** Only records with an event of one of these types; all where it is absent. */
  readonly events: readonly string[] | undefined;
  readonly handler: StreamHandler;
  readonly leaseMs?: number | undefined;
  /** Told of each failure, before it's tried again, and of each message that is passed over. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads on from the cursor in the database, by a consumer of its own that the server may forget at any time. Cursors are
 * of one stream: in one that was made anew it starts from the first message.
 */
export class NatsSubscription implements Subscription {
  readonly #options: NatsSubscriptionOptions;
  readonly #stop = new Alarm();
  readonly #changes = new Alarm();
  readonly #unwatch: () => void;
  readonly #ended: Promise<void>;
  #inflow: Inflow | undefined;
  #pause = FIRST_RETRY_MS;
  #stopped = false;

  constructor(options: NatsSubscriptionOptions) {
    this.#options = options;
    this.#unwatch = options.link.watch(() => this.#wake());
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stop.ring();
    this.#wake();
    await this.#ended;
    this.#unwatch();
  }

  /** Number of messages after the cursor, in whatever process they will be handled. */
  async lag(): Promise<number> {
    const { link, names, sql, durable } = this.#options;
    const name = await link.run(async ({ created }) => cursorName(created, durable));
    const [row] = await sql.query<{ position: string }>(CURSOR, [name]);
    return link.run(async (session) => {
      const consumer = await consumerAfter(session, names, Number(row?.position ?? 0));
      const { num_pending } = await consumer.info(true);
      await consumer.delete();
      return num_pending;
    });
  }

  #wake(): void {
    this.#changes.ring();
    this.#inflow?.end();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#changes.reset();
      const { session } = this.#options.link;
      if (session) await this.#supervise(session);
      else await this.#changes.wait(LAST_RETRY_MS);
    }
  }

  /** Reads while this session lasts. Whatever goes wrong is told, and tried again after a pause that grows. */
  async #supervise(session: Session): Promise<void> {
    const { sql, durable, leaseMs, onError } = this.#options;
    const lease = new ReaderLease({ sql, durable: cursorName(session.created, durable), leaseMs });
    try {
      const position = await lease.take();
      if (position === null) await this.#changes.wait(IDLE_PAUSE_MS);
      else await this.#read(session, lease, Number(position));
    } catch (error) {
      if (this.#isOver(session)) return;
      onError(error);
      await this.#changes.wait(this.#pause);
      this.#pause = Math.min(this.#pause * 2, LAST_RETRY_MS);
    } finally {
      await lease.release();
    }
  }

  /** Reads on until the session ends, the subscription is stopped, or another has taken over. */
  async #read(session: Session, lease: ReaderLease, position: number): Promise<void> {
    const { link, names } = this.#options;
    const from = await startAfter(this.#options, session, position);
    if (from === null || this.#isOver(session)) return;
    const consumer = await link.run(() => consumerAfter(session, names, from));
    const messages = await consumer.consume({
      max_messages: AHEAD,
      expires: PULL_MS,
      abort_on_missing_resource: true,
    });
    this.#inflow = new Inflow(messages, AHEAD);
    const term = { lease, fresh: new NewRecords(), isTakeover: true };
    try {
      while (!this.#isOver(session)) {
        const batch = await this.#inflow.take();
        if (batch.length === 0 && !this.#isOver(session)) throw unavailable('its consumer ended');
        if (batch.length === 0 || !(await this.#handle(term, batch))) return;
        this.#pause = FIRST_RETRY_MS;
        if (batch.length < FEW) await this.#stop.wait(BUSY_PAUSE_MS);
      }
    } finally {
      this.#inflow.end();
      this.#inflow = undefined;
      void consumer.delete().catch(() => undefined);
    }
  }

  #isOver(session: Session): boolean {
    return this.#stopped || this.#options.link.session !== session;
  }

  /** False: it was stopped, or another has taken over, before the handler was through. */
  async #handle(term: Term, messages: readonly JsMsg[]): Promise<boolean> {
    let records: Published[] = [];
    for (const [i, message] of messages.entries()) {
      records.push(...this.#wanted(term.fresh.of(this.#decode(message))));
      if (records.length < BATCH && i < messages.length - 1) continue;
      if (!(await this.#deliver(term, records, message.seq))) return false;
      records = [];
    }
    return true;
  }

  async #deliver(term: Term, records: readonly Published[], seq: number): Promise<boolean> {
    const handle = async (): Promise<boolean> => {
      if (records.length > 0) await this.#options.handler(records, term.isTakeover);
      if (records.length > 0) term.isTakeover = false;
      return true;
    };
    if (this.#stopped || !(await this.#persist(term, handle))) return false;
    return this.#persist(term, () => term.lease.advance(String(seq)));
  }

  /** False where it's stopped, or another has taken over, before it succeeds. */
  async #persist({ lease }: Term, work: () => Promise<boolean>): Promise<boolean> {
    const { onError } = this.#options;
    return (await persist(work, { onError, stop: this.#stop, goesOn: () => lease.isHeld })) ?? false;
  }

  /** By the text, since most messages hold nothing that is wanted: types stand in it as JSON strings. */
  #mayHoldWanted(data: Uint8Array): boolean {
    const { events } = this.#options;
    if (!events) return true;
    const text = Buffer.from(data.buffer, data.byteOffset, data.length);
    return events.some((type) => text.includes(JSON.stringify(type)));
  }

  #wanted(records: Published[]): Published[] {
    const { events } = this.#options;
    if (!events) return records;
    return records.filter((record) => record.events.some(({ type }) => events.includes(type)));
  }

  #decode({ subject, seq, data }: JsMsg): readonly Published[] {
    if (!this.#mayHoldWanted(data)) return [];
    try {
      return decodeRecords(matchOf(subject), data).items;
    } catch (error) {
      this.#options.onError(passedOver(seq, error));
      return [];
    }
  }
}
