/** The variables of the environment: name, form, default and meaning. config.ts makes the Config of them. */
import { createSecretKey, type KeyObject } from 'node:crypto';
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
  );
const postgresUrl = z
  .string()
  .refine(isPostgresUrl, 'must be a URL such as postgres://user:password@host:5432/database');

const natsUrls = z
  .string()
  .refine(
    areNatsUrls,
    'must be a URL such as nats://user:password@host:4222, or several separated by commas',
  );

function areNatsUrls(text: string): boolean {
  return text
    .split(',')
    .every((url) => URL.canParse(url.trim()) && /^(nats|tls):$/.test(new URL(url).protocol));
}

const redisUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol),
    'must be a URL such as redis://host:6379/0',
  );

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}

function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, `must be one of ${names.join(', ')}`);
}

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
