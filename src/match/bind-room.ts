import { type AuthContext, matchMaker } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';
import type { Game } from './game.ts';
import type { MatchRoom, MatchRoomClass } from './match-room.ts';
import { authorize, type CheckedOptions } from './room-auth.ts';
import type { RoomServices } from './room-services.ts';

/** The room class of a game with its services: Colyseus makes rooms by `new`, without arguments. */
export function bindRoom(game: Game, services: RoomServices): MatchRoomClass {
  const Unbound = game.room as unknown as new () => object;
  return class extends Unbound {
    static readonly services = services;
    static readonly game = game;

    // Colyseus calls it without `this`. Of a refused reservation it would only say that the room is full.
    static async onAuth(token: string, options: CheckedOptions, context: AuthContext): Promise<Principal> {
      const principal = authorize(services, game, token, options);
      const room = matchMaker.getLocalRoomById(matchIdOf(context)) as MatchRoom | undefined;
      room?.mustAdmit(options, principal);
      return principal;
    }
  } as unknown as MatchRoomClass;
}

/** The match that a request to the matchmaker names: `/matchmake/joinById/<id>`. */
function matchIdOf({ req }: AuthContext): string {
  const url = (req as Request | undefined)?.url ?? '';
  return /\/joinById\/([^/?]+)/.exec(url)?.[1] ?? '';
}
