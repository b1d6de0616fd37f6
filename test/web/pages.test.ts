import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pages } from '../../src/http/pages.ts';
import { sendRaw, startHttp, type TestHttp } from '../http/support.ts';

let folder: string;
let http: TestHttp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gamekeeper-pages-'));
  http = await startHttp({ endpoints: {}, mounts: { '/': pages(join(folder, 'dist')) } });
});

afterAll(async () => {
  await http.close();
  await rm(folder, { recursive: true });
});

describe('pages', () => {
  test('[CL9] without built pages the answer is the API’s', async () => {
    const answer = await fetch(http.url);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ error: expect.anything() }),
    ]);
  });

  test('[CL9] / is the page, asked for again each time; hashed files are kept; both load from this server alone', async () => {
    await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
    await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html>');
    await writeFile(join(folder, 'dist', 'assets', 'index-abc.js'), 'export {}');
    const page = await fetch(http.url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    // fetch itself would ask for no cache
    const again = await sendRaw(
      http.port,
      `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nIf-None-Match: ${page.headers.get('etag')}\r\n\r\n`,
    );
    expect(again).toMatch(/^HTTP\/1.1 304 /);
    const script = await fetch(`${http.url}/assets/index-abc.js`);
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('[CL9] what the pages have not is the API’s too; nothing outside the folder is given', async () => {
    await writeFile(join(folder, 'secret.txt'), 'secret');
    for (const path of [
      '/assets',
      '/none.js',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%00',
    ])
      expect((await fetch(http.url + path)).status, path).toBeGreaterThanOrEqual(400);
  });
});
