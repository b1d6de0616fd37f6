import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/auth/principal.ts';
import { devTokenEndpoints } from '../../src/auth/dev-token.ts';
import { startHttp, type TestHttp } from '../http/support.ts';
import { epoch, tokensAt } from './support.ts';

const tokens = tokensAt(0);
const minted: Principal[] = [];
let http: TestHttp;
beforeAll(async () => {
  const endpoints = devTokenEndpoints({ tokens, ttlSeconds: 60, minted: (who) => minted.push(who) });
  http = await startHttp({ endpoints });
});
afterAll(() => http.close());

interface Answer {
  readonly token: string;
  readonly accountId: string;
  readonly error: { readonly code: string; readonly message: string };
}

async function ask(body?: object) {
  const json = body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  const response = await fetch(`${http.url}/dev/token`, { method: 'POST', ...json });
  return { status: response.status, body: (await response.json()) as Answer };
}

test('[AU13] whoever asks gets a token for what was asked', async () => {
  const match = '0193a2f0-0000-7000-8000-000000000000';
  const asked = {
    accountId: 'alice',
    tenantId: 'acme',
    name: 'Alice',
    roles: ['admin'],
    match,
    permission: 'watch',
  };
  const { status, body } = await ask(asked);
  expect(status).toBe(200);
  expect(body).toEqual({
    token: expect.any(String),
    accountId: 'alice',
    tenantId: 'acme',
    expiresAt: (epoch + 60) * 1000,
  });
  const { match: matchId, ...rest } = asked;
  expect(tokens.verify(body.token)).toEqual({ ...rest, matchId });
  expect(minted.at(-1)).toEqual({ ...rest, matchId });
});

test('[AU13] whoever asks for nothing is somebody new of tenant dev', async () => {
  const [one, two] = [await ask(), await ask({})];
  expect(one.body.accountId).not.toBe(two.body.accountId);
  expect(tokens.verify(one.body.token)).toEqual({
    accountId: one.body.accountId,
    tenantId: 'dev',
    name: one.body.accountId,
    roles: [],
    permission: 'play',
  });
});

test.each([
  [{ accountId: 'a b' }, 'accountId'],
  [{ tenantId: '' }, 'tenantId'],
  [{ match: 'x' }, 'match'],
  [{ permission: 'own' }, 'permission'],
  [{ roles: 'admin' }, 'roles'],
  [{ account: 'alice' }, 'account'],
])('[AU13] what is no claim is refused: %j', async (body, field) => {
  const answer = await ask(body);
  expect([answer.status, answer.body.error.code]).toEqual([400, 'http/invalid']);
  expect(answer.body.error.message).toContain(field);
});
