/** Who may come from where, and where traces go. */
import { configured, subject } from './check.ts';

const askMs = 2_000;

export const origins = configured({
  what: 'ALLOWED_ORIGINS',
  look({ config: { http, production } }) {
    const { ok, warn } = subject('ALLOWED_ORIGINS');
    const { allowedOrigins: allowed } = http;
    if (allowed === '*')
      return [(production ? warn : ok)('*: any page', 'name the origins of your pages instead')];
    if (allowed === null) return [ok(`its own pages${production ? '' : ', and those of this machine'}`)];
    const plain = allowed.filter((origin) => origin.startsWith('http:'));
    if (production && plain.length > 0)
      return [warn(plain.join(', '), 'use https: anyone on the way can change a page without it')];
    return [ok(allowed.join(', '))];
  },
});

export const proxies = configured({
  what: 'TRUSTED_PROXIES',
  look({ config: { http, production } }) {
    const { ok, fail } = subject('TRUSTED_PROXIES');
    const everyone = http.trustedProxies.filter((network) => network.endsWith('/0'));
    if (everyone.length > 0)
      return [fail(everyone.join(', '), 'name the proxies: now any client can say which address it has')];
    if (http.trustedProxies.length > 0) return [ok(http.trustedProxies.join(', '))];
    const hint = 'behind a proxy set it: else all clients count as one address';
    return [production ? ok('none: clients connect directly', hint) : ok('none')];
  },
});

export const traces = configured({
  what: 'traces',
  async look({ config: { tracing } }) {
    if (tracing === null) return [];
    const { ok, warn } = subject('traces');
    const { host } = new URL(tracing.endpoint);
    try {
      await fetch(tracing.endpoint, { signal: AbortSignal.timeout(askMs) });
      return [ok(`${host} answers`)];
    } catch {
      return [warn(`${host} does not answer`, 'start the collector, or look at OTEL_EXPORTER_OTLP_ENDPOINT')];
    }
  },
});
