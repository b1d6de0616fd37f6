/** Solo results over HTTP: the account is the token's. */
import { createEndpoint } from '@colyseus/core';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import { api } from '../http/api.ts';
import { ApiError } from '../http/errors.ts';
import type { RequirePrincipal } from '../http/principal.ts';
import { bodyLimit, idempotencyKey, soloBody } from './body.ts';
import type { Solo } from './solo.ts';

export interface SoloEndpointsDeps {
  readonly solo: Solo;
  readonly requirePrincipal: RequirePrincipal;
}

const path = '/api/solo_results';

const posted = z
  .strictObject({
    id: z.uuid().meta({ description: 'Of its match in history.' }),
    verified: z.boolean().meta({ description: 'It came with inputs, and they give it.' }),
  })
  .meta({ id: 'SoloResultPosted' });

const post = {
  method: 'POST',
  body: soloBody,
  metadata: api({
    summary: 'Brings the result of a play without a room into history',
    description:
      'With the inputs of the play it is played again, and verified; without them it is kept as it is claimed.',
    limit: 'strict',
    tag: 'solo',
    access: 'account',
    bodyLimit,
    headers: {
      'Idempotency-Key': 'The same key and body again has the same answer, and makes no second result.',
    },
    responses: {
      201: {
        description: 'It is in history',
        schema: posted,
        headers: { 'Idempotent-Replayed': '`true` where this was answered before.' },
      },
    },
    errors: {
      'solo/unknown_game': 400,
      'solo/bad_inputs': 400,
      'solo/bad_key': 400,
      'options/invalid': 400,
      'simulate/bad_input': 400,
      'simulate/wrong_players': 400,
      'auth/forbidden': 403,
      'solo/not_reproduced': 422,
      'solo/key_reused': 422,
      'simulate/refused': 422,
      'simulate/not_over': 422,
      'solo/busy': 503,
    },
  }),
} as const;

/** POST /api/solo_results → 201 `{id, verified}`; `Idempotent-Replayed: true` where it is an answer given before. */
export function soloEndpoints({ solo, requirePrincipal }: SoloEndpointsDeps) {
  return {
    postSoloResult: createEndpoint(path, post, async (context) => {
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
