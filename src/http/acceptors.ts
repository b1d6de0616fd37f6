/**
 * Who takes new connections. libuv (1.52) accepts one for each listening socket in a turn of the event loop; after a
 * crash thousands dial at once, and turns are long then. So an HTTP server has several sockets on its port
 * (SO_REUSEPORT), among which the system spreads those who dial.
 */
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';

export type Place = { readonly host: string; readonly port: number };

const acceptors = 16;
const canShare = process.platform === 'linux';

/** Dials that may wait to be accepted: Node's 511 are soon full. */
const backlog = 4_096;

/**
 * From now on `http.listen(port, host)` shares its port with `addAcceptors`, where this system can. Resolves with the port
 * to listen on. Rejects where somebody has it: shared ports would not tell.
 */
export async function shareable(http: HttpServer, { host, port }: Place): Promise<number> {
  if (!canShare) return port;
  const { listen } = http;
  http.listen = ((at: number, name: string, _backlog: number, done?: () => void) =>
    listen.call(http, optionsOf({ host: name, port: at }), done)) as HttpServer['listen'];
  const probe = createServer().listen({ host, port });
  await once(probe, 'listening');
  const free = (probe.address() as AddressInfo).port;
  probe.close();
  await once(probe, 'close');
  return free;
}

/** More sockets for a server that listens by `shareable`; they are closed with it. */
export async function addAcceptors(http: HttpServer, place: Place): Promise<void> {
  if (!canShare) return;
  const take = (socket: Socket): void => void http.emit('connection', socket);
  const more = Array.from({ length: acceptors - 1 }, (): Server =>
    createServer({ allowHalfOpen: true, noDelay: true }, take).listen(optionsOf(place)),
  );
  await Promise.all(more.map((one) => once(one, 'listening')));
  const { close } = http;
  http.close = (done) => {
    for (const one of more.splice(0)) one.close();
    return close.call(http, done);
  };
}

const optionsOf = ({ host, port }: Place): ListenOptions => ({ host, port, backlog, reusePort: true });
