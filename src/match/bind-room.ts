import { type AuthContext, matchMaker } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';
import { notFound } from './admission.ts';
import type { Game } from './game.ts';
import type { Listing } from './listing.ts';
import type { MatchRoom, MatchRoomClass } from './match-room.ts';
import { authorize, type CheckedOptions, mayEnter } from './room-auth.ts';
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
      const matchId = matchIdOf(context);
      const room = matchMaker.getLocalRoomById(matchId) as MatchRoom | undefined;
      if (room) room.mustAdmit(options, principal);
      else if (matchId !== '') await mustBeTheirs(matchId, principal);
      return principal;
    }
  } as unknown as MatchRoomClass;
}

/** The match is in another process, which would only say that it is full: its listing tells whose it is. */
async function mustBeTheirs(matchId: string, principal: Principal): Promise<void> {
  const room = (await matchMaker.findRoomsByIds([matchId])).get(matchId);
  const { tenantId } = (room?.metadata ?? {}) as Partial<Listing>;
  if (tenantId === undefined || !mayEnter(principal, { tenantId, matchId })) throw notFound();
}

/** The match that a request to the matchmaker names: `/matchmake/joinById/<id>`. */
function matchIdOf({ req }: AuthContext): string {
  const url = (req as Request | undefined)?.url ?? '';
  return /\/joinById\/([^/?]+)/.exec(url)?.[1] ?? '';
}
