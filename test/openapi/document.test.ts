import { createEndpoint } from '@colyseus/core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { glob, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiEndpoints } from '../../src/http/openapi.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { apiOf, type Document, documentOf, endpointsOf, type Operation } from './support.ts';

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await startServer();
  document = await documentOf(server.url);
});
afterAll(() => server.close());

const operations = (): [path: string, method: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [path, method, operation] as [string, string, Operation],
    ),
  );

describe('GET /openapi.json', () => {
  test('[OA1] is valid OpenAPI 3.1 for a public validator, and says the version of the package', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document) as object as Record<string, unknown>);
    expect(result.errors).toBeUndefined();
    expect([result.valid, validator.version]).toEqual([true, '3.1']);
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  test('[OA1] all that it refers to is in it, and nothing that nobody refers to', () => {
    const text = JSON.stringify(document);
    const named = new Set(text.matchAll(/"#\/components\/(\w+\/\w+)"/g).map(([, name]) => name!));
    const { securitySchemes: _, ...components } = document.components as unknown as Record<string, object>;
    const there = Object.entries(components).flatMap(([kind, all]) =>
      Object.keys(all).map((name) => `${kind}/${name}`),
    );
    expect([...named].sort()).toEqual(there.sort());
  });

  test('[OA1] has the same bytes each time, and is not sent again to who has it', async () => {
    const [one, two] = await Promise.all([
      fetch(`${server.url}/openapi.json`),
      fetch(`${server.url}/openapi.json`),
    ]);
    const etag = one.headers.get('etag')!;
    expect(await one.text()).toBe(await two.text());
    expect(two.headers.get('etag')).toBe(etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await fetch(`${server.url}/openapi.json`, { headers: { 'If-None-Match': known } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    const other = await fetch(`${server.url}/openapi.json`, { headers: { 'If-None-Match': '"other"' } });
    expect(other.status).toBe(200);
  });

  test('[OA2] has each endpoint of the server with each of its methods, and else only those of Colyseus', () => {
    const declared = Object.values(endpointsOf(server)).flatMap(({ path, options }) =>
      [options.method]
        .flat()
        .map((method) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
    const described = operations().map(([path, method]) => `${method} ${path}`);
    expect(described.sort()).toEqual([...declared, 'get /__healthcheck'].sort());
    expect(described).toContain('post /matchmake/{method}/{roomName}');
    expect(declared.length).toBeGreaterThan(8);
  });

  test('[OA2] gives each operation an id of its own, its parameters, and a lock where a token is needed', () => {
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, , { parameters = [] }] of operations()) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath).toEqual([...path.matchAll(/\{\w+\}/g)].map(String));
    }
    const { postMatchmakeMethod: _, ...ours } = endpointsOf(server);
    for (const [name, endpoint] of Object.entries(ours)) {
      const [, , operation] = operations().find(([, , { operationId }]) => operationId === name)!;
      expect(operation.security.length).toBe(apiOf(endpoint).access === 'anyone' ? 0 : 1);
    }
  });

  test('[OA2] puts each operation under a tag that it describes', () => {
    const tags = new Set(document.tags.map(({ name }) => name));
    const used = operations().flatMap(([, , operation]) => operation.tags);
    expect([...tags].sort()).toEqual([...new Set(used)].sort());
  });

  test('[OA2] the list of matches says what it may be asked for', () => {
    const { parameters = [] } = document.paths['/v1/matches']!['get']!;
    const query = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    expect(query).toEqual([
      'game',
      'mode',
      'player',
      'tournament',
      'moment',
      'verified',
      'from',
      'to',
      'cursor',
      'limit',
    ]);
  });

  test('[OA2] is not made of an endpoint that says nothing of itself', () => {
    const mute = createEndpoint('/mute', { method: 'GET' }, async () => 1);
    expect(() => openApiEndpoints({ endpoints: { mute }, version: '1' })).toThrow('/mute');
  });

  test('[OA4] is docs/openapi.json (`vitest run test/openapi -u` writes it)', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
  });

  test('[OA7] docs/api.md has all codes that there are, and no other', async () => {
    const codes = /`([a-z]+\/[a-z_]+)`/g;
    const told = (text: string): string[] => [...text.matchAll(codes)].map(([, code]) => code!);
    const described = told(JSON.stringify(document));
    const page = told(await readFile('docs/api.md', 'utf8'));
    expect([...new Set(page)].sort()).toEqual([...new Set([...described, ...(await codesOfLayer())])].sort());
  });
});

/** Those of its sources, but for what listening can fail with. */
async function codesOfLayer(): Promise<string[]> {
  const codes: string[] = [];
  for await (const file of glob('src/http/*.ts')) {
    if (file.endsWith('listen.ts')) continue;
    const text = await readFile(file, 'utf8');
    codes.push(...text.matchAll(/'(http\/[a-z_]+)'/g).map(([, code]) => code!));
  }
  return codes;
}
