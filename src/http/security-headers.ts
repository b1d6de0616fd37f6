/** Headers that tell browsers to do less with an answer. */
import type { ServerResponse } from 'node:http';
import type { Client } from './address.ts';

/** Of everything that is no page. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'";
/** Of pages that have no stricter one of their own. */
export const pagePolicy = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const always = new Map([
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Frame-Options', 'DENY'],
  ['Content-Security-Policy', dataPolicy],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  // of requests without CORS alone: pages of allowed origins ask with it
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]);

export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeaders(always);
}

/** For production, once it is known that the client came by TLS. */
export function keepTls(response: ServerResponse, { scheme }: Client): void {
  if (scheme === 'https') response.setHeader('Strict-Transport-Security', 'max-age=31536000');
}
