/** Solo results over HTTP: the account is the token's. */
import { createEndpoint } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';
import { ApiError } from '../http/errors.ts';
import type { RequirePrincipal } from '../http/principal.ts';
import { bodyLimit, idempotencyKey, soloBody } from './body.ts';
import type { Solo } from './solo.ts';

export interface SoloEndpointsDeps {
  readonly solo: Solo;
  readonly requirePrincipal: RequirePrincipal;
}

const path = '/api/solo_results';

export const soloBodyLimits = { [path]: bodyLimit } as const;

/** POST /api/solo_results → 201 `{id, verified}`; `Idempotent-Replayed: true` where it is an answer given before. */
export function soloEndpoints({ solo, requirePrincipal }: SoloEndpointsDeps) {
  return {
    postSoloResult: createEndpoint(path, { method: 'POST', body: soloBody }, async (context) => {
      const principal = requirePrincipal(context);
      requirePlayer(principal);
      const key = keyFrom(context.getHeader('idempotency-key'), context.body.idempotency_key);
      const { id, verified, replayed } = await solo.post(principal, context.body, key);
      if (replayed) context.setHeader('Idempotent-Replayed', 'true');
      context.setStatus(201);
      return { id, verified };
    }),
  };
}

/** A token to watch with, or for one match, is not for results. */
function requirePlayer({ permission, matchId }: Principal): void {
  if (permission !== 'play' || matchId !== undefined)
    throw new ApiError(403, 'auth/forbidden', 'This needs a token to play with, for any match.');
}

/** From the header, bare or quoted, or from the body; null where there is none. Throws ApiError 400 `solo/bad_key`. */
function keyFrom(header: string | null, inBody: string | undefined): string | null {
  if (header === null) return inBody ?? null;
  const key = idempotencyKey.safeParse(/^"(.*)"$/.exec(header)?.[1] ?? header);
  if (!key.success)
    throw new ApiError(400, 'solo/bad_key', `Idempotency-Key ${key.error.issues[0]!.message}`);
  if (inBody !== undefined && inBody !== key.data)
    throw new ApiError(
      400,
      'solo/bad_key',
      'Idempotency-Key and idempotency_key are different: give one of them',
    );
  return key.data;
}
