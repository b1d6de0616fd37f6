import { defineServer, type Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { createSecretKey, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createTokens } from '../../src/auth/tokens.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { historyEndpoints } from '../../src/history/endpoints.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { createHttp } from '../../src/http/http.ts';
import { listen } from '../../src/http/listen.ts';
import { createRequirePrincipal } from '../../src/http/principal.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';
import { finishedLog, player, T0 } from './support.ts';

const keys = createKeyRing([{ kid: 'test', secret: createSecretKey(randomBytes(32)) }]);
const tokens = createTokens({ keys, issuer: 'i', audience: 'a', leewaySeconds: 5, now: Date.now });
const tokenOf = (tenantId: string, ttlSeconds = 60, more: { matchId?: string } = {}): string =>
  tokens.sign({ accountId: 'ada', tenantId, name: 'Ada', roles: [], permission: 'play', ...more }, ttlSeconds)
    .token;

let opened: TestDatabase;
let server: Server;
let url: string;
let history: History;

const older = finishedLog();
const newer = finishedLog({ startedAt: T0 + 1_000, game: 'tetris', players: [player({ account: null })] });
const live = finishedLog().slice(0, 3);
const [olderId, newerId, liveId] = [older, newer, live].map(([first]) => first!.matchId) as [
  string,
  string,
  string,
];

beforeAll(async () => {
  opened = await openTestDatabase('pglite');
  const { database } = opened;
  const stream = openEventStream({ sql: database.sql });
  history = createHistory({ database, stream });
  await stream.append([...older, ...newer, ...live]);
  for (const id of [olderId, newerId]) await history.record(id);
  const endpoints = historyEndpoints({ history, requirePrincipal: createRequirePrincipal(tokens) });
  const http = createHttp({ endpoints, log: pino({ level: 'silent' }) });
  const transport = new WebSocketTransport({ server: http.server });
  const { routes, express } = http;
  server = defineServer({ greet: false, gracefullyShutdown: false, transport, rooms: {}, routes, express });
  url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`;
});
afterAll(async () => {
  await server.gracefullyShutdown(false);
  await opened.close();
});

const ask = (path: string, token: string | null = tokenOf('acme')): Promise<Response> =>
  fetch(`${url}/v1/matches${path}`, token === null ? {} : { headers: { Authorization: `Bearer ${token}` } });

async function refusal(response: Promise<Response>): Promise<unknown[]> {
  const answer = await response;
  const { error } = (await answer.json()) as { error: Record<string, string> };
  expect(error['request_id']).toBe(answer.headers.get('x-request-id'));
  return [answer.status, error['code']];
}

describe('GET /v1/matches', () => {
  test('[H17] a page, the latest first, the same as the call gives', async () => {
    const response = await ask('');
    expect(response.status).toBe(200);
    const page = await response.json();
    expect(page).toEqual(await history.list('acme', {}));
    expect(page).toMatchObject({ items: [{ id: newerId }, { id: olderId }], nextCursor: null });
  });

  test('[H17] filters, limit and cursor are read from the query', async () => {
    expect(await (await ask('?game=tetris')).json()).toMatchObject({ items: [{ id: newerId }] });
    expect(await (await ask('?player=ada&from=2026-11-20')).json()).toMatchObject({
      items: [{ id: olderId }],
    });
    const { nextCursor } = (await (await ask('?limit=1')).json()) as { nextCursor: string };
    expect(await (await ask(`?limit=1&cursor=${nextCursor}`)).json()).toMatchObject({
      items: [{ id: olderId }],
      nextCursor: null,
    });
  });

  test.each([
    '?unknown=1',
    '?limit=0',
    '?limit=1&limit=2',
    '?from=soon',
    '?toString=1',
    '?game=%00',
    '?tenantId=rival',
  ])('[H18] %s is a bad query', async (query) => {
    expect(await refusal(ask(query))).toEqual([400, 'history/bad_query']);
  });

  test('[H18] a cursor that no page gave is refused', async () => {
    expect(await refusal(ask('?cursor=AAAA'))).toEqual([400, 'history/bad_cursor']);
  });
});

describe('GET /v1/matches/:id', () => {
  test('[H17] the match, the same as the call gives', async () => {
    expect(await (await ask(`/${olderId}`)).json()).toEqual(await history.get('acme', olderId));
  });

  test.each(['x', liveId, '00000000-0000-0000-0000-000000000000', '%27', '1;drop'])(
    '[H18] no match in history has an id like number %#',
    async (id) => {
      expect(await refusal(ask(`/${id}`))).toEqual([404, 'history/not_found']);
    },
  );
});

describe('tokens', () => {
  const paths = ['', '?limit=0', `/${olderId}`, '/x'];

  test.each(paths)('[H17] path number %# is for nobody without a token that is valid', async (path) => {
    expect(await refusal(ask(path, null))).toEqual([401, 'auth/missing']);
    expect(await refusal(ask(path, tokenOf('acme', -60)))).toEqual([401, 'auth/expired']);
    expect(await refusal(ask(path, `${tokenOf('acme')}x`))).toEqual([401, 'auth/bad_signature']);
  });

  test('[H14] a token of another tenant opens none of it', async () => {
    const rival = tokenOf('rival');
    expect(await (await ask('', rival)).json()).toEqual({ items: [], nextCursor: null });
    for (const path of paths.slice(2))
      expect(await refusal(ask(path, rival))).toEqual([404, 'history/not_found']);
  });
});

test('[H35] a token for one match reads that match alone', async () => {
  const token = tokenOf('acme', 60, { matchId: olderId });
  expect((await ask(`/${olderId}`, token)).status).toBe(200);
  for (const path of ['', `/${newerId}`])
    expect((await refusal(ask(path, token))).slice(0, 2)).toEqual([403, 'auth/forbidden']);
});
