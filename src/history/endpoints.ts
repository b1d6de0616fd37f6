/** History over HTTP. Whose matches are read is in the token alone: no parameter names a tenant. */
import { createEndpoint } from '@colyseus/core';
import type { RequirePrincipal } from '../http/principal.ts';
import type { History } from './history.ts';

export interface HistoryEndpointsDeps {
  readonly history: History;
  readonly requirePrincipal: RequirePrincipal;
}

/** GET /v1/matches → Page, GET /v1/matches/:id → HistoryMatchInFull. */
export function historyEndpoints({ history, requirePrincipal }: HistoryEndpointsDeps) {
  return {
    listMatches: createEndpoint('/v1/matches', { method: 'GET' }, async (context) => {
      const { tenantId } = requirePrincipal(context);
      return history.list(tenantId, context.query ?? {});
    }),
    getMatch: createEndpoint('/v1/matches/:id', { method: 'GET' }, async (context) => {
      const { tenantId } = requirePrincipal(context);
      return history.get(tenantId, context.params.id);
    }),
  };
}
