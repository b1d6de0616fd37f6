/** Replays and verification over HTTP, on what history has. */
import type { RequirePrincipal } from '../http/principal.ts';
import { replayEndpoints } from '../replays/endpoints.ts';
import { createVerification } from '../replays/verification.ts';
import type { Verifier } from '../replays/verifier.ts';
import type { Base } from './base.ts';

export function replayEndpointsOf(
  { history, games, log, logEvent }: Base,
  requirePrincipal: RequirePrincipal,
  verifier: Verifier,
) {
  return replayEndpoints({
    requirePrincipal,
    readLog: history.log,
    readRecords: async (tenantId, id) => (await history.running(tenantId, id))?.records ?? [],
    readMoments: async (tenantId, id) => (await history.get(tenantId, id)).moments,
    games,
    verification: createVerification({
      readLog: history.log,
      verify: (match) => verifier.verify(match),
      flag: history.flag,
      logEvent,
    }),
    log,
  });
}
