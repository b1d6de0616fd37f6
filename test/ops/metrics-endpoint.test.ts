import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRequirePrincipal } from '../../src/http/principal.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { metricsEndpoints } from '../../src/ops/metrics-endpoint.ts';
import { alice, tokensAt } from '../auth/support.ts';
import { startHttp, type TestHttp } from '../http/support.ts';
import { parseExposition } from './exposition.ts';

const scrapeToken = 'a-token-that-scrapes-1';
const tokens = tokensAt(0);
const requirePrincipal = createRequirePrincipal(tokens);
const admin = tokens.sign(alice, 60).token;
const player = tokens.sign({ ...alice, roles: [] }, 60).token;
let http: TestHttp;

beforeAll(async () => {
  const metrics = createMetrics({ games: ['whist'] });
  metrics.readFrom({ version: '1.2.3' });
  const key = createSecretKey(scrapeToken, 'utf8');
  http = await startHttp({ endpoints: metricsEndpoints({ metrics, scrapeToken: key, requirePrincipal }) });
});
afterAll(() => http.close());

const get = (token?: string) =>
  fetch(`${http.url}/metrics`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

describe('a scrape', () => {
  test.each([
    ['the scrape token', scrapeToken],
    ['a token of the role admin', admin],
  ])('[OP30] with %s is the text of Prometheus', async (_, token) => {
    const response = await get(token);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { value, types } = parseExposition(await response.text());
    expect(value('gamekeeper_build_info', { version: '1.2.3' })).toBe(1);
    expect(types.get('nodejs_eventloop_lag_p99_seconds')).toBe('gauge');
    expect(types.get('nodejs_gc_duration_seconds')).toBe('histogram');
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(value('process_start_time_seconds')).toBeGreaterThan(1.7e9);
  });

  test.each([
    ['no token', undefined, 401, 'auth/missing'],
    ['another secret', 'a-token-that-scrapes-2', 401, 'auth/malformed'],
    ['a part of the scrape token', scrapeToken.slice(0, -1), 401, 'auth/malformed'],
    ['a token without the role', player, 403, 'auth/forbidden'],
  ])('[OP30] with %s is refused', async (_, token, status, code) => {
    const response = await get(token);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test('[OP30] without METRICS_TOKEN is for admins alone', async () => {
    const metrics = createMetrics({ games: [] });
    const { metrics: endpoint } = metricsEndpoints({ metrics, scrapeToken: null, requirePrincipal });
    const ask = (token: string) =>
      endpoint({ headers: new Headers({ authorization: `Bearer ${token}` }), asResponse: true } as never);
    await expect(ask('')).rejects.toMatchObject({ code: 'auth/missing' });
    await expect(ask(scrapeToken)).rejects.toMatchObject({ code: 'auth/malformed' });
    expect(await ask(admin)).toMatchObject({ status: 200 });
  });
});
