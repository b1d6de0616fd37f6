import { createEndpoint, Room } from '@colyseus/core';
import { ColyseusSDK } from '@colyseus/sdk';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { api } from '../../src/http/api.ts';
import type { Limits } from '../../src/http/limits.ts';
import { createRequirePrincipal } from '../../src/http/principal.ts';
import type { LimitClass } from '../../src/http/route.ts';
import { hopHeader } from '../../src/http/upgrades.ts';
import { alice, tokensAt } from '../auth/support.ts';
import { makeLimits, type Rates } from '../limits/support.ts';
import { until } from '../support/server.ts';
import { sendRaw, startHttp, type TestHttp } from './support.ts';

const tokens = tokensAt(0);
let verified = 0;
const counting = {
  ...tokens,
  verify: (...args: Parameters<typeof tokens.verify>) => (verified++, tokens.verify(...args)),
};
const requirePrincipal = createRequirePrincipal(counting);
const described = (limit: LimitClass) =>
  api({ summary: 'Of a test', tag: 'test', access: 'anyone', limit, responses: {} });

let reached = 0;
const endpoints = {
  free: createEndpoint('/free', { method: 'GET', metadata: described('free') }, async () => ({})),
  usual: createEndpoint('/usual', { method: 'GET', metadata: described('usual') }, async () => ({
    reached: ++reached,
  })),
  strict: createEndpoint('/strict', { method: 'GET', metadata: described('strict') }, async () => ({})),
  open: createEndpoint('/open', { method: 'GET' }, async () => ({})),
  mine: createEndpoint('/mine', { method: 'GET' }, async (context) => requirePrincipal(context)),
};

/** Real ones, made anew for each test; `seen` has what was asked of them. */
let limits: Limits;
const seen: [string, LimitClass][] = [];
const limit = (rates: Rates): void => void (limits = makeLimits(rates));
const current: Limits = {
  address: (...asked) => (seen.push([asked[0], asked[1]]), limits.address(...asked)),
  account: (...asked) => limits.account(...asked),
  failed: (...asked) => limits.failed(...asked),
  takeSocket: (...asked) => limits.takeSocket(...asked),
  takeDial: (...asked) => limits.takeDial(...asked),
};

class Open extends Room {}
const upgrades: (string | null)[] = [];
const malformed: string[] = [];
let http: TestHttp;
const options = {
  endpoints,
  limits: current,
  authenticate: (token: string) => counting.verify(token),
  observer: {
    request: (_seen: unknown, handle: () => void) => handle(),
    upgrade: (code: string | null) => void upgrades.push(code),
    malformed: (code: string) => void malformed.push(code),
  },
};
beforeEach(() => {
  limit({});
  verified = reached = seen.length = upgrades.length = malformed.length = 0;
});

const ask = (path: string, token?: string) =>
  fetch(http.url + path, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });

async function expectTooMany(response: Response): Promise<void> {
  expect([response.status, await response.json()]).toEqual([
    429,
    { error: expect.objectContaining({ code: 'http/too_many' }) },
  ]);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
}

/** A socket that asks for an upgrade, and stays. */
function dial(...headers: string[]): Socket {
  const socket = connect(http.port, '127.0.0.1');
  const lines = ['GET / HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ...headers];
  const key = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];
  socket.write([...lines, ...key, '', ''].join('\r\n'));
  return socket.on('error', () => {});
}

describe('one process', () => {
  beforeAll(async () => {
    http = await startHttp(
      {
        ...options,
        mounts: { '/pages': { handler: (_, response) => void response.send(''), limit: 'pages' } },
      },
      { open: Open },
    );
  });
  afterAll(() => http.close());

  test('[HT23] an address with too many requests is refused, and nothing runs', async () => {
    limit({ perAddress: 2 });
    for (let i = 0; i < 2; i++) expect((await ask('/usual')).status).toBe(200);
    await expectTooMany(await ask('/usual'));
    await expectTooMany(await ask('/nothing'));
    expect((await ask('/free')).status).toBe(200);
    expect(reached).toBe(2);
  });

  test('[HT14] each request counts as what it is', async () => {
    for (const path of [
      '/free',
      '/usual',
      '/strict',
      '/open',
      '/pages/x',
      '/nothing',
      '/usual/',
      '/__healthcheck',
    ])
      await ask(path);
    await fetch(`${http.url}/pages`, { method: 'POST' });
    await fetch(`${http.url}/matchmake/create/open`, { method: 'POST' });
    const classes = ['free', 'usual', 'strict', 'usual', 'pages', 'usual', 'usual', 'free', 'usual', 'usual'];
    expect(seen).toEqual(classes.map((one) => ['127.0.0.1', one]));
  });

  test('[HT23] matchmaking is refused in its own form, so that the SDK can say why', async () => {
    limit({ perAddress: 1 });
    await ask('/usual');
    const { token } = tokens.sign(alice, 60);
    const sdk = new ColyseusSDK(http.url);
    sdk.auth.token = token;
    await expect(sdk.create('open')).rejects.toThrow(/^http\/too_many: /);
  });

  test('[HT23] an account with too many requests is refused, whatever it asks for', async () => {
    limit({ perAccount: 2 });
    const { token } = tokens.sign(alice, 60);
    for (const path of ['/open', '/mine']) expect((await ask(path, token)).status).toBe(200);
    await expectTooMany(await ask('/mine', token));
    await expectTooMany(await ask('/usual', token));
    expect((await ask('/mine', tokens.sign({ ...alice, accountId: 'bob' }, 60).token)).status).toBe(200);
  });

  test('[HT23] a token is verified once a request', async () => {
    expect(await (await ask('/mine', tokens.sign(alice, 60).token)).json()).toEqual(alice);
    expect(verified).toBe(1);
  });

  test('[HT23] one that is not valid is counted, and fails only where one is needed', async () => {
    limit({ strict: 3 });
    expect((await ask('/open', 'nonsense')).status).toBe(200);
    const answer = await ask('/mine', 'nonsense');
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: { code: 'auth/malformed' } }]);
    expect(verified).toBe(2);
    await ask('/mine', tokensAt(-100).sign(alice, 60).token);
    await expectTooMany(await ask('/open'));
    expect((await ask('/free')).status).toBe(200);
  });

  test('[HT24] an address has so many sockets, and may have another when one has closed', async () => {
    limit({ socketsPerAddress: 2 });
    const sockets = [dial(), dial()];
    await until(() => upgrades.length === 2);
    const refused = await sendRaw(
      http.port,
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(refused).toMatch(/^HTTP\/1.1 429 Too Many Requests\r\n/);
    expect(refused).toContain('"http/too_many_sockets"');
    expect(refused).toMatch(/\r\nRetry-After: \d+\r\n/);
    expect(upgrades).toEqual([null, null, 'http/too_many_sockets']);
    sockets[0]!.destroy();
    await until(() => {
      const place = limits.takeSocket('127.0.0.1');
      place?.();
      return place;
    });
    sockets.push(dial());
    await until(() => upgrades.length === 4);
    expect(upgrades.at(-1)).toBe(null);
    for (const socket of sockets) socket.destroy();
  });

  test('[HT24] an address that asks for too many sockets is refused', async () => {
    limit({ perAddress: 1 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        sendRaw(http.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      ),
    );
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 429 '))).toHaveLength(1);
    expect(seen).toEqual(answers.map(() => ['127.0.0.1', 'pages']));
  });

  test('[HT38] connections that ask for nothing are bounded by address, and those that have asked do not count', async () => {
    limit({ socketsPerAddress: 3 });
    const silent = Array.from({ length: 102 }, () => connect(http.port, '127.0.0.1').on('error', () => {}));
    let cut = 0;
    for (const socket of silent) socket.once('close', () => cut++);
    await until(() => cut === 2 && malformed.length === 2);
    expect(malformed).toEqual(['TOO_MANY_DIALS', 'TOO_MANY_DIALS']);
    const asking = silent.find((socket) => !socket.destroyed)!;
    const answered = once(asking, 'data');
    asking.write('GET /free HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String(await answered)).toMatch(/^HTTP\/1.1 200 /);
    // its place is free, though it goes on
    expect((await ask('/free')).status).toBe(200);
    expect(asking.destroyed).toBe(false);
    for (const socket of silent) socket.destroy();
  });

  test('[HT24] without other processes nobody is one by saying so', async () => {
    limit({ socketsPerAddress: 1 });
    const socket = dial();
    await until(() => upgrades.length === 1);
    const refused = dial(`${hopHeader}: x`);
    await until(() => upgrades.length === 2);
    expect(upgrades).toEqual([null, 'http/too_many_sockets']);
    socket.destroy();
    refused.destroy();
  });
});

describe('one of several processes', () => {
  const routed: unknown[] = [];
  beforeAll(async () => {
    http = await startHttp({
      ...options,
      route: async (request, socket) => {
        routed.push([hopHeader in request.headers, request.headers['x-forwarded-for']]);
        socket.destroy();
      },
    });
  });
  afterAll(() => http.close());

  test('[HT19] [HT24] a socket that is handed on takes no place, and is for the house to judge', async () => {
    limit({ socketsPerAddress: 1, perAddress: 1 });
    for (let i = 0; i < 10; i++)
      dial(`${hopHeader}: x`, 'Origin: https://evil.example', 'X-Forwarded-For: 1.2.3.4');
    await until(() => routed.length === 10);
    expect([upgrades, seen]).toEqual([[], []]);
    dial();
    await until(() => routed.length === 11);
    expect(routed).toEqual([...Array.from({ length: 10 }, () => [true, undefined]), [false, undefined]]);
    expect(upgrades).toEqual([null]);
  });
});
