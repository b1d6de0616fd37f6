import { type AuthContext, defineRoom, matchMaker, type Room } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';
import { Openings } from './openings.ts';
import { authorizeOpening, roomIdOf } from './replay-auth.ts';
import { ReplayRoom } from './replay-room.ts';
import type { ReplayServices } from './replay-services.ts';
import { replayStateOf } from './replay-state.ts';

/** The room `replay` of a server: `rooms: { replay: defineReplayRoom(services) }`. */
export function defineReplayRoom(services: ReplayServices) {
  const states = new Map(services.games.map((game) => [game.name, replayStateOf(game)]));
  const openings = new Openings();
  class Bound extends ReplayRoom {
    static override readonly services = services;
    static override readonly states = states;
    static override readonly openings = openings;

    // Colyseus calls it without `this`. Of a refusal in onJoin a client would only learn that it was closed.
    static override async onAuth(token: string, options: object, context: AuthContext): Promise<Principal> {
      const principal = authorizeOpening(services.authenticate, token, options);
      const room: unknown = matchMaker.getLocalRoomById(roomIdOf(context));
      if (room instanceof ReplayRoom) room.mustAdmit(principal);
      return principal;
    }
  }
  return defineRoom<new () => Room>(Bound as never).filterBy(['opening'] as never[]);
}
