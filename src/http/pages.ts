/** The web client: the files that `scripts/build-web.ts` made. */
import express, { type RequestHandler, type Response } from 'express';
import { sep } from 'node:path';

const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** Serves what is in the folder. Where it is empty or missing, and for what is not in it, the next handler answers. */
export function pages(folder: string): RequestHandler {
  return express.static(folder, { redirect: false, cacheControl: false, setHeaders });
}

/** Names under assets/ have the hash of their content; the rest is asked for again each time, by its ETag. */
function setHeaders(response: Response, path: string): void {
  const isHashed = path.includes(`${sep}assets${sep}`);
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
}
