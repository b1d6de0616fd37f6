/** Who may come into a room at all: for `onAuth`, before a seat is reserved. */
import { ServerError } from '@colyseus/core';
import { ZodError } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { Claim } from '../store/match-store.ts';
import type { Game } from './game.ts';
import { offerOf, parseJoinOptions, type JoinRequest } from './match-options.ts';
import type { RoomServices } from './room-services.ts';

/** Join options once they are checked. The matchmaker filters rooms by `tenantId` and `offer`. */
export interface CheckedOptions {
  readonly request: JoinRequest;
  readonly tenantId: string;
  readonly offer: string;
}

/** Options that are checked already: the matchmaker asks again with the same object where a seat was just taken. */
const checkedBefore = new WeakSet<object>();

/** Verifies the token, and replaces what the client sent as options by what passed the check. */
export function authorize(services: RoomServices, game: Game, token: string, options: object): Principal {
  try {
    const principal = services.authenticate(token);
    if (checkedBefore.has(options)) return principal;
    const request = parseJoinOptions(game.options, services.defaults, options);
    for (const name of Object.keys(options)) delete (options as Record<string, unknown>)[name];
    const checked: CheckedOptions = {
      request,
      tenantId: principal.tenantId,
      offer: offerOf(request.options),
    };
    checkedBefore.add(Object.assign(options, checked));
    return principal;
  } catch (error) {
    throw asServerError(error);
  }
}

/** Whether a token is for this match: of its tenant, and not for another match alone. */
export function mayEnter(
  principal: Principal,
  { tenantId, matchId }: Pick<Claim, 'tenantId' | 'matchId'>,
): boolean {
  return (
    principal.tenantId === tenantId && (principal.matchId === undefined || principal.matchId === matchId)
  );
}

export function isPlayer(principal: Principal, { request }: Partial<CheckedOptions>): boolean {
  return principal.permission === 'play' && request?.spectate !== true;
}

/** Matchmaking knows numbers only: the stable code stands in front of the message. */
export function asServerError(error: unknown): unknown {
  if (error instanceof ZodError) {
    const { path, message } = error.issues[0]!;
    return new ServerError(400, `options/invalid: ${path.join('.') || 'options'}: ${message}`);
  }
  const { code, message } = error as { code?: unknown; message: string };
  return typeof code === 'string' ? new ServerError(401, `${code}: ${message}`) : error;
}
