/**
 * A running server for tests that meet it as strangers do, over HTTP and sockets. It has data of its own: a database on
 * the PostgreSQL server where one answers (it is made faster), else PGlite in a temporary folder. One at a time in a
 * process, because Colyseus' matchmaker is global: a test file shares one.
 */
import { ColyseusSDK } from '@colyseus/sdk';
import jwt from 'jsonwebtoken';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { unlimited } from '../../scripts/unlimited.ts';
import { type App, startApp } from '../../src/app.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import type { Principal } from '../../src/auth/principal.ts';
import { createTokens } from '../../src/auth/tokens.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import type { Entry } from '../../src/match/engine.ts';
import type { Game } from '../../src/match/game.ts';
import { createServerDatabase, databases, type DatabaseKind } from './databases.ts';

export const authSecret = 'a secret of tests that is longer than 32 characters';

export type Environment = Readonly<Record<string, string>>;

export interface TestData {
  /** Variables that make a server use this data, and tokens of `sign` valid there. */
  readonly env: Environment;
  /** The log of a match, as it stands in the database; with PGlite only while no server runs. */
  log(matchId: string): Promise<Entry[]>;
  remove(): Promise<void>;
}

export interface TestServer {
  readonly url: string;
  readonly app: App;
  readonly data: TestData;
  /** Parks the matches and ends; `start` begins again on the same data and port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops, and removes the data. */
  close(): Promise<void>;
}

const preferred: DatabaseKind = databases.at(-1)![0];

/** Data that nobody else has. */
export async function makeData(kind: DatabaseKind = preferred): Promise<TestData> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-'));
  const database = kind === 'postgres' ? await createServerDatabase() : null;
  const env = {
    AUTH_KEYS: `test:${authSecret}`,
    DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    NODE_ENV: 'test',
    ...unlimited,
    ...(database && { DATABASE_URL: database.url }),
  };
  return {
    env,
    log: (matchId) => readLog(loadConfig(env), matchId),
    async remove() {
      await database?.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts a server on a free port. `games` instead of those of rooms/. */
export async function startServer(env: Environment = {}, games?: readonly Game[]): Promise<TestServer> {
  // The SDK tells of each reconnection.
  vi.spyOn(console, 'info').mockImplementation(() => {});
  const data = await makeData();
  const port = await freePort();
  const config = loadConfig({ ...data.env, PORT: String(port), ...env });
  const start = (): Promise<App> => startApp(config, games && { games });
  let app = await start().catch(async (error: unknown) => {
    await data.remove();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    get app() {
      return app;
    },
    data,
    stop: () => app.close(),
    async start() {
      app = await start();
    },
    async close() {
      await app.close();
      await data.remove();
    },
  };
}

/** A token as an identity provider would sign it; by default a player of tenant `dev`. */
export function sign(account: string, claims: Partial<Principal> = {}, seconds = 3600): string {
  const { keys, ...auth } = loadConfig({ AUTH_KEYS: `test:${authSecret}` }).auth;
  const tokens = createTokens({ ...auth, keys: createKeyRing(keys!), now: Date.now });
  const principal = { accountId: account, tenantId: 'dev', name: '', roles: [], permission: 'play' } as const;
  return tokens.sign({ ...principal, ...claims }, seconds).token;
}

/** A stock SDK client that holds this token. */
export function sdkClient(url: string, token: string): ColyseusSDK {
  const client = new ColyseusSDK(url);
  client.auth.token = token;
  return client;
}

/** A JSON Web Token of any payload and header, signed with any secret: what `sign` would never make. */
export function forge(payload: object, options: jwt.SignOptions, secret = authSecret): string {
  return jwt.sign(payload, options.algorithm === 'none' ? '' : secret, options);
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Resolves when `holds`; looks again and again, and fails after `ms`. */
export async function until(holds: () => unknown, what = holds.toString(), ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`within ${ms} ms it was never so that ${what}`);
    await new Promise((resume) => setTimeout(resume, 2));
  }
}

async function readLog({ database: { url, poolMax }, dataDir }: Config, matchId: string): Promise<Entry[]> {
  const where = url === null ? { dataDir: join(dataDir, 'db') } : { url, poolMax };
  const database = await openDatabase({ ...where, entities });
  try {
    const stream = openEventStream({ sql: database.sql });
    const records = await stream.read(matchId);
    await stream.close();
    return records.flatMap(({ entries }) => entries);
  } finally {
    await database.close();
  }
}
