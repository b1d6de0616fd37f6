/**
 * The Colyseus monitor, for admins. It lists the rooms of all tenants, and its inspector shows a room's whole state,
 * hidden hands included: nobody else may reach it. It only looks: its route that calls any method of a room is closed.
 */
import { monitor, type MonitorOptions as Pages } from '@colyseus/monitor';
import type { Request, RequestHandler, Response } from 'express';
import type { Principal } from '../auth/principal.ts';
import type { Tokens } from '../auth/tokens.ts';
import { ApiError } from '../http/errors.ts';
import { bearerToken, requireRole } from '../http/principal.ts';
import type { LogEvent } from './events.ts';
import { isMatchPage, type MatchPages } from './match-pages.ts';

export interface MonitorOptions {
  readonly tokens: Tokens;
  readonly logEvent: LogEvent;
  /** The cookie goes over TLS only: for production. */
  readonly secureCookie: boolean;
  /** The pages of matches, below `/monitor` too. */
  readonly matches?: MatchPages;
}

const cookieName = 'gamekeeper_admin';
/** Its pages make their styles as they run, and would load a font from elsewhere, which they do without. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');
/** All that the monitor needs; what is not listed here does not reach it. */
const open = /^\/(?:api|api\/room|assets\/[\w.-]+)?$/;

/** The room of a match has its id, and the process of the room owns it. */
const columns: NonNullable<Pages['columns']> = [
  { metadata: 'game' },
  'roomId',
  { metadata: 'players' },
  { metadata: 'phase' },
  { metadata: 'started' },
  'processId',
  { metadata: 'tenantId' },
];

/** For express, at `/monitor`. */
export function adminMonitor({ tokens, logEvent, secureCookie, matches }: MonitorOptions): RequestHandler {
  const pages = monitor({ columns });
  return async (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Frame-Options', 'DENY');
    const { token: given } = request.query;
    if (typeof given === 'string') return signIn(given);
    admit(bearerToken(request.headers.authorization) ?? cookieOf(request));
    if (request.method === 'GET' && (await matches?.(request, response))) return;
    if (request.method !== 'GET' || !open.test(request.path)) throw closed(request.path);
    response.setHeader('Content-Security-Policy', policy);
    pages(request, response, next);

    function signIn(token: string): void {
      const { accountId, tenantId } = admit(token);
      logEvent('monitor_opened', { accountId, tenantId });
      keep(response, token, secureCookie);
      // To the page itself, so that the token stays neither in the address bar nor in the history.
      response.redirect(303, request.baseUrl + (isMatchPage(request.path) ? request.path : '/'));
    }
  };

  function admit(token: string | null): Principal {
    const principal = tokens.verify(token);
    requireRole(principal, 'admin');
    return principal;
  }
}

function keep(response: Response, token: string, secure: boolean): void {
  response.cookie(cookieName, token, { httpOnly: true, sameSite: 'strict', path: '/monitor', secure });
}

function cookieOf({ headers: { cookie = '' } }: Request): string | null {
  const pairs = cookie.split(/; */).map((pair) => pair.split('='));
  return pairs.find(([name]) => name === cookieName)?.[1] ?? null;
}

/** Whoever tries the call, however it is spelled, learns that it is closed and not that it is missing. */
function closed(path: string): ApiError {
  const plain = decode(path).replaceAll(/\/+/g, '/').toLowerCase();
  if (!plain.includes('room/call'))
    return new ApiError(404, 'http/not_found', 'The monitor has no such page.');
  return new ApiError(403, 'monitor/closed', 'Rooms are not called from the monitor: it only looks.');
}

function decode(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded === path ? path : decode(decoded);
  } catch {
    return path;
  }
}
