/** The environment as one typed, validated object. Nothing else reads process.env. */
import type { KeyObject } from 'node:crypto';
import { variables, type SigningKey, type Variable } from './config-variables.ts';

export interface Config {
  readonly env: 'development' | 'production' | 'test';
  readonly production: boolean;
  readonly dataDir: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly pingIntervalMs: number;
    /** Null: its own, and outside production those of this machine. */
    readonly allowedOrigins: readonly string[] | '*' | null;
    /** Addresses, networks, or names that `proxy-addr` knows. */
    readonly trustedProxies: readonly string[];
  };
  /** Requests a minute, and sockets at a time; 0: no limit. */
  readonly limits: {
    readonly perAddress: number;
    readonly perAccount: number;
    readonly strict: number;
    readonly socketsPerAddress: number;
  };
  readonly metrics: { readonly token: KeyObject | null };
  /** Null: no traces. `share`: of those to keep, 0 to 1. */
  readonly tracing: { readonly endpoint: string; readonly share: number; readonly service: string } | null;
  readonly auth: {
    /** The first signs, all verify. Null (never in production): src/auth makes one, kept in the data folder. */
    readonly keys: readonly SigningKey[] | null;
    readonly issuer: string;
    readonly audience: string;
    readonly leewaySeconds: number;
    readonly tokenSeconds: number;
    readonly returnGraceSeconds: number;
  };
  readonly database: { readonly url: string | null; readonly poolMax: number };
  /** Null: the database alone is the stream. */
  readonly nats: { readonly url: string | null };
  /** Several processes; null: this is the only one. */
  readonly cluster: {
    readonly redisUrl: string;
    readonly host: string | null;
    readonly publicAddress: string | null;
  } | null;
  readonly match: {
    readonly turnMs: number;
    readonly botDelayMs: number;
    readonly maxMessagesPerSecond: number;
    readonly maxQueuedBytes: number;
  };
  readonly log: { readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is wrong: one line that names it, says what was wrong, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config/invalid';
}

/** The configuration that the environment describes; an empty variable counts as unset. Throws ConfigError. */
export function loadConfig(env: Environment = process.env): Config {
  const mode = required(env, variables.env);
  const production = mode === 'production';
  const keys = optional(env, variables.authKeys);
  if (production && keys === null) {
    throw new ConfigError(
      'AUTH_KEYS is not set: production needs kid:secret with a secret of 32 characters or more',
    );
  }
  return {
    env: mode,
    production,
    dataDir: required(env, variables.dataDir),
    http: {
      // Development mints tokens for whoever asks, so it listens to this machine only; a container in production must be reached.
      host: optional(env, variables.host) ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: required(env, variables.port),
      pingIntervalMs: required(env, variables.pingInterval),
      allowedOrigins: optional(env, variables.allowedOrigins),
      trustedProxies: optional(env, variables.trustedProxies) ?? [],
    },
    limits: {
      perAddress: required(env, variables.addressRate),
      perAccount: required(env, variables.accountRate),
      strict: required(env, variables.strictRate),
      socketsPerAddress: required(env, variables.socketsPerAddress),
    },
    metrics: { token: optional(env, variables.metricsToken) },
    tracing: tracingOf(env),
    auth: {
      keys,
      issuer: required(env, variables.authIssuer),
      audience: required(env, variables.authAudience),
      leewaySeconds: required(env, variables.authLeeway),
      tokenSeconds: required(env, variables.tokenSeconds),
      returnGraceSeconds: required(env, variables.returnGrace),
    },
    database: { url: optional(env, variables.databaseUrl), poolMax: required(env, variables.databasePool) },
    nats: { url: optional(env, variables.natsUrl) },
    cluster: clusterOf(env),
    match: {
      turnMs: required(env, variables.turnSeconds) * 1000,
      botDelayMs: required(env, variables.botDelay),
      maxMessagesPerSecond: required(env, variables.messageRate),
      maxQueuedBytes: required(env, variables.queuedBytes),
    },
    log: { level: required(env, variables.logLevel) },
  };
}

function tracingOf(env: Environment): Config['tracing'] {
  const endpoint = optional(env, variables.otlpEndpoint);
  const share = required(env, variables.traceShare);
  const service = required(env, variables.serviceName);
  return endpoint === null ? null : { endpoint, share, service };
}

function clusterOf(env: Environment): Config['cluster'] {
  const redisUrl = optional(env, variables.redisUrl);
  const host = optional(env, variables.clusterHost);
  const publicAddress = optional(env, variables.publicAddress);
  if (redisUrl === null) return null;
  if (optional(env, variables.databaseUrl) === null)
    throw new ConfigError('REDIS_URL needs DATABASE_URL: processes that are one house share a PostgreSQL');
  return { redisUrl, host, publicAddress };
}

/** The variables as rows of a table: what README shows, and `npm start -- --help`. */
export function describeConfig(): readonly { name: string; default: string; meaning: string }[] {
  return Object.values<Variable<unknown>>(variables).map((variable) => ({
    name: variable.name,
    default: variable.shownDefault ?? variable.default ?? 'not set',
    meaning: variable.meaning,
  }));
}

function required<T>(env: Environment, variable: Variable<T> & { readonly default: string }): T {
  return parse(variable, env[variable.name] || variable.default);
}

function optional<T>(env: Environment, variable: Variable<T>): T | null {
  const text = env[variable.name];
  return text ? parse(variable, text) : null;
}

function parse<T>(variable: Variable<T>, text: string): T {
  const parsed = variable.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const shown = variable.secret ? '' : ` is ${JSON.stringify(text.slice(0, 80))}`;
  throw new ConfigError(`${variable.name}${shown}: ${parsed.error.issues[0]!.message}`);
}
