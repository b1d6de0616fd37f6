/** The connection to NATS, and the stream there: sought for as long as it takes, in the background. */
import {
  type JetStreamClient,
  type JetStreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import {
  type ConnectionOptions,
  type NatsConnection,
  RequestError,
  TimeoutError,
  connect,
} from '@nats-io/transport-node';
import { Alarm } from './alarm.ts';
import { unavailable } from './nats-error.ts';
import { FIRST_RETRY_MS, LAST_RETRY_MS } from './persist.ts';
import { serversOf } from './nats-servers.ts';
import { type StreamNames, ensureStream, isStreamNotFound } from './nats-stream.ts';

const CONNECT_MS = 3_000;
/** A server that is silent for two of these is taken for gone. */
const PING_MS = 5_000;

/** A connection with which the stream can be used. */
export interface Session {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** When the stream was made, in milliseconds: another one has another. */
  readonly created: number;
}

export interface NatsLinkOptions {
  /** One or more servers, separated by commas; user and password of the first count for all. */
  readonly url: string;
  readonly names: StreamNames;
  /** How long an answer may take, in milliseconds; 5,000 by default. */
  readonly requestMs?: number | undefined;
  /** Called once when NATS can't be used any more (or not yet), and once when it can be again. */
  readonly onDown?: ((error: unknown) => void) | undefined;
  readonly onUp?: (() => void) | undefined;
  readonly guard?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

export class NatsLink {
  readonly #options: NatsLinkOptions;
  readonly #servers: ConnectionOptions;
  readonly #watchers = new Set<() => void>();
  readonly #stop = new Alarm();
  /** The first attempt to connect, which ends in moments: who asks before waits for it. */
  readonly #tried = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #nc: NatsConnection | undefined;
  #session: Session | undefined;
  #repair: Promise<Session> | undefined;
  #isDown = false;
  #closed = false;

  constructor(options: NatsLinkOptions) {
    this.#options = options;
    this.#servers = serversOf(options.url);
    this.#ended = this.#run();
  }

  /** Undefined while NATS can't be used. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Calls `changed` whenever there is a session, another one, or none any more. The answer ends it. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /**
   * Does `work` in the session, and again where the stream had to be made first. Rejects at once while NATS is away,
   * and when it goes away meanwhile. All errors have a code.
   */
  run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { guard } = this.#options;
    return guard ? guard(() => this.#do(work)) : this.#do(work);
  }

  async #do<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.#tried.promise;
    const session = this.#session;
    if (!session) throw unavailable(this.#closed ? 'it was closed' : 'NATS does not answer');
    try {
      return await work(session).catch(async (error: unknown) => {
        if (!mayMeanNoStream(error) || this.#session?.nc !== session.nc) throw error;
        const again = await this.#ensureAgain(session);
        if (again.created === session.created) throw error;
        return work(again);
      });
    } catch (error) {
      if (session.nc.isClosed() && this.#session?.nc === session.nc) this.#lost(error);
      if (isWrongSequence(error)) throw error;
      throw unavailable(reasonOf(error), error);
    }
  }

  /** Looks whether the stream is another one by now: someone may have deleted it, and another process made it again. */
  async refresh(): Promise<void> {
    const session = this.#session;
    if (session) await this.run(() => this.#ensureAgain(session));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop.ring();
    await this.#nc?.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (let pause = FIRST_RETRY_MS; !this.#closed; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      try {
        await this.#connect().finally(() => this.#tried.resolve());
        pause = FIRST_RETRY_MS;
        const reason = await this.#nc!.closed();
        this.#lost(reason ?? new Error('the connection ended'));
      } catch (error) {
        this.#lost(error);
      }
      await this.#nc?.close();
      // at different times: all processes have lost it together
      await this.#stop.wait(pause * (0.5 + Math.random() / 2));
    }
  }

  async #connect(): Promise<void> {
    const { names, requestMs = 5_000, onUp } = this.#options;
    const settings = { reconnect: false, timeout: CONNECT_MS, pingInterval: PING_MS };
    const nc = await connect({ ...this.#servers, ...settings });
    this.#nc = nc;
    if (this.#closed) return nc.close();
    const jsm = await jetstreamManager(nc, { timeout: requestMs });
    const js = jetstream(nc, { timeout: requestMs });
    const created = await ensureStream(jsm, names);
    if (nc.isClosed()) throw new Error('the connection ended');
    this.#change({ nc, js, jsm, created });
    if (this.#isDown) onUp?.();
    this.#isDown = false;
  }

  #lost(reason: unknown): void {
    if (this.#session) this.#change(undefined);
    if (this.#isDown || this.#closed) return;
    this.#isDown = true;
    this.#options.onDown?.(unavailable(reasonOf(reason), reason));
  }

  #change(session: Session | undefined): void {
    this.#session = session;
    for (const changed of this.#watchers) changed();
  }

  /** The stream is not there any more: someone has deleted it. */
  #ensureAgain(session: Session): Promise<Session> {
    this.#repair ??= this.#remake(session).finally(() => (this.#repair = undefined));
    return this.#repair;
  }

  async #remake(session: Session): Promise<Session> {
    const created = await ensureStream(session.jsm, this.#options.names);
    if (this.#session?.nc !== session.nc) throw new Error('the connection ended');
    if (this.#session.created !== created) this.#change({ ...session, created });
    return this.#session;
  }
}

/** Another writer has appended to the subject. */
export function isWrongSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence;
}

/** Servers leave some requests about a stream that is not there without an answer. */
function mayMeanNoStream(error: unknown): boolean {
  if (isStreamNotFound(error) || error instanceof TimeoutError) return true;
  // a publish that nobody listens to
  const causes = error instanceof Error ? [error, error.cause] : [];
  return causes.some((cause) => cause instanceof RequestError && cause.isNoResponders());
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
