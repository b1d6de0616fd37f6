/** What Colyseus' server needs so that every answer of this process has one form. Rules with ids in SPEC.md. */
import { createRouter, type Endpoint } from '@colyseus/core';
import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import type { Log } from '../ops/logger.ts';
import { onError, onResponse } from './error-response.ts';
import { asPublic, errorOfStatus, internalError } from './errors.ts';
import { GuardedServer, type RouteUpgrade } from './guarded-server.ts';
import { guardMatchmaking, type InTurn, type IsOf } from './matchmaking.ts';
import { refuse } from './refuse.ts';
import { sendBody } from './send-body.ts';

export interface HttpOptions<E extends Record<string, Endpoint>> {
  /** Endpoints of createEndpoint, by a name of their own. */
  readonly endpoints: E;
  /** What express carries, by the path where it stands. */
  readonly mounts?: Readonly<Record<string, RequestHandler>>;
  /** Bytes that a body may have, by path, where that is more than usual. */
  readonly bodyLimits?: Readonly<Record<string, number>>;
  /** Throws for a token that is not valid; matchmaking asks it first. Without it, rooms alone decide who comes in. */
  readonly authenticate?: (token: string) => unknown;
  /** Where there are other processes: who takes a socket, and turns of those who ask for the same room at once. */
  readonly route?: RouteUpgrade | undefined;
  readonly inTurn?: InTurn | undefined;
  /** Whether a tenant may ask for a room by its id at all. */
  readonly isOf?: IsOf;
  readonly log: Log;
}

/**
 * Gives `server` for the transport (`new WebSocketTransport({ server })`), and `routes` and `express` for `defineServer`.
 * Nothing else is to be hung on that server.
 */
export function createHttp<E extends Record<string, Endpoint>>({
  endpoints,
  mounts = {},
  bodyLimits = {},
  authenticate = () => {},
  route,
  inTurn,
  isOf,
  log,
}: HttpOptions<E>) {
  guardMatchmaking({ log, authenticate, inTurn, ...(isOf && { isOf }) });
  return {
    server: new GuardedServer(log, bodyLimits, route),
    routes: createRouter(endpoints, {
      onError: onError(log) as never,
      onResponse: async (response) => sendBody((await onResponse(response)) ?? response),
    }),
    express(app: Application): void {
      app.disable('x-powered-by');
      for (const [path, handler] of Object.entries(mounts)) app.use(path, handler);
      app.use((_request: Request, response: Response) => refuse(response, errorOfStatus(404)));
      app.use(expressErrors(log));
    },
  };
}

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
