import { createEndpoint } from '@colyseus/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { devTokenEndpoints } from '../../src/auth/dev-token.ts';
import { api } from '../../src/http/api.ts';
import { docs } from '../../src/http/docs.ts';
import { openApiEndpoints } from '../../src/http/openapi.ts';
import { createRequirePrincipal } from '../../src/http/principal.ts';
import { alice, tokensAt } from '../auth/support.ts';
import { startHttp, type TestHttp } from '../http/support.ts';
import { chromium, openTab, type Tab } from '../web/chromium.ts';

const tokens = tokensAt(0);
const requirePrincipal = createRequirePrincipal(tokens);
const described = {
  method: 'GET',
  metadata: api({
    summary: 'Who asks',
    tag: 'people',
    access: 'account',
    responses: { 200: { description: 'The account', schema: z.strictObject({ accountId: z.string() }) } },
  }),
} as const;

const endpoints = {
  whoAmI: createEndpoint('/me', described, async (context) => ({
    accountId: requirePrincipal(context).accountId,
  })),
  ...devTokenEndpoints({ tokens, ttlSeconds: 60, minted: () => {} }),
};

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp({
    endpoints: { ...endpoints, ...openApiEndpoints({ endpoints, version: '1.2.3' }) },
    mounts: { '/docs': docs() },
  });
});
afterAll(() => http.close());

const ask = (path: string, init?: RequestInit) => fetch(http.url + path, { redirect: 'manual', ...init });

describe('/docs', () => {
  test('[OA5] is a page with a strict policy, and a path that its files are found from', async () => {
    const moved = await ask('/docs?x=1');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, '/docs/']);
    const page = await ask('/docs/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toContain('unsafe-eval');
    const html = await page.text();
    expect(html).not.toMatch(/https?:|<script>|<style|\son\w+=/);
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g))
      expect((await ask(`/docs/${file}`)).status).toBe(200);
  });

  test.each([
    'swagger-ui-bundle.js.map',
    'index.html',
    'swagger-initializer.js',
    'package.json',
    'x/start.js',
    '%2e%2e/package.json',
  ])('[OA5] has no %s', async (file) => {
    expect((await ask(`/docs/${file}`)).status).toBeGreaterThanOrEqual(400);
  });

  test('[OA5] is only read', async () => {
    expect((await ask('/docs/', { method: 'POST' })).status).toBe(404);
    const head = await ask('/docs/', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});

describe.skipIf(!chromium)('/docs in a browser (needs Chromium)', () => {
  let tab: Tab;
  beforeAll(async () => {
    tab = await openTab();
    await tab.send('Network.enable');
  });
  afterAll(() => tab?.close());

  const click = (selector: string): Promise<void> =>
    tab.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
  /** React knows of what is typed only. */
  const type = async (selector: string, text: string): Promise<void> => {
    await tab.run(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await tab.send('Input.insertText', { text });
  };
  const answer = `document.querySelector('.live-responses-table .response-col_status')`;
  const tryOut = async (): Promise<string> => {
    await click('.execute');
    await tab.shows(answer);
    return tab.run<string>(`document.querySelector('.live-responses-table').innerText`);
  };

  test('[OA5] shows the operations, and tries them out without a token and with one', async () => {
    await tab.send('Page.navigate', { url: `${http.url}/docs/#/people/whoAmI` });
    await tab.shows(`document.querySelectorAll('.opblock').length === 5`);
    expect(await tab.run(`document.querySelector('.info').innerText`)).toContain('1.2.3');
    await tab.shows(`document.querySelector('.opblock.is-open .try-out__btn')`);
    await click('.try-out__btn');
    expect(await tryOut()).toContain('auth/missing');

    await click('.auth-wrapper .authorize');
    await tab.shows(`document.querySelector('.modal-ux input')`);
    await type('.modal-ux input', tokens.sign(alice, 60).token);
    await click('.modal-ux .authorize');
    await tab.shows(`document.querySelector('.modal-ux .btn-done')`);
    await click('.modal-ux .btn-done');
    await click('.btn-clear');
    await tab.shows(`!${answer}`);
    expect(await tryOut()).toContain(alice.accountId);
    expect(tab.errors.filter((error) => !error.includes('401'))).toEqual([]);
  });
});
