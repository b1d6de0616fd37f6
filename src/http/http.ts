/** What Colyseus' server needs so that every answer of this process has one form. Rules with ids in SPEC.md. */
import { createRouter, type Endpoint } from '@colyseus/core';
import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import type { Principal } from '../auth/principal.ts';
import type { Log } from '../ops/logger.ts';
import { createFindClient } from './address.ts';
import { onError, onResponse } from './error-response.ts';
import { asPublic, errorOfStatus, internalError } from './errors.ts';
import { GuardedServer, type RouteUpgrade } from './guarded-server.ts';
import { createCheckHost } from './hosts.ts';
import type { Limits } from './limits.ts';
import { guardMatchmaking, type InTurn, type IsOf } from './matchmaking.ts';
import type { HttpObserver } from './observer.ts';
import {
  allowOrigin,
  type AllowedOrigins,
  createCheckOrigin,
  forbidOrigins,
  muteColyseus,
} from './origins.ts';
import { refuse } from './refuse.ts';
import { asMount, createFindRoute, type Mounts } from './routes.ts';
import { pagePolicy } from './security-headers.ts';
import { sendBody } from './send-body.ts';

export interface HttpOptions<E extends Record<string, Endpoint>> {
  /** Endpoints of createEndpoint, by a name of their own; each with the metadata of api.ts. */
  readonly endpoints: E;
  /** What express carries, by the path where it stands. */
  readonly mounts?: Mounts;
  /** Throws for a token that is not valid. Without it, endpoints and rooms alone decide who comes in. */
  readonly authenticate?: (token: string) => Principal;
  /** Whether a token is for an endpoint alone to look at: it is no failure. */
  readonly isForeign?: (token: string) => boolean;
  /** Absent: none. */
  readonly limits?: Limits;
  readonly observer?: HttpObserver;
  /** Of web pages that may ask. Absent: its own, and outside production those of this machine. */
  readonly origins?: AllowedOrigins;
  /** Names that it may be called by, besides addresses and `localhost`. Absent or null: any. */
  readonly hosts?: readonly string[] | null;
  /** Addresses, networks, or names that `proxy-addr` knows. Absent: none. */
  readonly trustedProxies?: readonly string[];
  /** Absent: false. */
  readonly production?: boolean;
  /** How long, in milliseconds, the head of a request may take, and 65,536 bytes of a body. */
  readonly headMs?: number;
  readonly bodyMs?: number;
  /** How long an endpoint may take until its answer begins. */
  readonly answerMs?: number;
  /** How long a connection may stand still. */
  readonly stallMs?: number;
  /** Where there are other processes: who takes a socket, and turns of those who ask for the same room at once. */
  readonly route?: RouteUpgrade | undefined;
  readonly inTurn?: InTurn | undefined;
  /** Whether a tenant may ask for a room by its id at all. */
  readonly isOf?: IsOf;
  readonly log: Log;
}

/**
 * Gives `server` for the transport (`new WebSocketTransport({ server })`), and `routes` and `express` for `defineServer`.
 * Nothing else is to be hung on that server. Throws an Error for an endpoint without metadata.
 */
export function createHttp<E extends Record<string, Endpoint>>(options: HttpOptions<E>) {
  const { endpoints, mounts = {}, authenticate, production = false, inTurn, isOf, log } = options;
  guardMatchmaking({ log, authenticate: authenticate ?? (() => {}), inTurn, ...(isOf && { isOf }) });
  muteColyseus();
  const routes = createRouter(endpoints, {
    onError: onError(log) as never,
    onResponse: async (response) => sendBody((await onResponse(response)) ?? response),
  });
  const server = new GuardedServer({
    log,
    authenticate,
    isForeign: options.isForeign,
    production,
    limits: options.limits,
    observer: options.observer,
    route: options.route,
    findRoute: createFindRoute(routes, endpoints, mounts),
    findClient: createFindClient(options.trustedProxies ?? [], () => log.warn({}, disbelief)),
    checkHost: createCheckHost(options.hosts ?? null),
    checkOrigin: createCheckOrigin(options.origins ?? null, production),
    headMs: options.headMs ?? 10_000,
    bodyMs: options.bodyMs ?? 10_000,
    answerMs: options.answerMs ?? 30_000,
    stallMs: options.stallMs ?? 70_000,
  });
  return { server, routes, express: (app: Application): void => mountAll(app, mounts, log) };
}

function mountAll(app: Application, mounts: Mounts, log: Log): void {
  app.disable('x-powered-by');
  for (const [path, mount] of Object.entries(mounts)) app.use(path, asPage, asMount(mount).handler);
  app.use((request: Request, response: Response) => {
    // it is none of the pages that it has passed
    allowOrigin(request, response);
    refuse(response, errorOfStatus(404));
  });
  app.use(expressErrors(log));
}

const asPage: RequestHandler = (_request, response, next) => {
  forbidOrigins(response);
  response.setHeader('Content-Security-Policy', pagePolicy);
  next();
};

/** Not with the address: it may be a client's. */
const disbelief =
  'X-Forwarded-For came from an address that TRUSTED_PROXIES does not name, and is not believed: behind such a proxy all clients count as one';

/** Express knows an error handler by its four parameters. */
function expressErrors(log: Log) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const { status } = (error ?? {}) as { status?: unknown };
    const isOfClient = typeof status === 'number' && status >= 400 && status < 500;
    const known = asPublic(error) ?? (isOfClient ? errorOfStatus(status) : null);
    if (!known) log.error({ error }, 'a page failed');
    refuse(response, known ?? internalError);
  };
}
