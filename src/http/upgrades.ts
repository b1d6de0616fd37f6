/** What a socket goes through before a room sees it: the same walls, and a place among those of its address. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type AdmissionDeps, checkHead } from './admit.ts';
import { refusalOf } from './errors.ts';

/** Of a socket that another process of the house hands on: it has come through the walls there. */
export const hopHeader = 'x-gamekeeper-hop';

/** Throws ApiError 429 and what `checkHead` throws. The place is given back when the socket closes. */
export async function admitUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  deps: AdmissionDeps,
): Promise<void> {
  // nobody else listens until a room takes it
  socket.on('error', () => socket.destroy());
  const { address } = checkHead(request, deps);
  if (!deps.limits) return;
  // those who return after a crash come by the dozen, as files of pages do
  await deps.limits.address(address, 'pages');
  if (socket.destroyed) return;
  const giveBack = deps.limits.takeSocket(address);
  if (!giveBack)
    throw refusalOf(429, 'http/too_many_sockets', 'This address has too many sockets: close one.');
  socket.once('close', giveBack);
}
