import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { type Document, documentOf } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ NODE_ENV: 'production', HOST: '127.0.0.1' });
});
afterAll(() => server.close());

test('[OA2] in production the document is the same, but for what is not there', async () => {
  const committed = JSON.parse(await readFile('docs/openapi.json', 'utf8')) as Document;
  const { '/dev/token': devToken, ...others } = committed.paths;
  expect(devToken).toBeDefined();
  expect((await documentOf(server.url)).paths).toEqual(others);
});
