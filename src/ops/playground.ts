/**
 * The Colyseus playground, for development alone: whoever reaches it sees all rooms. It is loaded when somebody first asks
 * for it, because from then on every client that joins is sent the messages that its room knows.
 */
import type { RequestHandler } from 'express';
import { ApiError } from '../http/errors.ts';

/**
 * Its pages and the list of rooms. Its profiler starts processes and writes files, and its list of endpoints can't show
 * ours (`/docs` does): both stay closed.
 */
const open = /^\/(?:rooms|favicon\.ico|logo192\.png|manifest\.json|assets\/[\w.-]+)?$/;

/** Its pages make their styles and a worker as they run. By `?endpoint=` they would take a token to any server: `connect-src` keeps it here. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** For express, at `/playground`, where it is not production. */
export function developmentPlayground(): RequestHandler {
  let pages: RequestHandler | undefined;
  return async (request, response, next) => {
    if (request.method !== 'GET' || !open.test(request.path)) throw closed(request.path);
    pages ??= (await import('@colyseus/playground')).playground() as RequestHandler;
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Referrer-Policy', 'no-referrer');
    pages(request, response, next);
  };
}

function closed(path: string): ApiError {
  if (!/profiling/i.test(path))
    return new ApiError(404, 'http/not_found', 'The playground has no such page.');
  return new ApiError(403, 'playground/closed', 'The profiler is closed here: start Node with --cpu-prof.');
}
