/**
 * Sockets that return to a match. The stock SDK tries 15 times, but one refusal after the handshake (4003) is final for
 * it, so the handshake is held until owner and seat are known. When that can't be told the handshake fails, which the
 * SDK sees as a cut (1006) and tries again.
 */
import type { AuthContext } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';
import type { Reconnection } from '../match/reconnection.ts';
import { isUuid } from '../match/uuid.ts';
import type { LiveRooms } from './live-rooms.ts';

export interface ReturnsDeps {
  readonly rooms: LiveRooms;
  readonly reconnection: Reconnection;
  /** Who the token of a returning client speaks for: it may have expired not long ago. Throws. */
  authenticateReturn(token: string | null | undefined): Principal;
  readonly log: { warn(fields: object, message: string): void };
}

/** For the transport's `beforeUpgrade`: nothing lets the socket through, a Response answers instead. */
export function acceptReturns({ rooms, reconnection, authenticateReturn, log }: ReturnsDeps) {
  return async (request: Request, context: Readonly<AuthContext>): Promise<Response | void> => {
    const url = new URL(request.url);
    const matchId = url.pathname.split('/').at(-1) ?? '';
    const token = url.searchParams.get('reconnectionToken');
    // a room that is no match, such as a replay, knows its own clients
    if (token === null || !isUuid(matchId)) return;
    const principal = principalOf(context.token);
    if (!principal) return new Response(null, { status: 401 });
    // forged, or another tenant's: nothing is revived for it
    if (!reconnection.session(token, { matchId, tenantId: principal.tenantId }))
      return new Response(null, { status: 401 });
    try {
      const room = await rooms.find(matchId);
      const sessionId = room?.sessionOf(token);
      if (!room || !sessionId || sessionId !== url.searchParams.get('sessionId')) return;
      if (!(await room.expectReturn(sessionId, principal, token))) return new Response(null, { status: 401 });
    } catch (error) {
      log.warn({ matchId, error }, 'a returning client is sent away to try again');
      return new Response(null, { status: 503 });
    }
  };

  function principalOf(token: string | null | undefined): Principal | null {
    try {
      return authenticateReturn(token);
    } catch {
      return null;
    }
  }
}
