/** Hands a socket on to another process: the request as it came, and then bytes, both ways, unread. */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Tunnel {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came with the request already. */
  readonly head: Buffer;
  readonly host: string;
  readonly port: number;
  /** Headers that are added to the request. */
  readonly headers: Readonly<Record<string, string>>;
}

const connectMs = 500;
/** A process that takes the socket and says nothing for so long hangs: its client tries again, elsewhere. */
const firstByteMs = 3_000;

/** A side that has ended leaves the other so long to end too, as `ws` does. */
const lingerMs = 30_000;

/** True: the socket is in other hands. False: that process can't be reached, and the socket is as it was. */
export async function openTunnel(tunnel: Tunnel, hangs: () => void): Promise<boolean> {
  const { socket, head, host, port } = tunnel;
  const there = await dial(host, port);
  if (!there) return false;
  if (socket.destroyed) {
    there.destroy();
    return true;
  }
  there.setNoDelay(true);
  // as Node has read it: one byte, one character
  there.write(requestHead(tunnel), 'latin1');
  if (head.length > 0) there.write(head);
  const giveUp = setTimeout(() => (hangs(), there.destroy()), firstByteMs);
  there.once('data', () => clearTimeout(giveUp));
  join(socket, there);
  join(there, socket);
  there.once('close', () => clearTimeout(giveUp));
  return true;
}

/** Whether a process takes connections. One that was killed does not, while its sign of life lasts for seconds. */
export async function isReachable({ host, port }: { host: string; port: number }): Promise<boolean> {
  const socket = await dial(host, port);
  socket?.destroy();
  return socket !== null;
}

function dial(host: string, port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMs, allowHalfOpen: true });
    const fail = (): void => {
      socket.destroy();
      resolve(null);
    };
    socket.once('error', fail).once('timeout', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail).off('timeout', fail);
      resolve(socket);
    });
  });
}

/** Bytes and the end of one side reach the other; what breaks here breaks there. */
function join(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    // after an end there may be bytes that are still on their way
    if (!from.readableEnded) to.destroy();
  });
  from.once('end', () => {
    const overdue = setTimeout(() => (from.destroy(), to.destroy()), lingerMs);
    to.once('close', () => clearTimeout(overdue));
  });
}

/** Node keeps header names and values as they came, in `rawHeaders`; of our own none that came from outside passes. */
function requestHead({ request, headers }: Tunnel): string {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  const { rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!Object.hasOwn(headers, rawHeaders[i]!.toLowerCase()))
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
