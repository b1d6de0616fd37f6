/**
 * Which web pages may ask and connect (A11). A browser tells the page by `Origin`; what comes without one is no page of
 * another site. Colyseus would reflect any origin, so its own headers are switched off.
 */
import { matchMaker } from '@colyseus/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from './address.ts';
import { refusalOf } from './errors.ts';

/** Null: its own, and outside production those of this machine. */
export type AllowedOrigins = readonly string[] | '*' | null;

/** Throws ApiError 403 `http/foreign_origin`. */
export type CheckOrigin = (request: IncomingMessage, scheme: Client['scheme']) => void;

const ofThisMachine = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

export function createCheckOrigin(allowed: AllowedOrigins, production: boolean): CheckOrigin {
  const named = new Set(Array.isArray(allowed) ? allowed : []);
  const isNamed = (origin: string): boolean =>
    allowed === '*' || named.has(origin) || (allowed === null && !production && ofThisMachine.test(origin));
  return ({ headers: { origin, host = '' } }, scheme) => {
    if (origin === undefined || isOwn(origin, host.toLowerCase(), scheme) || isNamed(origin)) return;
    throw refusalOf(
      403,
      'http/foreign_origin',
      'Web pages of this origin may not ask here: ALLOWED_ORIGINS has those that may.',
    );
  };
}

/** Where the scheme is not known, a proxy that is not known may have taken TLS away. */
function isOwn(origin: string, host: string, scheme: Client['scheme']): boolean {
  return (scheme === null ? ['http', 'https'] : [scheme]).some((own) => origin === `${own}://${host}`);
}

const exposed = 'X-Request-Id, ETag, Retry-After, Idempotent-Replayed';

/** What lets the page of a checked origin read the answer. The SDK asks with credentials, so it is never `*`. */
export function allowOrigin({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin');
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Expose-Headers', exposed);
}

/** For pages with cookies of their own: only their own origin reads them. */
export function forbidOrigins(response: ServerResponse): void {
  for (const name of response.getHeaderNames())
    if (name.startsWith('access-control-')) response.removeHeader(name);
}

/** Answers `OPTIONS`: with what a page may send, if one asks. */
export function answerOptions({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
  if (origin === undefined) return void response.writeHead(204, { Allow: `${methods}, OPTIONS` }).end();
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers':
        'Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent, tracestate, X-Request-Id',
      'Access-Control-Max-Age': '600',
    })
    .end();
}

/** Colyseus sets these on every answer of the process. */
export function muteColyseus(): void {
  const { controller } = matchMaker;
  controller.DEFAULT_CORS_HEADERS = {} as typeof controller.DEFAULT_CORS_HEADERS;
  controller.getCorsHeaders = () => ({});
}
