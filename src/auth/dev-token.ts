/** Tokens for whoever asks: for development and tests. In production the endpoint does not exist. */
import { randomUUID } from 'node:crypto';
import { createEndpoint } from '@colyseus/core';
import { z } from 'zod';
import { api } from '../http/api.ts';
import { identifier, principalShape } from './claims.ts';
import type { Principal } from './principal.ts';
import type { Tokens } from './tokens.ts';

const body = z
  .strictObject({
    accountId: identifier.optional(),
    tenantId: identifier.default('dev'),
    name: principalShape.name.optional(),
    roles: principalShape.roles.default([]),
    match: principalShape.match.optional(),
    permission: principalShape.permission.default('play'),
  })
  .prefault({})
  .meta({ example: { accountId: 'ann' } });

const mintedToken = z
  .strictObject({
    token: z.string().meta({ description: 'For the header `Authorization: Bearer <token>`.' }),
    accountId: identifier,
    tenantId: identifier,
    expiresAt: z.int().meta({ description: 'Milliseconds since 1970.' }),
  })
  .meta({ id: 'DevToken' });

const mint = {
  method: 'POST',
  body,
  metadata: api({
    summary: 'A token for whoever asks; in production it does not exist',
    description: 'Defaults: an account of its own, tenant `dev`, no roles, permission `play`.',
    tag: 'development',
    access: 'anyone',
    limit: 'strict',
    responses: { 200: { description: 'The token', schema: mintedToken } },
  }),
} as const;

export interface DevTokenOptions {
  readonly tokens: Tokens;
  readonly ttlSeconds: number;
  readonly minted: (principal: Principal) => void;
}

/** POST /dev/token → `{token, accountId, tenantId, expiresAt}`, in milliseconds since 1970. Not for production. */
export function devTokenEndpoints({ tokens, ttlSeconds, minted }: DevTokenOptions) {
  return {
    devToken: createEndpoint('/dev/token', mint, async (context) => {
      const { accountId = `guest-${randomUUID()}`, tenantId, name, roles, match, permission } = context.body;
      const who = { accountId, tenantId, name: name ?? accountId.slice(0, 64), roles, permission };
      const principal = match === undefined ? who : { ...who, matchId: match };
      minted(principal);
      return { ...tokens.sign(principal, ttlSeconds), accountId, tenantId };
    }),
  };
}
