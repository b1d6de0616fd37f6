/**
 * The layer that no endpoint can forget. Colyseus, its router and express all hang on the `request` event of one HTTP
 * server, and its sockets on `upgrade`; this server lets through to them only what has come through the walls (admit.ts,
 * upgrades.ts), and answers the rest itself.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../ops/logger.ts';
import { forgetTold } from './address.ts';
import { admit, type AdmissionDeps } from './admit.ts';
import { Dials } from './dials.ts';
import { asPublic, internalError, type PublicError } from './errors.ts';
import { refuseMalformed } from './malformed.ts';
import type { HttpObserver, SeenRequest } from './observer.ts';
import { refuse, refuseSocket } from './refuse.ts';
import { type Current, inRequest } from './request-context.ts';
import type { FindRoute } from './route.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { pathOf } from './target.ts';
import { answerWithin } from './time-out.ts';
import { admitUpgrade, hopHeader } from './upgrades.ts';

/** Takes a socket that asks for an upgrade; calls `here` where it is for this process. Never rejects. */
export type RouteUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  here: () => void,
) => Promise<void>;

export interface GuardedServerOptions extends AdmissionDeps {
  readonly log: Log;
  readonly findRoute: FindRoute;
  readonly observer?: HttpObserver | undefined;
  /** Where there are other processes, who takes a socket. */
  readonly route?: RouteUpgrade | undefined;
  /** How long the head of a request may take. */
  readonly headMs: number;
  /** How long an endpoint may take until its answer begins. */
  readonly answerMs: number;
  /** How long a connection may stand still in the middle of something: longer than one is kept for the next request. */
  readonly stallMs: number;
}

const connections = {
  maxHeaderSize: 16_384,
  // of the slowest of the largest bodies; their own times are in admit.ts
  requestTimeout: 120_000,
  // longer than that of usual balancers, so that none asks on a connection that has just been closed
  keepAliveTimeout: 65_000,
  // target.ts looks at it, and answers as this layer does
  requireHostHeader: false,
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
};

export class GuardedServer extends Server {
  readonly #options: GuardedServerOptions;
  /** On a connection. */
  readonly #latest = new WeakMap<Duplex, SeenRequest>();
  readonly #dials: Dials;

  constructor(options: GuardedServerOptions) {
    const { headMs, stallMs } = options;
    super({ ...connections, headersTimeout: headMs, connectionsCheckingInterval: headMs / 5 });
    // who takes nothing of an answer, however long it is, would hold it for ever
    this.timeout = stallMs;
    this.#options = options;
    this.#dials = new Dials(options.limits);
    // without a listener Node would answer by itself
    this.on('checkExpectation', (...args: unknown[]) => this.emit('request', ...args));
  }

  override emit(event: string, ...args: unknown[]): boolean {
    if (event === 'request') this.#request(...(args as [IncomingMessage, ServerResponse]));
    else if (event === 'upgrade') void this.#upgrade(...(args as [IncomingMessage, Duplex, Buffer]));
    else if (event === 'clientError') this.#malformed(...(args as [Error, Duplex]));
    else if (event === 'connection') this.#dialled(args[0] as Socket);
    else return super.emit(event, ...args);
    return true;
  }

  #dialled(socket: Socket): void {
    if (this.#dials.admit(socket)) super.emit('connection', socket);
    else this.#options.observer?.malformed('TOO_MANY_DIALS');
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { findRoute, observer } = this.#options;
    this.#dials.asked(request.socket);
    const id = nameRequest(request, response);
    setSecurityHeaders(response);
    const route = findRoute(request.method ?? '', pathOf(request.url));
    const seen: SeenRequest = { id, request, response, route };
    this.#latest.set(request.socket, seen);
    this.#logWhenDone(seen);
    const handle = (): void => void inRequest({ seen }, (current) => this.#admit(current));
    if (observer) observer.request(seen, handle);
    else handle();
  }

  async #admit(current: Current): Promise<void> {
    const { request, response } = current.seen;
    try {
      if (!(await admit(current, this.#options))) return;
      answerWithin(this.#options.answerMs, response);
      super.emit('request', request, response);
    } catch (error) {
      refuse(response, this.#publicError(error));
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { observer, route } = this.#options;
    const here = (): void => void super.emit('upgrade', request, socket, head);
    this.#dials.asked(socket);
    // it has pings of its own from here on
    (socket as Socket).setTimeout(0);
    if (route && hopHeader in request.headers) {
      // it may be a stranger's: that is for `route` to find out
      forgetTold(request);
      return route(request, socket, head, here);
    }
    try {
      await admitUpgrade(request, socket, this.#options);
      if (socket.destroyed) return;
      observer?.upgrade(null);
      if (route) await route(request, socket, head, here);
      else here();
    } catch (error) {
      const refused = this.#publicError(error);
      observer?.upgrade(refused.code);
      refuseSocket(socket, refused, idOf(request));
    }
  }

  #malformed(error: NodeJS.ErrnoException, socket: Duplex): void {
    refuseMalformed(error, socket, this.#latest.get(socket), this.#options.observer);
  }

  #publicError(error: unknown): PublicError {
    const known = asPublic(error);
    if (!known) this.#options.log.error({ error }, 'a request failed before it reached an endpoint');
    return known ?? internalError;
  }

  #logWhenDone({ id: requestId, request: { method, url }, response, route }: SeenRequest): void {
    const started = performance.now();
    const path = pathOf(url);
    response.once('close', () => {
      const ms = Math.round(performance.now() - started);
      const { statusCode: status } = response;
      this.#options.log.debug({ requestId, method, path, route: route.pattern, status, ms }, 'request');
    });
  }
}

/** A caller that has an id keeps it, so that one id goes through all its systems. */
function idOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function nameRequest(request: IncomingMessage, response: ServerResponse): string {
  const id = idOf(request);
  request.headers['x-request-id'] = id;
  response.setHeader('X-Request-Id', id);
  return id;
}
