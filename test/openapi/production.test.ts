import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { documentOf } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ NODE_ENV: 'production' });
});
afterAll(() => server.close());

test('[OA2] in production the document is the same, but for what is not there', async () => {
  const { paths } = await documentOf(server.url);
  const committed = JSON.parse(await readFile('docs/openapi.json', 'utf8')) as { paths: object };
  expect({ ...committed.paths, '/dev/token': undefined }).toEqual({ ...paths, '/dev/token': undefined });
  expect(Object.keys(paths)).not.toContain('/dev/token');
});
