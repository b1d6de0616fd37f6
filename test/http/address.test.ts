import { createEndpoint } from '@colyseus/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Limits } from '../../src/http/limits.ts';
import { startHttp, type TestHttp } from './support.ts';

const asked: string[] = [];
const limits: Limits = {
  address: async (address) => void asked.push(address),
  account: async () => {},
  failed: async () => {},
  takeSocket: () => () => {},
  takeDial: () => () => {},
};
const endpoints = {
  headers: createEndpoint('/headers', { method: 'GET' }, async ({ request }) =>
    Object.fromEntries(request!.headers),
  ),
};

let http: TestHttp;
/** The address that limits count, and what the endpoint, and Colyseus with it, sees of the headers that tell one. */
async function seenWith(headers: Record<string, string>) {
  asked.length = 0;
  const response = await fetch(`${http.url}/headers`, { headers });
  const seen = Object.entries((await response.json()) as Record<string, string>);
  const told = seen.filter(([name]) => /^(x-forwarded|forwarded|x-real|x-client)/.test(name));
  return { address: asked[0], ...Object.fromEntries(told) };
}

const forged = {
  Forwarded: 'for=1.2.3.4',
  'X-Forwarded-For': '1.2.3.4',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Proto': 'https',
  'X-Real-IP': '1.2.3.4',
  'X-Client-IP': '1.2.3.4',
};

describe('of a stranger', () => {
  beforeAll(async () => {
    http = await startHttp({ endpoints, limits });
  });
  afterAll(() => http.close());

  test('[HT16] nothing is believed, and nothing is passed on', async () => {
    expect(await seenWith(forged)).toEqual({ address: '127.0.0.1' });
  });

  test('[HT16] the operator is told so once, since it may be a proxy of the house', async () => {
    for (let i = 0; i < 3; i++) await seenWith(forged);
    const told = http.lines.filter(({ level }) => level === 'warn');
    expect(told).toMatchObject([{ msg: expect.stringContaining('TRUSTED_PROXIES') }]);
    expect(JSON.stringify(told)).not.toMatch(/1\.2\.3\.4|127\.0\.0\.1/);
  });
});

describe('of a trusted proxy', () => {
  beforeAll(async () => {
    http = await startHttp({ endpoints, limits, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
  });
  afterAll(() => http.close());

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7', '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['10.1.2.3', '10.1.2.3'],
    ['2001:db8::7', '2001:db8::7'],
  ])('[HT16] X-Forwarded-For: %s is %s', async (header, address) => {
    expect(await seenWith({ ...forged, 'X-Forwarded-For': header })).toEqual({
      address,
      'x-forwarded-for': address,
      'x-forwarded-proto': 'https',
    });
  });

  test.each(['', 'nonsense', '203.0.113.7, nonsense', '1.2.3.4:80', "'; drop"])(
    '[HT16] X-Forwarded-For: %j is none, and the address is that of the proxy',
    async (header) => {
      expect(await seenWith({ 'X-Forwarded-For': header })).toEqual({ address: '127.0.0.1' });
    },
  );

  test.each([
    ['https', 'https'],
    ['https, http', 'https'],
    ['gopher', undefined],
  ])('[HT16] X-Forwarded-Proto: %s is %s', async (header, scheme) => {
    expect(await seenWith({ 'X-Forwarded-Proto': header })).toEqual({
      address: '127.0.0.1',
      ...(scheme && { 'x-forwarded-proto': scheme }),
    });
  });
});
