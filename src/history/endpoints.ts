/** History over HTTP. Whose matches are read is in the token alone: no parameter names a tenant. */
import { createEndpoint } from '@colyseus/core';
import { requireMatch, type RequirePrincipal } from '../http/principal.ts';
import type { History } from './history.ts';

export interface HistoryEndpointsDeps {
  readonly history: History;
  readonly requirePrincipal: RequirePrincipal;
}

/** GET /v1/matches → Page, GET /v1/matches/:id → HistoryMatchInFull. */
export function historyEndpoints({ history, requirePrincipal }: HistoryEndpointsDeps) {
  return {
    listMatches: createEndpoint('/v1/matches', { method: 'GET' }, async (context) => {
      const principal = requirePrincipal(context);
      requireMatch(principal, null);
      return history.list(principal.tenantId, context.query ?? {});
    }),
    getMatch: createEndpoint('/v1/matches/:id', { method: 'GET' }, async (context) => {
      const principal = requirePrincipal(context);
      requireMatch(principal, context.params.id);
      return history.get(principal.tenantId, context.params.id);
    }),
  };
}
