/**
 * By which names a browser may call this server where it is not production. A page of elsewhere can have its own name
 * resolve to this machine (DNS rebinding); then it is the same origin, and would mint itself tokens. It can't do so with
 * an address, nor with `localhost`.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { refusalOf } from './errors.ts';

/** Throws ApiError 403 `http/foreign_host`. */
export type CheckHost = (request: Pick<IncomingMessage, 'headers'>) => void;

/** `names`: those that are allowed besides addresses and `localhost`; null: any. For a Host that is one (target.ts). */
export function createCheckHost(names: readonly string[] | null): CheckHost {
  if (names === null) return () => {};
  const allowed = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  return ({ headers: { host = '' } }) => {
    const name = nameOf(host);
    if (isIP(name) > 0 || allowed.has(name) || name.endsWith('.localhost')) return;
    throw refusalOf(
      403,
      'http/foreign_host',
      'Outside production this server answers to addresses, localhost, and the names in HOST, PUBLIC_ADDRESS and ALLOWED_ORIGINS.',
    );
  };
}

/** Of `name:port` the name, of `[::1]:port` the address. */
const nameOf = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
