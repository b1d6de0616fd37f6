/** History over HTTP. Whose matches are read is in the token alone: no parameter names a tenant. */
import { createEndpoint } from '@colyseus/core';
import type { RequirePrincipal } from '../http/principal.ts';
import type { History } from './history.ts';
import type { MatchLog } from './match-log.ts';

export interface HistoryEndpointsDeps {
  readonly history: History;
  readonly requirePrincipal: RequirePrincipal;
}

/** GET /v1/matches → Page, GET /v1/matches/:id → HistoryMatch, GET /v1/matches/:id/replay → JSON lines. */
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
    getReplay: createEndpoint('/v1/matches/:id/replay', { method: 'GET' }, async (context) => {
      const { tenantId } = requirePrincipal(context);
      const log = await history.log(tenantId, context.params.id);
      return new Response(replayLines(log), { headers: { 'Content-Type': 'application/x-ndjson' } });
    }),
  };
}

/** The header, then one entry a line: a reader can begin before it has all. */
function replayLines({ header, entries }: MatchLog): string {
  return [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}
