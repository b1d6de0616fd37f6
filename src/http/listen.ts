import type { Server } from '@colyseus/core';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addAcceptors, shareable } from './acceptors.ts';

/** The server can't listen where it was told to. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: 'http/port_busy' | 'http/not_allowed' | 'http/no_address';
  constructor(code: ListenError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Listens, and resolves with the port (port 0: a free one). Throws ListenError; Colyseus alone would wait for ever. */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  const { server: http } = server.transport as unknown as { server: HttpServer };
  const free = await shareable(http, { host, port }).catch((error: NodeJS.ErrnoException) => {
    throw asListenError(error, host, port);
  });
  // Colyseus only logs errors of the server; until it listens they are ours.
  const others = http.listeners('error') as (() => void)[];
  http.removeAllListeners('error');
  const refused = new Promise<never>((_, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(asListenError(error, host, port)));
  });
  await Promise.race([server.listen(free, host), refused]);
  for (const listener of others) http.on('error', listener);
  const { port: at } = http.address() as AddressInfo;
  await addAcceptors(http, { host, port: at });
  return at;
}

function asListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new ListenError(
      'http/port_busy',
      `port ${port} is in use: stop what listens there, or set PORT to another`,
    );
  }
  if (error.code === 'EACCES') {
    return new ListenError(
      'http/not_allowed',
      `port ${port} needs more rights than this user has: set PORT to 1024 or higher`,
    );
  }
  return new ListenError(
    'http/no_address',
    `can't listen at ${host}: set HOST to an address of this machine (${error.code})`,
  );
}
