/**
 * The logs of matches in NATS, of one kind: each is the messages of a subject. An append names the sequence of the
 * message that it follows, and the server refuses it where another is the last. So a log has neither holes nor
 * repetitions, however often and by however many it is sent; and each message leads to the one before it.
 */
import type { PubAck } from '@nats-io/jetstream';
import { StreamGap } from './event-stream.ts';
import type { NatsStreamError } from './nats-error.ts';
import { type End, Ends } from './nats-ends.ts';
import { type NatsLink, isWrongSequence } from './nats-link.ts';
import { type Message, MOST_BYTES, type Part, encodeMessage, refuseOtherTenant } from './nats-message.ts';
import { endOf, following, pack, refusalOf } from './nats-pack.ts';
import { type Stored, messagesOf } from './nats-read.ts';
import { type Kind, type StreamNames, subjectOf } from './nats-stream.ts';
import { inParallel } from './parallel.ts';

/** Messages under way at a time: one of each match. */
const WINDOW = 256;
/** How often another writer may come first, and an answer be missing. */
const ATTEMPTS = 5;

export interface NatsLogOptions<T> {
  readonly link: NatsLink;
  readonly names: StreamNames;
  readonly kind: Kind;
  readonly decode: (matchId: string, data: Uint8Array) => Message<T>;
  /** First place of an item, and the one after it. */
  readonly spanOf: (item: T) => readonly [n: number, end: number];
  /** Told of each message that can't be read; it is passed over. */
  readonly onBad: (seq: number, error: unknown) => void;
}

/** What is done about parts that can't simply be appended. */
export interface Repair {
  /** What there is of a match from a place on, where the log ends before it. */
  readonly missing: (matchId: string, from: number) => Promise<readonly Part[]>;
  /** Told of what can't be had; the log goes on after it. */
  readonly onHole: (error: NatsStreamError | StreamGap) => void;
}

export class NatsLog<T> {
  readonly #options: NatsLogOptions<T>;
  readonly #ends = new Ends();

  constructor(options: NatsLogOptions<T>) {
    this.#options = options;
  }

  /** Without `repair` it throws where a part can't be appended, and stores nothing of the call. */
  async append(parts: readonly Part[], repair?: Repair): Promise<void> {
    const matches = [...Map.groupBy(parts, ({ matchId }) => matchId).values()];
    const look = async (own: readonly Part[]): Promise<void> => {
      const { next } = await this.#end(own[0]!.matchId);
      if (!repair) this.#fitting(following(own, next, refuseHole), undefined);
    };
    await inParallel(WINDOW, matches, look);
    await inParallel(WINDOW, matches, (own) => this.#appendTo(own[0]!.matchId, own, repair));
  }

  /** The log of a match in order, each item once. Whether it has holes is the caller's to see. */
  async read(matchId: string, from = 1): Promise<readonly T[]> {
    const isFirst = (message: Stored): boolean => {
      if (from === 1) return false;
      const first = this.#decode(matchId, message)?.items[0];
      return first !== undefined && this.#options.spanOf(first)[0] <= from;
    };
    const stored = await this.#messages(matchId, isFirst);
    const items: T[] = [];
    let next = 0;
    let tenantId: string | undefined;
    for (const message of stored) {
      const read = this.#decode(matchId, message, tenantId);
      tenantId ??= read?.tenantId;
      for (const item of read?.items ?? []) {
        const [, end] = this.#options.spanOf(item);
        if (end > next) items.push(item);
        next = Math.max(next, end);
      }
    }
    return items;
  }

  async #appendTo(matchId: string, own: readonly Part[], repair: Repair | undefined): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const end = await this.#end(matchId);
        const parts = await this.#following(own, end.next, repair);
        if (await this.#sendAll(end, parts, repair, attempt === 1)) return;
      } catch (error) {
        if (attempt === ATTEMPTS || !isWrongSequence(error)) throw error;
        // by another writer, or in another stream
        await this.#options.link.refresh();
      }
    }
  }

  async #following(own: readonly Part[], next: number, repair: Repair | undefined): Promise<Part[]> {
    if (!repair) return following(own, next, refuseHole);
    let isWhole = true;
    const parts = following(own, next, () => (isWhole = false));
    if (isWhole) return parts;
    const all = [...(await repair.missing(own[0]!.matchId, next)), ...own];
    return following(all, next, ({ matchId, n }) => repair.onHole(new StreamGap(matchId, n)));
  }

  /** Those that the server takes. */
  #fitting(parts: readonly Part[], repair: Repair | undefined): Part[] {
    const most = Math.min(MOST_BYTES, this.#options.link.session?.nc.info?.max_payload ?? MOST_BYTES);
    return parts.filter((part) => {
      const refusal = refusalOf(part, most);
      if (refusal && !repair) throw refusal;
      if (refusal) repair!.onHole(refusal);
      return !refusal;
    });
  }

  /** False: the server has dropped one as a duplicate, and where the log ends now must be looked at. */
  async #sendAll(
    end: End,
    parts: readonly Part[],
    repair: Repair | undefined,
    named: boolean,
  ): Promise<boolean> {
    const last = parts.at(-1);
    if (!last) return true;
    // until all are there nothing is sure
    this.#ends.delete(last.matchId);
    let { seq } = end;
    for (const message of pack(this.#fitting(parts, repair))) {
      const ack = await this.#send(message, seq, named);
      if (ack.duplicate) return false;
      seq = ack.seq;
    }
    // what did not fit was told, and is not missed again
    this.#ends.set(last.matchId, { next: endOf(last), seq });
    return true;
  }

  /** Sends one message until it is confirmed: the same each time, so that the server stores it once. */
  async #send(parts: readonly Part[], previous: number, named: boolean): Promise<PubAck> {
    const { link, names, kind } = this.#options;
    const [first, last] = [parts[0]!, parts.at(-1)!];
    const data = encodeMessage(kind, parts);
    const msgID = `${first.matchId}:${kind}:${first.epoch}:${first.n}-${endOf(last) - 1}`;
    const expect = { streamName: names.stream, lastSubjectSequence: previous };
    const subject = subjectOf(names, kind, first.matchId);
    for (let attempt = 1; ; attempt++) {
      try {
        return await link.run(({ js }) => js.publish(subject, data, { expect, ...(named && { msgID }) }));
      } catch (error) {
        if (isWrongSequence(error) || attempt === ATTEMPTS || !link.session) throw error;
      }
    }
  }

  async #end(matchId: string): Promise<End> {
    this.#ends.of(this.#options.link.session?.created);
    return this.#ends.get(matchId) ?? this.#ends.set(matchId, await this.#look(matchId));
  }

  async #look(matchId: string): Promise<End> {
    const isOurs = (message: Stored): boolean => this.#decode(matchId, message) !== undefined;
    const stored = await this.#messages(matchId, isOurs);
    const last = stored.map((message) => this.#decode(matchId, message)).find((read) => read !== undefined);
    const next = last ? this.#options.spanOf(last.items.at(-1)!)[1] : 1;
    return { next, seq: stored.at(-1)?.seq ?? 0 };
  }

  #messages(matchId: string, enough: (message: Stored) => boolean): Promise<Stored[]> {
    const { link, names, kind } = this.#options;
    const subject = subjectOf(names, kind, matchId);
    return link.run((session) => messagesOf(session, names.stream, subject, enough));
  }

  #decode(matchId: string, { seq, data }: Stored, tenantId?: string): Message<T> | undefined {
    try {
      const message = this.#options.decode(matchId, data);
      refuseOtherTenant(message, tenantId);
      return message;
    } catch (error) {
      this.#options.onBad(seq, error);
      return undefined;
    }
  }
}

function refuseHole({ matchId, n }: Part): never {
  throw new StreamGap(matchId, n);
}
