import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { matchmakingError, seatReservation } from '../../src/http/openapi-colyseus.ts';
import { healthEndpoints } from '../../src/ops/health.ts';
import { honest, playTetris as simulateTetris } from '../solo/support.ts';
import { sign, startServer, type TestServer } from '../support/server.ts';
import { beginWhist, playTetris, type WhistRoom } from '../web/matches.ts';
import { apiOf, type Call, callerOf, type Document, documentOf, endpointsOf } from './support.ts';

const token = sign('ada');
const body = honest(simulateTetris({ ticks: 600 }));
const { inputs: _, ...claim } = body;

let server: TestServer;
let document: Document;
let call: Call;
/** In history, with a moment. */
let matchId: string;
/** Goes on. */
let room: WhistRoom;
/** Answers that are no errors, by `name status`. */
const seen = new Set<string>();

beforeAll(async () => {
  server = await startServer();
  document = await documentOf(server.url);
  const checked = callerOf(server, document);
  call = async (name, asked) => {
    const answered = await checked(name, asked);
    if (answered.code === undefined) seen.add(`${name} ${answered.status}`);
    return answered;
  };
  [matchId, room] = await Promise.all([playTetris(server.url, 'ada'), beginWhist(server.url, 'bob', 1)]);
  const withMoment = { token, query: '?moment=elimination' };
  const recorded = async () => expect((await call('listMatches', withMoment)).text).toContain(matchId);
  await vi.waitFor(recorded, { timeout: 20_000 });
});
afterAll(async () => {
  await room?.leave();
  await server?.close();
});

describe('an answer is what the document says', () => {
  test('[OA3] of history', async () => {
    const page = await call('listMatches', { token, query: '?limit=1&from=2026-01-01&verified=true' });
    expect(page.status).toBe(200);
    const match = await call('getMatch', { token, id: matchId });
    expect(JSON.parse(match.text)).toMatchObject({ id: matchId, moments: [{ number: 1 }] });
  });

  test('[OA3] of replays: each line of it, its headers alone, and nothing for who has it', async () => {
    const replay = await call('getReplay', { token, id: matchId });
    const kinds = new Set(
      replay.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).kind as string),
    );
    expect([...kinds].sort()).toEqual(['end', 'entry', 'event', 'match', 'moment']);
    expect((await call('getReplay', { token, id: matchId, method: 'HEAD' })).status).toBe(200);
    const headers = { 'If-None-Match': replay.headers.get('etag')! };
    expect((await call('getReplay', { token, id: matchId, headers })).status).toBe(304);
    const verified = await call('verifyMatch', { token, id: matchId });
    expect(JSON.parse(verified.text)).toMatchObject({ verified: true });
  });

  test('[OA3] of solo results, with inputs and without', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    expect(JSON.parse((await call('postSoloResult', { token, body, headers })).text)).toMatchObject({
      verified: true,
    });
    const again = await call('postSoloResult', { token, body, headers });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { id } = JSON.parse((await call('postSoloResult', { token, body: claim })).text) as { id: string };
    await call('getMatch', { token, id });
    await call('getReplay', { token, id });
    expect(JSON.parse((await call('verifyMatch', { token, id })).text)).toMatchObject({ verified: null });
  });

  test('[OA3] of tokens, health, metrics and the document itself', async () => {
    await call('devToken');
    await call('devToken', { body: { accountId: 'ann', roles: ['admin'], permission: 'watch' } });
    for (const name of ['live', 'ready', 'openApi']) expect((await call(name)).status).toBe(200);
    expect((await call('metrics', { token: sign('root', { roles: ['admin'] }) })).status).toBe(200);
    const headers = { 'If-None-Match': (await call('openApi')).headers.get('etag')! };
    expect((await call('openApi', { headers })).status).toBe(304);
  });

  test('[OA3] of a server that is not ready, or about to end', async () => {
    const checks = [{ name: 'database', check: () => Promise.reject(new Error('away')) }];
    for (const isDraining of [false, true]) {
      const { ready } = healthEndpoints({ checks, isDraining: () => isDraining });
      const response = await ready({ asResponse: true });
      const { schema } = apiOf(ready as never).responses[503]!;
      expect(schema!.parse(await response.json())).toMatchObject({
        status: isDraining ? 'draining' : 'not_ready',
      });
    }
    seen.add('ready 503');
  });

  test('[OA3] each answer that is no error has been seen here', () => {
    const { postMatchmakeMethod: _matchmaking, ...ours } = endpointsOf(server);
    const described = Object.entries(ours).flatMap(([name, endpoint]) =>
      Object.keys(apiOf(endpoint).responses).map((status) => `${name} ${status}`),
    );
    expect([...seen].sort()).toEqual(described.sort());
  });
});

describe('an error is one of those in the document', () => {
  const other = sign('ada', { matchId: randomUUID() });
  const nowhere = randomUUID();

  test.each(['listMatches', 'getMatch', 'getReplay', 'verifyMatch', 'metrics'])(
    '[OA3] of %s',
    async (name) => {
      expect((await call(name)).code).toBe('auth/missing');
      expect((await call(name, { token: `${token}x` })).code).toBe('auth/bad_signature');
      expect((await call(name, { token: sign('ada', {}, -60) })).code).toBe('auth/expired');
      expect((await call(name, { token: other, id: nowhere })).code).toBe('auth/forbidden');
      const headers = { Origin: 'https://elsewhere.example' };
      expect((await call(name, { token, headers })).code).toBe('http/foreign_origin');
      const asProblem = { Accept: 'application/problem+json' };
      expect((await call(name, { headers: asProblem })).code).toBe('auth/missing');
    },
  );

  test('[OA3] of history and replays', async () => {
    expect((await call('listMatches', { token, query: '?limit=0' })).code).toBe('history/bad_query');
    expect((await call('listMatches', { token, query: '?cursor=x' })).code).toBe('history/bad_cursor');
    for (const name of ['getMatch', 'getReplay', 'verifyMatch'])
      expect((await call(name, { token, id: nowhere })).code).toBe('history/not_found');
    for (const name of ['getReplay', 'verifyMatch'])
      expect((await call(name, { token, id: room.roomId })).code).toBe('history/not_over');
  });

  test.each([
    ['auth/missing', {}, null],
    ['auth/forbidden', {}, sign('ada', { permission: 'watch' })],
    ['http/invalid', { score: -1 }, token],
    ['solo/unknown_game', { game: 'whist' }, token],
    ['options/invalid', { options: { players: 2 } }, token],
    ['solo/bad_inputs', { inputs: [[0, 1]] }, token],
    ['simulate/bad_input', { inputs: [[1, 'x']] }, token],
    ['solo/not_reproduced', { score: body.score + 1 }, token],
    ['simulate/refused', { inputs: [...body.inputs, [700, 1]] }, token],
  ])('[OA3] of a solo result: %s', async (code, fields, as) => {
    const asked = { body: { ...body, ...fields }, ...(as !== null && { token: as }) };
    expect((await call('postSoloResult', asked)).code).toBe(code);
  });

  test('[OA3] of a key that is not valid, or used for another body', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const bad = { 'Idempotency-Key': 'a b' };
    expect((await call('postSoloResult', { token, body: claim, headers: bad })).code).toBe('solo/bad_key');
    await call('postSoloResult', { token, body: claim, headers });
    const changed = { ...claim, score: 1 };
    expect((await call('postSoloResult', { token, body: changed, headers })).code).toBe('solo/key_reused');
  });

  test.each([
    ['http/malformed', '{', {}],
    ['http/invalid', '[]', {}],
    ['http/too_deep', '['.repeat(10_000), {}],
    ['http/duplicate_key', '{"name":"a","name":"b"}', {}],
    ['http/bad_key', '{"__proto__":{}}', {}],
    ['http/too_large', ' '.repeat(600_000), {}],
    ['http/unsupported_type', '{}', { 'Content-Type': 'text/plain' }],
  ])('[OA3] of any body: %s', async (code, text, headers) => {
    const ofSchema = code === 'http/invalid';
    for (const name of ['devToken', 'postSoloResult', ...(ofSchema ? [] : ['verifyMatch'])])
      expect((await call(name, { token, body: text, headers })).code).toBe(code);
  });
});

describe('matchmaking is described as Colyseus and the layer answer', () => {
  async function matchmake(path: string, options: unknown = {}, as: string | null = token) {
    const response = await fetch(`${server.url}/matchmake/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(as !== null && { Authorization: `Bearer ${as}` }) },
      body: JSON.stringify(options),
    });
    const { status } = response;
    const { responses } = document.paths['/matchmake/{method}/{roomName}']!['post']!;
    expect(Object.keys(responses)).toContain(String(status));
    const answer: unknown = await response.json();
    return status === 200 ? seatReservation.parse(answer) : matchmakingError.parse(answer);
  }

  test('[OA3] a seat', async () => {
    expect(await matchmake('joinOrCreate/whist')).toMatchObject({ name: 'whist' });
  });

  test.each([
    [401, 'create/whist', {}, null],
    [400, 'create/whist', [], token],
    [404, `joinById/${randomUUID()}`, {}, token],
    [413, 'create/whist', { text: 'x'.repeat(70_000) }, token],
    [520, 'create/nothing', {}, token],
    [521, 'join/whist', { mode: 'nobody' }, token],
  ])('[OA3] refused with %i', async (code, path, options, as) => {
    expect(await matchmake(path, options, as)).toMatchObject({ code });
  });

  test('[OA3] the health of Colyseus', async () => {
    const response = await fetch(`${server.url}/__healthcheck`);
    expect([response.status, await response.text()]).toEqual([200, 'OK']);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const headers = { Origin: 'https://elsewhere.example' };
    expect((await fetch(`${server.url}/__healthcheck`, { headers })).status).toBe(403);
  });
});
