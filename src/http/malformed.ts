/** What Node's parser refuses: no request is made of it, so nothing else would answer or count it. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type PublicError, refusalOf } from './errors.ts';
import type { HttpObserver } from './observer.ts';
import { refuse, refuseSocket } from './refuse.ts';

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** The client went away, in the middle of a request or not. */
const gone: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** `pending`: the answer that this socket waits for, where there is one. */
export function refuseMalformed(
  { code = 'unknown' }: NodeJS.ErrnoException,
  socket: Duplex,
  pending: ServerResponse | undefined,
  observer: HttpObserver | undefined,
): void {
  if (gone.has(code) || !socket.writable) return void socket.destroy();
  observer?.malformed(code);
  const error: PublicError = refusalOf(statuses[code] ?? 400);
  if (!pending || pending.writableFinished) return refuseSocket(socket, error, randomUUID());
  if (!pending.headersSent) return refuse(pending, error);
  // what it is being sent comes whole, and nothing more is read of it
  socket.pause();
  pending.once('close', () => void socket.destroy());
}
