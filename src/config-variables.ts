/** The variables of the environment: name, form, default and meaning. config.ts makes the Config of them. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';

export interface Variable<T> {
  readonly name: string;
  readonly schema: z.ZodType<T, string>;
  /** Text as the environment would give it, or null: unset. */
  readonly default: string | null;
  /** What the table says where the default depends on something. */
  readonly shownDefault?: string;
  readonly meaning: string;
  /** Its value is never shown. */
  readonly secret?: true;
}

/** A key that signs and verifies. A KeyObject shows as nothing when it is printed or logged. */
export interface SigningKey {
  readonly kid: string;
  readonly secret: KeyObject;
}

const word = z.string().regex(/^[A-Za-z0-9_.:/-]{1,128}$/, 'must be 1 to 128 letters, digits or _ . : / -');
const address = z.string().regex(/^[A-Za-z0-9_.:%-]{1,253}$/, 'must be an address or a host name');
const addressAndPath = z
  .string()
  .regex(
    /^[A-Za-z0-9_.:%-]{1,253}(\/[A-Za-z0-9_.-]{1,64}){0,4}$/,
    'must be an address, with a path or without',
  )
  .refine((text) => URL.canParse(`http://${text}`), 'must be an address, with a path or without');
const encoded = 'with special characters of the password percent-encoded';

const postgresUrl = z
  .string()
  .refine(isPostgresUrl, `must be a URL such as postgres://user:password@host:5432/database, ${encoded}`);

const natsUrls = z
  .string()
  .refine(
    areNatsUrls,
    `must be a URL such as nats://user:password@host:4222, or several separated by commas, ${encoded}`,
  );

function areNatsUrls(text: string): boolean {
  return text.split(',').every((url) => isUrlOf(/^(nats|tls):$/, url.trim()));
}

const redisUrl = z
  .string()
  .refine(
    (text) => isUrlOf(/^rediss?:$/, text),
    `must be a URL such as redis://user:password@host:6379/0, ${encoded}`,
  );

function isPostgresUrl(text: string): boolean {
  return isUrlOf(/^postgres(ql)?:$/, text);
}

/** Clients decode user and password, and fail where they can't. */
function isUrlOf(protocols: RegExp, text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return protocols.test(protocol);
}

function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, `must be one of ${names.join(', ')}`);
}

/** Any of them, or `*` for all: scheme and host, and the port where it is not the usual one. */
const origins = z.string().transform((text, context): readonly string[] | '*' => {
  const given = text.split(',').map((origin) => origin.trim());
  if (given.length === 1 && given[0] === '*') return '*';
  if (given.every(isOrigin)) return given;
  context.addIssue('must be * or origins such as https://play.example.org,https://example.org:8443');
  return z.NEVER;
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

const proxies = z.string().transform((text, context): readonly string[] => {
  const given = text.split(',').map((address) => address.trim());
  if (given.every(isProxy)) return given;
  context.addIssue('must be addresses or networks such as 10.0.0.0/8,127.0.0.1, or loopback');
  return z.NEVER;
});

function isProxy(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (text === 'loopback' || text === 'linklocal' || text === 'uniquelocal') return true;
  const most = isIP(address) === 4 ? 32 : 128;
  return isIP(address) > 0 && rest.length === 0 && (bits === undefined || isUpTo(bits, most));
}

const isUpTo = (digits: string, most: number): boolean => /^\d{1,3}$/.test(digits) && Number(digits) <= most;

const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be a URL such as http://collector:4318',
  );

/** A secret that is sent as it is. A KeyObject shows as nothing when it is printed or logged. */
const bearerSecret = z
  .string()
  .regex(/^[A-Za-z0-9_.~+/=-]{16,256}$/, 'must be 16 to 256 letters, digits or _ . ~ + / = -')
  .transform((text): KeyObject => createSecretKey(text, 'utf8'));

const share = z
  .string()
  .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, 'must be a number from 0 to 1')
  .transform(Number);

function whole(least: number, most: number) {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, rule)
    .transform(Number)
    .refine((n) => n >= least && n <= most, rule);
}

const signingKeys = z.string().transform((text, context): SigningKey[] => {
  const keys = text.split(',').map((pair) => /^([A-Za-z0-9_.-]{1,32}):(.{32,})$/.exec(pair.trim()));
  const kids = keys.map((key) => key?.[1]);
  if (keys.includes(null) || new Set(kids).size < kids.length) {
    context.addIssue(
      'must be kid:secret,kid2:secret2 with each kid once and each secret of 32 characters or more',
    );
    return z.NEVER;
  }
  return keys.map((key) => ({ kid: key![1]!, secret: createSecretKey(key![2]!, 'utf8') }));
});

/** Every variable, in the order that a reader of the table wants them. */
export const variables = {
  env: {
    name: 'NODE_ENV',
    schema: oneOf(['development', 'production', 'test']),
    default: 'development',
    meaning: 'development, production or test. Production has no `POST /dev/token` and demands AUTH_KEYS',
  },
  port: {
    name: 'PORT',
    schema: whole(0, 65_535),
    default: '2567',
    meaning: 'Port of HTTP and sockets; 0 takes a free one',
  },
  host: {
    name: 'HOST',
    schema: address,
    default: null,
    shownDefault: '127.0.0.1; in production 0.0.0.0',
    meaning: 'Address to listen on. Outside production whoever reaches it can mint tokens: keep it local',
  },
  dataDir: {
    name: 'DATA_DIR',
    schema: z.string(),
    default: './data',
    meaning: 'Folder of the embedded database and the development key',
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    schema: postgresUrl,
    default: null,
    meaning: 'PostgreSQL to use; without it the embedded one in DATA_DIR',
    secret: true,
  },
  databasePool: {
    name: 'DATABASE_POOL',
    schema: whole(2, 200),
    default: '10',
    meaning: 'Most connections to PostgreSQL',
  },
  natsUrl: {
    name: 'NATS_URL',
    schema: natsUrls,
    default: null,
    meaning:
      'NATS with JetStream (2.9 or newer) to publish what happens to, `nats://` or `tls://`, servers separated by commas; without it the database alone is the stream',
    secret: true,
  },
  redisUrl: {
    name: 'REDIS_URL',
    schema: redisUrl,
    default: null,
    meaning:
      'Redis, through which several processes are one house; it needs DATABASE_URL too. Without it there is one process',
    secret: true,
  },
  clusterHost: {
    name: 'CLUSTER_HOST',
    schema: address,
    default: null,
    shownDefault: '127.0.0.1 where HOST is; else the first address of this machine that is not',
    meaning: 'Address at which the other processes reach this one',
  },
  publicAddress: {
    name: 'PUBLIC_ADDRESS',
    schema: addressAndPath,
    default: null,
    meaning:
      'Where clients send the sockets of rooms of this very process, such as `play.example.org/p1`; what stands there must fall back to the others. Without it a socket may reach any process, and is handed on',
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    schema: origins,
    default: null,
    shownDefault: 'its own; outside production any of this machine too',
    meaning: 'Origins of web pages that may ask and connect, separated by commas, or `*` for all',
  },
  trustedProxies: {
    name: 'TRUSTED_PROXIES',
    schema: proxies,
    default: null,
    shownDefault: 'none',
    meaning:
      'Addresses and networks of the proxies before the server, separated by commas: only what they say of a client (`X-Forwarded-For`, `X-Forwarded-Proto`) is believed',
  },
  addressRate: {
    name: 'RATE_LIMIT_PER_ADDRESS',
    schema: whole(0, 1_000_000),
    default: '200',
    meaning: 'Most requests a minute of one address; 0 for no limit',
  },
  accountRate: {
    name: 'RATE_LIMIT_PER_ACCOUNT',
    schema: whole(0, 1_000_000),
    default: '600',
    meaning: 'Most requests a minute of one account; 0 for no limit',
  },
  strictRate: {
    name: 'RATE_LIMIT_STRICT',
    schema: whole(0, 1_000_000),
    default: '30',
    meaning:
      'Most requests a minute of one address for what signs in, mints tokens or costs much, and most tokens that are not valid; 0 for no limit',
  },
  socketsPerAddress: {
    name: 'MAX_SOCKETS_PER_ADDRESS',
    schema: whole(0, 1_000_000),
    default: '100',
    meaning: 'Most sockets of one address at a time; 0 for no limit',
  },
  metricsToken: {
    name: 'METRICS_TOKEN',
    schema: bearerSecret,
    default: null,
    shownDefault: 'not set: tokens of the role admin alone',
    meaning: 'Bearer token with which `/metrics` may be scraped',
    secret: true,
  },
  otlpEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schema: httpUrl,
    default: null,
    meaning: 'Where traces go, by OTLP over HTTP; without it none are made',
    secret: true,
  },
  traceShare: {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    schema: share,
    default: '0.1',
    meaning: 'Share of traces that are kept, 0 to 1, where the caller has not decided',
  },
  serviceName: {
    name: 'OTEL_SERVICE_NAME',
    schema: word,
    default: 'gamekeeper',
    meaning: 'Name of this service in traces',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    meaning: 'fatal, error, warn, info, debug, trace or silent',
  },
  authKeys: {
    name: 'AUTH_KEYS',
    schema: signingKeys,
    default: null,
    shownDefault: 'required in production; else made once and kept in DATA_DIR/dev-auth-key',
    meaning:
      'Keys of tokens, `kid:secret,kid2:secret2`: the first signs, all verify; secrets of 32 characters or more, without commas',
    secret: true,
  },
  authIssuer: {
    name: 'AUTH_ISSUER',
    schema: word,
    default: 'gamekeeper',
    meaning: 'Issuer (`iss`) of tokens',
  },
  authAudience: {
    name: 'AUTH_AUDIENCE',
    schema: word,
    default: 'gamekeeper',
    meaning: 'Audience (`aud`) of tokens',
  },
  authLeeway: {
    name: 'AUTH_LEEWAY_SECONDS',
    schema: whole(0, 300),
    default: '5',
    meaning: 'How far the clocks of issuer and server may disagree',
  },
  tokenSeconds: {
    name: 'AUTH_TOKEN_SECONDS',
    schema: whole(60, 604_800),
    default: '7200',
    meaning: 'Life of a token',
  },
  returnGrace: {
    name: 'AUTH_RETURN_GRACE_SECONDS',
    schema: whole(0, 2_592_000),
    default: '43200',
    meaning:
      'How long after its expiry a token still lets a player return into the match where it has a seat',
  },
  messageRate: {
    name: 'MAX_MESSAGES_PER_SECOND',
    schema: whole(1, 10_000),
    default: '60',
    meaning: 'Most messages a second from one client; more close its connection',
  },
  queuedBytes: {
    name: 'MAX_QUEUED_BYTES',
    schema: whole(16_384, 268_435_456),
    default: '1048576',
    meaning: 'Most bytes waiting for one client; a slower reader is dropped and may come back',
  },
  turnSeconds: {
    name: 'TURN_SECONDS',
    schema: whole(1, 2_592_000),
    default: '30',
    meaning: 'Time for a turn, then a bot plays it',
  },
  botDelay: {
    name: 'BOT_DELAY_MS',
    schema: whole(0, 60_000),
    default: '700',
    meaning: 'How long a bot seems to think',
  },
  pingInterval: {
    name: 'PING_INTERVAL_MS',
    schema: whole(100, 600_000),
    default: '20000',
    meaning: 'Time between two pings to a client; one that answers none is dropped',
  },
} satisfies Record<string, Variable<unknown>>;
