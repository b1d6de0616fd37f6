/** Every endpoint of the server, with its services. */
import packageJson from '../../package.json' with { type: 'json' };
import { devTokenEndpoints } from '../auth/dev-token.ts';
import type { Principal } from '../auth/principal.ts';
import type { Config } from '../config.ts';
import { streamStatus } from '../events/status.ts';
import { historyEndpoints } from '../history/endpoints.ts';
import { writeMatch } from '../history/recorder.ts';
import { summarize } from '../history/summarize.ts';
import { openApiEndpoints } from '../http/openapi.ts';
import { createRequirePrincipal } from '../http/principal.ts';
import { simulate } from '../match/simulate.ts';
import { type HealthCheck, healthEndpoints } from '../ops/health.ts';
import { metricsEndpoints } from '../ops/metrics-endpoint.ts';
import type { Verification } from '../replays/verification.ts';
import { soloEndpoints } from '../solo/endpoints.ts';
import { createSolo, type Solo } from '../solo/solo.ts';
import type { Base } from './base.ts';
import { replayEndpointsOf } from './replays.ts';

export function endpointsOf(config: Config, base: Base, verification: Verification) {
  const endpoints = servicesOf(config, base, verification);
  return { ...endpoints, ...openApiEndpoints({ endpoints, version: packageJson.version }) };
}

function servicesOf({ production, auth, metrics }: Config, base: Base, verification: Verification) {
  const { tokens, logEvent, history, watching } = base;
  const requirePrincipal = createRequirePrincipal(tokens);
  const minted = ({ accountId, tenantId, roles }: Principal): void =>
    logEvent('token_minted', { accountId, tenantId, roles });
  return {
    ...healthEndpoints({
      checks: checksOf(base),
      backlog: () => streamStatus(base.readers),
      isDraining: () => base.rooms.isDraining,
    }),
    ...metricsEndpoints({ metrics: watching.metrics, scrapeToken: metrics.token, requirePrincipal }),
    ...historyEndpoints({ history, requirePrincipal }),
    ...replayEndpointsOf(base, requirePrincipal, verification),
    ...soloEndpoints({ solo: soloOf(base), requirePrincipal }),
    ...(production ? {} : devTokenEndpoints({ tokens, ttlSeconds: auth.tokenSeconds, minted })),
  };
}

function checksOf({ database, cluster }: Base): HealthCheck[] {
  const ofDatabase = { name: 'database', check: () => database.sql.query('select 1') };
  if (!cluster) return [ofDatabase];
  return [ofDatabase, { name: 'redis', isNeeded: false, check: () => cluster.hot.ping() }];
}

function soloOf({ database, clock, games }: Base): Solo {
  return createSolo({
    database,
    now: clock.now,
    games,
    simulate: (play) => simulate(games, play),
    // the recorder's own transaction becomes a part of this one
    addToHistory: (em, records) => writeMatch({ ...database, em: () => em }, summarize(records)!),
  });
}
