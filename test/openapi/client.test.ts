import { Client } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type { Gamekeeper } from '../../src/api.ts';
import { honest, playTetris } from '../solo/support.ts';
import { startServer, type TestServer } from '../support/server.ts';

const { inputs: _, ...claim } = honest(playTetris({ ticks: 60 }));

let server: TestServer;
let client: Client<Gamekeeper>;
beforeAll(async () => {
  server = await startServer();
  client = new Client<Gamekeeper>(server.url);
  const { data } = await client.http.post('/dev/token', { body: { accountId: 'ada' } });
  client.http.authToken = data.token;
});
afterAll(() => server.close());

describe('client.http with the types of the server', () => {
  test('[OA6] knows queries and bodies, and the type of each answer', async () => {
    const posted = await client.http.post('/api/solo_results', { body: claim });
    expectTypeOf(posted.data).toEqualTypeOf<{ id: string; verified: boolean }>();
    const { id } = posted.data;

    const page = await client.http.get('/v1/matches', { query: { game: 'tetris', limit: 5 } });
    expectTypeOf(page.data.nextCursor).toEqualTypeOf<string | null>();
    expectTypeOf(page.data.items[0]!.players[0]!.stats).toEqualTypeOf<Record<string, number>>();
    expect(page.data.items.map((match) => match.id)).toEqual([id]);

    const match = await client.http.get('/v1/matches/:id', { params: { id } });
    expectTypeOf(match.data.verified).toEqualTypeOf<boolean | null>();
    expect(match.data.players[0]!.accountId).toBe('ada');

    const verified = await client.http.post('/v1/matches/:id/verify', { params: { id } });
    expectTypeOf(verified.data.hashes).toBeNumber();
    expect(verified.data.verified).toBeNull();
  });

  test('[OA6] knows what needs nothing', async () => {
    expect((await client.http.get('/v1/matches')).data.items).toHaveLength(1);
    expectTypeOf((await client.http.post('/dev/token')).data.expiresAt).toBeNumber();
    const { data } = await client.http.get('/health/ready');
    expectTypeOf(data.checks).toEqualTypeOf<Record<string, 'ok' | 'failed'>>();
    expect(data.status).toBe('ready');
  });

  test('[OA6] what is wrong is an error of the compiler, and refused', async () => {
    const { http } = client;
    const wrong: [code: string, call: () => Promise<unknown>][] = [
      // @ts-expect-error there is no such filter
      ['history/bad_query', () => http.get('/v1/matches', { query: { gaem: 'tetris' } })],
      // @ts-expect-error no number
      ['history/bad_query', () => http.get('/v1/matches', { query: { limit: true } })],
      // @ts-expect-error no parameter
      ['history/not_found', () => http.get('/v1/matches/:id')],
      // @ts-expect-error another parameter
      ['history/not_found', () => http.get('/v1/matches/:id', { params: { match: randomUUID() } })],
      // @ts-expect-error no body
      ['http/invalid', () => http.post('/api/solo_results')],
      // @ts-expect-error a body without a score
      ['http/invalid', () => http.post('/api/solo_results', { body: { lines: 1 } })],
      // @ts-expect-error a field that is not known
      ['http/invalid', () => http.post('/dev/token', { body: { acountId: 'ada' } })],
      // @ts-expect-error no such path
      ['http/not_found', () => http.get('/v1/match', {})],
      // @ts-expect-error no such method
      ['http/not_found', () => http.post('/v1/matches', {})],
      // @ts-expect-error lines, which the SDK would take for one JSON
      ['history/not_found', () => http.get('/v1/matches/:id/replay', { params: { id: randomUUID() } })],
    ];
    for (const [code, call] of wrong)
      await expect(call()).rejects.toMatchObject({ data: { error: { code } } });
  });

  test('[OA6] rooms are joined as ever', async () => {
    client.auth.token = client.http.authToken!;
    const room = await client.create('whist', { mode: 'typed' });
    expect(room.name).toBe('whist');
    await room.leave();
  });
});
