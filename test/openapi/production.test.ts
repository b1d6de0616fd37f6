import { afterAll, beforeAll, expect, test } from 'vitest';
import { sign, startServer, type TestServer } from '../support/server.ts';
import { callerOf, documentOf } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ NODE_ENV: 'production', HOST: '127.0.0.1', RATE_LIMIT_STRICT: '1' });
});
afterAll(() => server.close());

test('[OA2] in production the document is there, without what is not', async () => {
  const { paths } = await documentOf(server.url);
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/v1/matches', '/openapi.json']));
  expect(Object.keys(paths)).not.toContain('/dev/token');
});

test('[OA3] of an address that asks too often', async () => {
  const call = callerOf(server, await documentOf(server.url));
  const token = sign('ada');
  expect((await call('verifyMatch', { token })).code).toBe('history/not_found');
  expect((await call('verifyMatch', { token })).code).toBe('http/too_many');
});
