import { createEndpoint } from '@colyseus/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Limits } from '../../src/http/limits.ts';
import { alice, tokensAt } from '../auth/support.ts';
import { makeLimits, type Rates } from '../limits/support.ts';
import { sendRaw, startHttp, type TestHttp } from './support.ts';

const tokens = tokensAt(0);
let limits: Limits;
let ran = 0;
const endpoints = {
  run: createEndpoint('/run', { method: 'POST' }, async () => ({ ran: ++ran })),
};

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp({
    endpoints,
    authenticate: (token) => tokens.verify(token),
    limits: {
      address: (...asked) => limits.address(...asked),
      account: (...asked) => limits.account(...asked),
      failed: (...asked) => limits.failed(...asked),
      takeSocket: (...asked) => limits.takeSocket(...asked),
      takeDial: (...asked) => limits.takeDial(...asked),
    },
  });
});
afterAll(() => http.close());
beforeEach(() => void (ran = 0));

/** Limits that are used up already. */
async function spent(rates: Rates): Promise<void> {
  limits = makeLimits(rates);
  if (rates.perAddress) await limits.address('127.0.0.1', 'usual');
  if (rates.perAccount) await limits.account(alice.tenantId, alice.accountId, 'usual');
}

async function run(path: string, origin: string, body: string): Promise<string | undefined> {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${http.port}`,
    `Origin: ${origin}`,
    `Authorization: Bearer ${tokens.sign(alice, 60).token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  const answer = await sendRaw(http.port, `${lines.join('\r\n')}\r\n\r\n${body}`);
  return /"code":"([^"]+)"/.exec(answer)?.[1];
}

test('[HT15] of all that is amiss the first is told, in the order of the walls, and nothing runs until all is well', async () => {
  const [foreign, own] = ['https://evil.example', http.url];
  await spent({ perAddress: 1, perAccount: 1 });
  expect(await run('//run', foreign, '{')).toBe('http/not_found');
  expect(await run('/run', foreign, '{')).toBe('http/foreign_origin');
  expect(await run('/run', own, '{')).toBe('http/too_many');
  await spent({ perAccount: 1 });
  expect(await run('/run', own, '{')).toBe('http/malformed');
  expect(await run('/run', own, '{}')).toBe('http/too_many');
  expect(ran).toBe(0);
  await spent({});
  expect(await run('/run', own, '{}')).toBe(undefined);
  expect(ran).toBe(1);
});

test('[HT15] what is refused before it is counted costs nobody a request', async () => {
  limits = makeLimits({ perAddress: 1 });
  for (let i = 0; i < 5; i++) await run('/run', 'https://evil.example', '{}');
  expect(await run('/run', http.url, '{}')).toBe(undefined);
});
