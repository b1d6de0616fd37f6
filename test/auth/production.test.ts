import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ NODE_ENV: 'production', HOST: '127.0.0.1' });
});
afterAll(() => server.close());

test('[AU13] in production nobody mints tokens', async () => {
  const answer = await fetch(`${server.url}/dev/token`, { method: 'POST' });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: 'http/not_found' } });
});
