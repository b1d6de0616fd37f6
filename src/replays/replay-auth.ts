/** Who may open or join a replay: checked in `onAuth`, before anything is looked up. */
import type { AuthContext } from '@colyseus/core';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import { notFound } from '../match/admission.ts';
import { asServerError, mayEnter } from '../match/room-auth.ts';
import { isUuid } from '../match/uuid.ts';

/** What a client may say: `matchId` where it opens one; who joins by the id of the room needs nothing. */
const asked = z.strictObject({
  matchId: z.string().refine(isUuid, 'the id of a match').optional(),
  /** Milliseconds of play at which it begins. */
  at: z.int().min(0).optional(),
});

/** Options once they are checked: they take the place of what the client has sent. */
export interface OpeningOptions {
  readonly matchId: string | undefined;
  readonly at: number | undefined;
  readonly tenantId: string;
  readonly accountId: string;
  /** Rooms are filtered by it: each opening makes a room of its own. */
  readonly opening: string;
}

/** Options that are checked already: the matchmaker asks again with the same object. */
const checkedBefore = new WeakSet<object>();

export function authorizeOpening(
  authenticate: (token: string) => Principal,
  token: string,
  options: object,
): Principal {
  try {
    const principal = authenticate(token);
    if (checkedBefore.has(options)) return principal;
    const { matchId, at } = asked.parse(options);
    const { tenantId, accountId } = principal;
    if (matchId !== undefined && !mayEnter(principal, { tenantId, matchId })) throw notFound();
    for (const name of Object.keys(options)) delete (options as Record<string, unknown>)[name];
    const checked: OpeningOptions = { matchId, at, tenantId, accountId, opening: randomUUID() };
    checkedBefore.add(Object.assign(options, checked));
    return principal;
  } catch (error) {
    throw asServerError(error);
  }
}

/** The room that a request to the matchmaker names: `/matchmake/joinById/<id>`; empty where it names none. */
export function roomIdOf({ req }: AuthContext): string {
  const url = (req as Request | undefined)?.url ?? '';
  return /^\/matchmake\/joinById\/([^/]+)$/.exec(new URL(url, 'http://here').pathname)?.[1] ?? '';
}
