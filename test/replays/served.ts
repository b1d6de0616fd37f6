/** Replays over HTTP for tests: real endpoints on a real history and stream, with matches that were really played. */
import { defineServer } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { createSecretKey, randomBytes } from 'node:crypto';
import { games } from '../../rooms/index.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createTokens } from '../../src/auth/tokens.ts';
import { replayEndpointsOf, verificationOf } from '../../src/compose/replays.ts';
import type { Published } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { createHttp } from '../../src/http/http.ts';
import { listen } from '../../src/http/listen.ts';
import { createRequirePrincipal } from '../../src/http/principal.ts';
import type { MatchSetup } from '../../src/match/engine.ts';
import { createEvents } from '../../src/ops/events.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { Verifier } from '../../src/replays/verifier.ts';
import type { Course } from '../match/course.ts';
import { newId, T0 } from '../history/support.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';

export interface Served {
  readonly opened: TestDatabase;
  readonly history: History;
  readonly stream: ReturnType<typeof openEventStream>;
  /** Lines of the log so far. */
  readonly lines: Record<string, unknown>[];
  /** A match that was played by tenant `acme`: in the stream, and in history. */
  keep(course: Course): Promise<string>;
  ask(path: string, init?: RequestInit, tenantId?: string): Promise<Response>;
  /** Without the token that `ask` sends. */
  askAs(token: string | null, path: string, init?: RequestInit): Promise<Response>;
  tokenOf(tenantId: string, seconds?: number, more?: { matchId?: string }): string;
  readonly url: string;
  close(): Promise<void>;
}

export async function serve(): Promise<Served> {
  const opened = await openTestDatabase('pglite');
  const { database } = opened;
  const stream = openEventStream({ sql: database.sql });
  const history = createHistory({ database, stream });
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const keys = createKeyRing([{ kid: 'test', secret: createSecretKey(randomBytes(32)) }]);
  const tokens = createTokens({ keys, issuer: 'i', audience: 'a', leewaySeconds: 5, now: Date.now });
  const verifier = new Verifier({ games: new URL('../../rooms/engines.ts', import.meta.url) });
  const base = { history, games, log, logEvent: createEvents(log) };
  const verification = verificationOf(base, verifier);
  const endpoints = replayEndpointsOf(base, createRequirePrincipal(tokens), verification);
  const http = createHttp({ endpoints, log });
  const { routes, express } = http;
  const transport = new WebSocketTransport({ server: http.server });
  const server = defineServer({
    greet: false,
    gracefullyShutdown: false,
    transport,
    rooms: {},
    routes,
    express,
  });
  const url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`;

  const tokenOf = (tenantId: string, seconds = 60, more: { matchId?: string } = {}): string =>
    tokens.sign({ accountId: 'ada', tenantId, name: 'Ada', roles: [], permission: 'play', ...more }, seconds)
      .token;
  const askAs: Served['askAs'] = (token, path, init = {}) =>
    fetch(`${url}/v1/matches/${path}`, {
      ...init,
      headers: { ...(token !== null && { Authorization: `Bearer ${token}` }), ...init.headers },
    });
  return {
    opened,
    history,
    stream,
    lines,
    url,
    tokenOf,
    askAs,
    ask: (path, init = {}, tenantId = 'acme') => askAs(tokenOf(tenantId), path, init),
    async keep(course) {
      const records = recordsOf(course);
      await stream.append(records);
      await history.record(records[0]!.matchId);
      return records[0]!.matchId;
    },
    async close() {
      await server.gracefullyShutdown(false);
      await verifier.close();
      await stream.close();
      await opened.close();
    },
  };
}

/** What a match published, in commits of some entries each. */
export function recordsOf({ log, events }: Course, matchId = newId()): Published[] {
  const { game } = log[0]!.data as MatchSetup;
  const size = 17;
  return Array.from({ length: Math.ceil(log.length / size) }, (_, i) => {
    const entries = log.slice(i * size, (i + 1) * size);
    const [first, last] = [entries[0]!.n, entries.at(-1)!.n];
    return {
      matchId,
      tenantId: 'acme',
      game,
      epoch: 1,
      n: first,
      at: T0 + last,
      entries,
      events: events.filter(({ n }) => n >= first && n <= last),
    };
  });
}
