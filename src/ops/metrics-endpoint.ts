/** GET /metrics: the figures of this process, for Prometheus and for admins. */
import { createEndpoint } from '@colyseus/core';
import { createHash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { api } from '../http/api.ts';
import { bearerToken, type RequirePrincipal, requireRole } from '../http/principal.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsDeps {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Of whoever scrapes (Config.metrics); null: there is none. */
  readonly scrapeToken: KeyObject | null;
  readonly requirePrincipal: RequirePrincipal;
}

/** GET /metrics: the text of a scrape, for the bearer of the scrape token or of a token with the role admin; else 401 or 403. */
export function metricsEndpoints({ metrics, scrapeToken, requirePrincipal }: MetricsDeps) {
  const isScraper = scraperCheck(scrapeToken);
  return {
    metrics: createEndpoint(
      '/metrics',
      {
        method: 'GET',
        metadata: api({
          summary: 'Figures of this process for Prometheus',
          description:
            'Takes the token of METRICS_TOKEN, or one of the role admin. docs/operations.md says what each figure means.',
          tag: 'operations',
          access: 'admin',
          limit: 'usual',
          responses: {
            200: {
              description: "Prometheus' text format 0.0.4",
              schema: z.string(),
              contentType: 'text/plain',
            },
          },
        }),
      },
      async (context) => {
        const given = bearerToken(context.getHeader('authorization'));
        if (!isScraper(given)) requireRole(requirePrincipal(context), 'admin');
        const headers = { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' };
        return new Response(await metrics.text(), { headers });
      },
    ),
  };
}

/**
 * Whether a bearer token is the scrape token; takes the same time for any that is not. For the HTTP layer as well, which
 * must not count it as a token that is not valid.
 */
export function scraperCheck(scrapeToken: KeyObject | null): (given: string | null) => boolean {
  if (!scrapeToken) return () => false;
  const wanted = digest(scrapeToken.export());
  return (given) => given !== null && timingSafeEqual(digest(given), wanted);
}

const digest = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();
