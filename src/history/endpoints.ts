/** History over HTTP. Whose matches are read is in the token alone: no parameter names a tenant. */
import { createEndpoint } from '@colyseus/core';
import { z } from 'zod';
import { api } from '../http/api.ts';
import { requireMatch, type RequirePrincipal } from '../http/principal.ts';
import { matchInFull, page } from './answers.ts';
import type { History } from './history.ts';
import { listQuery, type ListQueryInput } from './query.ts';

export interface HistoryEndpointsDeps {
  readonly history: History;
  readonly requirePrincipal: RequirePrincipal;
}

const tag = 'history';

const list = {
  method: 'GET',
  // read by the service, after the token: its codes are not those of the router
  query: z.custom<ListQueryInput>(),
  metadata: api({
    summary: 'Finished matches, the latest start first',
    description:
      "Of the token's tenant. The filters combine; `nextCursor` of one page is the `cursor` of the next.",
    tag,
    access: 'account',
    query: listQuery,
    responses: { 200: { description: 'A page', schema: page } },
    errors: { 'history/bad_query': 400, 'history/bad_cursor': 400, 'auth/forbidden': 403 },
  }),
} as const;

const get = {
  method: 'GET',
  metadata: api({
    summary: 'One finished match, with its figures and key moments',
    tag,
    access: 'account',
    params: z.object({ id: z.string().meta({ format: 'uuid' }) }),
    responses: { 200: { description: 'The match', schema: matchInFull } },
    errors: { 'history/not_found': 404, 'auth/forbidden': 403 },
  }),
} as const;

/** GET /v1/matches → Page, GET /v1/matches/:id → HistoryMatchInFull. */
export function historyEndpoints({ history, requirePrincipal }: HistoryEndpointsDeps) {
  return {
    listMatches: createEndpoint('/v1/matches', list, async (context) => {
      const principal = requirePrincipal(context);
      requireMatch(principal, null);
      return history.list(principal.tenantId, context.query);
    }),
    getMatch: createEndpoint('/v1/matches/:id', get, async (context) => {
      const principal = requirePrincipal(context);
      requireMatch(principal, context.params.id);
      return history.get(principal.tenantId, context.params.id);
    }),
  };
}
