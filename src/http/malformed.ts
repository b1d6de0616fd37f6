/** What Node's parser refuses: no request is made of it, so nothing else would answer or count it. */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type PublicError, refusalOf } from './errors.ts';
import type { HttpObserver, SeenRequest } from './observer.ts';
import { refuse, refuseSocket } from './refuse.ts';
import { inRequest } from './request-context.ts';

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** The client went away, in the middle of a request or not. */
const gone: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** `latest`: the request that came before it on this socket, where there is one. */
export function refuseMalformed(
  { code = 'unknown' }: NodeJS.ErrnoException,
  socket: Duplex,
  latest: SeenRequest | undefined,
  observer: HttpObserver | undefined,
): void {
  if (gone.has(code) || !socket.writable) return void socket.destroy();
  observer?.malformed(code);
  const error: PublicError = refusalOf(statuses[code] ?? 400);
  const refuseIt = (): void => refuseSocket(socket, error, randomUUID());
  if (!latest || latest.response.writableFinished) return refuseIt();
  const { request, response } = latest;
  // what was malformed is its own body
  if (!request.complete && !response.headersSent)
    return inRequest({ seen: latest }, () => refuse(response, error));
  // that one was well formed: its answer comes whole, and nothing more is read
  socket.pause();
  response.once('close', request.complete ? refuseIt : () => void socket.destroy());
}
