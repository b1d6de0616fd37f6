/**
 * Any process takes any socket. The room is here: it goes on here. It is in another process that lives: the socket is
 * handed on. Its process is gone: it goes on here too, where the match is claimed and revived (returns.ts). When none of
 * this can be told the request fails, which the SDK takes for a cut, and tries again: one refusal after the handshake
 * would be final for it.
 */
import type { Duplex } from 'node:stream';
import type { RouteUpgrade } from '../http/guarded-server.ts';
import { type Hops, hopHeader } from './hop.ts';
import type { Members } from './members.ts';
import type { RoomDirectory } from './room-directory.ts';
import { openTunnel } from './tunnel.ts';

export interface UpgradeRouterDeps {
  readonly processId: () => string;
  readonly members: Pick<Members, 'find' | 'suspect'>;
  readonly directory: Pick<RoomDirectory, 'find'>;
  readonly hops: Hops;
  readonly isHere: (roomId: string) => boolean;
  readonly log: { warn(fields: object, message: string): void };
}

export function createUpgradeRouter(deps: UpgradeRouterDeps): RouteUpgrade {
  const { processId, members, directory, hops, isHere, log } = deps;

  return async (request, socket, head, here) => {
    const target = request.url ?? '/';
    const roomId = roomOf(target);
    const hop = request.headers[hopHeader];
    socket.on('error', () => socket.destroy());
    try {
      if (hop !== undefined && !(typeof hop === 'string' && hops.accept(hop, target)))
        return refuse(socket, '403 Forbidden');
      if (isHere(roomId)) return here();
      const owner = (await directory.find(roomId))?.processId;
      if (owner === undefined || owner === processId()) return here();
      const member = await members.find(owner);
      if (!member) return here();
      // it was sent here, and the room has moved on meanwhile: it must not go round in circles
      if (hop !== undefined) return refuse(socket, '503 Service Unavailable');
      const headers = { [hopHeader]: hops.make(owner, target) };
      const suspect = (): void => members.suspect(owner);
      if (await openTunnel({ request, socket, head, headers, host: member.host, port: member.port }, suspect))
        return;
      suspect();
      here();
    } catch (error) {
      log.warn({ roomId, error }, 'a socket can not be routed now, and is sent away to try again');
      refuse(socket, '503 Service Unavailable');
    }
  };
}

/** `/<process>/<room>?…`; the process in it is that of the first reservation, and may be long dead. */
function roomOf(target: string): string {
  return target.split('?', 1)[0]!.split('/').at(-1) ?? '';
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
