import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, loadConfig } from '../src/config.ts';
import { variables } from '../src/config-variables.ts';

const secret = 'a-secret-of-at-least-32-characters';

function errorOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  test('[CF1] an empty environment, and one of empty variables, give the defaults', () => {
    const empty = Object.fromEntries(Object.values(variables).map(({ name }) => [name, '']));
    expect(loadConfig({})).toEqual({
      env: 'development',
      production: false,
      dataDir: './data',
      http: {
        host: '127.0.0.1',
        port: 2567,
        pingIntervalMs: 20_000,
        allowedOrigins: null,
        trustedProxies: [],
      },
      limits: { perAddress: 200, perAccount: 600, strict: 30, socketsPerAddress: 100 },
      metrics: { token: null },
      tracing: null,
      auth: {
        keys: null,
        issuer: 'gamekeeper',
        audience: 'gamekeeper',
        leewaySeconds: 5,
        tokenSeconds: 7200,
        returnGraceSeconds: 43_200,
      },
      database: { url: null, poolMax: 10 },
      cluster: null,
      nats: { url: null },
      match: { turnMs: 30_000, botDelayMs: 700, maxMessagesPerSecond: 60, maxQueuedBytes: 1_048_576 },
      log: { level: 'info' },
    });
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  test.each([
    ['PORT', '65536', 'PORT is "65536": must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'PORT is "-1": must be a whole number from 0 to 65535'],
    ['PORT', '80.5', 'PORT is "80.5": must be a whole number from 0 to 65535'],
    ['PORT', 'NaN', 'PORT is "NaN": must be a whole number from 0 to 65535'],
    ['PORT', '0x10', 'PORT is "0x10": must be a whole number from 0 to 65535'],
    ['NODE_ENV', 'prod', 'NODE_ENV is "prod": must be one of development, production, test'],
    [
      'ALLOWED_ORIGINS',
      'https://a.example/',
      'ALLOWED_ORIGINS is "https://a.example/": must be * or origins such as https://play.example.org,https://example.org:8443',
    ],
    [
      'PUBLIC_ADDRESS',
      'play.example.org:99999/p1',
      'PUBLIC_ADDRESS is "play.example.org:99999/p1": must be an address, with a path or without',
    ],
    [
      'TRUSTED_PROXIES',
      '10.0.0.0/33',
      'TRUSTED_PROXIES is "10.0.0.0/33": must be addresses or networks such as 10.0.0.0/8,127.0.0.1, or loopback',
    ],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'OTEL_TRACES_SAMPLER_ARG is "1.5": must be a number from 0 to 1'],
    ['AUTH_ISSUER', 'two words', 'AUTH_ISSUER is "two words": must be 1 to 128 letters, digits or _ . : / -'],
    [
      'LOG_LEVEL',
      'loud',
      'LOG_LEVEL is "loud": must be one of fatal, error, warn, info, debug, trace, silent',
    ],
  ])('[CF2] %s=%s is refused in one line', (name, value, message) => {
    expect(errorOf({ [name]: value })).toMatchObject({ code: 'config/invalid', message });
  });

  test('[CF2] every variable but DATA_DIR refuses a value of nonsense, by its name', () => {
    const names = Object.values(variables).map(({ name }) => name);
    for (const name of names.filter((each) => each !== 'DATA_DIR')) {
      const { message } = errorOf({ [name]: 'no sense\n' });
      expect(message.startsWith(name)).toBe(true);
      expect(message).not.toContain('\n');
    }
  });

  test.each([
    ['DATABASE_URL', 'mysql://user:hunter2@host/db'],
    ['DATABASE_URL', 'hunter2'],
    ['NATS_URL', 'http://user:hunter2@host:4222'],
    ['NATS_URL', 'nats://user:hunter2@host:4222, hunter2'],
    ['DATABASE_URL', 'postgres://user:100%hunter2@host/db'],
    ['NATS_URL', 'nats://user:100%hunter2@host:4222'],
    ['REDIS_URL', 'redis://:100%hunter2@host'],
    ['AUTH_KEYS', 'hunter2'],
    ['AUTH_KEYS', `a:${secret}hunter2,a:${secret}hunter2`],
  ])('[CF3] a wrong %s does not show its value (%#)', (name, value) => {
    const { message } = errorOf({ [name]: value });
    expect(message.startsWith(`${name}: must be`)).toBe(true);
    expect(message).not.toContain('hunter2');
  });

  test('[CF3] printing or serialising the keys shows no secret', () => {
    const { auth } = loadConfig({ AUTH_KEYS: `k:${secret}` });
    expect(inspect(auth, { depth: 9, showHidden: true })).not.toContain('a-secret');
    expect(JSON.stringify(auth)).not.toContain('a-secret');
  });

  test('[CF4] production without AUTH_KEYS, or with a short secret, does not start', () => {
    expect(errorOf({ NODE_ENV: 'production' }).message).toContain('AUTH_KEYS is not set');
    for (const keys of ['k:short', `:${secret}`, secret, `k:${secret},k:${secret}`, `k:${secret},`]) {
      expect(errorOf({ NODE_ENV: 'production', AUTH_KEYS: keys }).message).toContain('AUTH_KEYS: must be');
    }
  });

  test('[CF4] several keys are read in order; a secret may hold colons', () => {
    const { auth } = loadConfig({ NODE_ENV: 'production', AUTH_KEYS: `new:${secret}:x, old:${secret}` });
    expect(auth.keys!.map(({ kid, secret: key }) => [kid, key.export().toString()])).toEqual([
      ['new', `${secret}:x`],
      ['old', secret],
    ]);
  });

  test('[CF5] the host is this machine, in production all addresses, or what HOST says', () => {
    const production = { NODE_ENV: 'production', AUTH_KEYS: `k:${secret}` };
    expect(loadConfig({}).http.host).toBe('127.0.0.1');
    expect(loadConfig(production).http.host).toBe('0.0.0.0');
    expect(loadConfig({ ...production, HOST: '::1' }).http.host).toBe('::1');
  });

  test('[CF6] the table has a row for each variable that is read', () => {
    const read = new Set<string>();
    const spy = new Proxy({} as Record<string, string>, {
      get: (_, name) => void read.add(String(name)),
    });
    loadConfig(spy);
    const rows = describeConfig();
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...read].toSorted());
    for (const row of rows) expect(Math.min(row.default.length, row.meaning.length)).toBeGreaterThan(0);
  });
});
