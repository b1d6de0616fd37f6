/**
 * The layer that no endpoint can forget. Colyseus, its router and express all hang on the `request` event of one HTTP
 * server; this server lets a request through to them only after it has an id, a sane target and a bounded body.
 * Limits of rate and origin join here.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../ops/logger.ts';
import { ApiError, asPublic, internalError } from './errors.ts';
import { readBody } from './read-body.ts';
import { refuse } from './refuse.ts';
import { inRequest } from './request-context.ts';

/** Takes a socket that asks for an upgrade; calls `here` where it is for this process. Never rejects. */
export type RouteUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  here: () => void,
) => Promise<void>;

/** Bytes of a body, matchmaking included, where an address has no limit of its own. */
const usualBodyLimit = 65_536;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export class GuardedServer extends Server {
  readonly #log: Log;
  readonly #bodyLimits: ReadonlyMap<string, number>;

  readonly #route: RouteUpgrade | undefined;

  /** `bodyLimits`: bytes, by path. `route`: where there are other processes, who takes a socket. */
  constructor(log: Log, bodyLimits: Readonly<Record<string, number>> = {}, route?: RouteUpgrade) {
    super({ requestTimeout: 30_000, headersTimeout: 10_000 });
    this.#log = log;
    this.#route = route;
    this.#bodyLimits = new Map(Object.entries(bodyLimits));
  }

  override emit(event: string, ...args: unknown[]): boolean {
    if (event === 'upgrade' && this.#route) {
      const [request, socket, head] = args as [IncomingMessage, Duplex, Buffer];
      void this.#route(request, socket, head, () => super.emit(event, ...args));
      return true;
    }
    if (event !== 'request') return super.emit(event, ...args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    const id = nameRequest(request, response);
    this.#logWhenDone(id, request, response);
    void inRequest({ id, response }, () => this.#admit(request, response));
    return true;
  }

  async #admit(request: IncomingMessage & { body?: unknown }, response: ServerResponse): Promise<void> {
    try {
      checkTarget(request);
      // Colyseus' router and express take a body that is there already.
      const body = await readBody(request, this.#bodyLimit(request));
      if (body !== undefined) request.body = body;
      super.emit('request', request, response);
    } catch (error) {
      const known = asPublic(error);
      if (!known) this.#log.error({ error }, 'a request failed before it reached an endpoint');
      refuse(response, known ?? internalError);
    }
  }

  #bodyLimit({ url }: IncomingMessage): number {
    return this.#bodyLimits.get(pathOf(url)) ?? usualBodyLimit;
  }

  #logWhenDone(requestId: string, { method, url }: IncomingMessage, response: ServerResponse): void {
    const started = performance.now();
    const path = pathOf(url);
    response.once('close', () => {
      const ms = Math.round(performance.now() - started);
      this.#log.debug({ requestId, method, path, status: response.statusCode, ms }, 'request');
    });
  }
}

/** Without the query, which may hold a token. */
const pathOf = (url = ''): string => url.split('?', 1)[0]!;

/** A caller that has an id keeps it, so that one id goes through all its systems. */
function nameRequest({ headers }: IncomingMessage, response: ServerResponse): string {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
  headers['x-request-id'] = id;
  response.setHeader('X-Request-Id', id);
  return id;
}

/** Colyseus makes a URL of these outside any try: what is no URL would end the process. */
function checkTarget({ method, url = '', headers }: IncomingMessage): void {
  if (!methods.has(method ?? ''))
    throw new ApiError(405, 'http/method_not_allowed', 'This method is not known here.');
  if (!/^https?$/.test(String(headers['x-forwarded-proto']))) delete headers['x-forwarded-proto'];
  const { host = 'localhost' } = headers;
  if (host === '' || !url.startsWith('/') || !URL.canParse(`http://${host}${url}`)) {
    throw new ApiError(400, 'http/bad_request', 'The Host header and the path are not ones that make a URL.');
  }
}
