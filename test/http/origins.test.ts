import { createEndpoint, Room } from '@colyseus/core';
import { ColyseusSDK } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpOptions } from '../../src/http/http.ts';
import { sendRaw, startHttp, type TestHttp } from './support.ts';

class Open extends Room {}

let reached = 0;
const upgrades: (string | null)[] = [];
const endpoints = {
  count: createEndpoint('/count', { method: ['GET', 'POST', 'DELETE'] }, async () => ({
    reached: ++reached,
  })),
  fault: createEndpoint('/fault', { method: 'GET' }, async (context) => {
    throw context.error(404);
  }),
};

let http: TestHttp;
async function start(options: Partial<HttpOptions<typeof endpoints>> = {}): Promise<void> {
  http = await startHttp(
    {
      endpoints,
      mounts: {
        '/page': (_request, response) => void response.send('a page'),
        '/': (_request, _response, next) => next(),
      },
      observer: {
        request: (_seen, handle) => handle(),
        upgrade: (code) => upgrades.push(code),
        malformed: () => {},
      },
      ...options,
    },
    { open: Open },
  );
}

/** fetch of Node sends any Origin that it is given. */
const ask = (path: string, origin?: string, init: RequestInit = {}) =>
  fetch(http.url + path, { ...init, headers: { ...(origin && { Origin: origin }), ...init.headers } });

async function upgrade(path: string, ...headers: string[]): Promise<string> {
  const lines = [`GET ${path} HTTP/1.1`, 'Connection: Upgrade', 'Upgrade: websocket', ...headers];
  // without a key the socket itself is refused by 400, once it has come through
  return sendRaw(http.port, [...lines, '', ''].join('\r\n'));
}

const corsOf = ({ headers }: Response) =>
  [...headers].map(([name]) => name).filter((name) => name.startsWith('access-control-'));

const foreign = [
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  'http://localhost@evil.example',
  'https://evil.example, http://localhost:5173',
  'file://',
  'chrome-extension://abc',
  '',
];

describe('outside production', () => {
  beforeAll(() => start());
  afterAll(() => http.close());

  test.each(foreign.filter((origin) => origin !== ''))(
    '[HT17] %j is refused, and nothing runs',
    async (origin) => {
      reached = 0;
      for (const path of ['/count', '/page', '/nothing', '/__healthcheck']) {
        for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
          const answer = await ask(path, origin, { method });
          expect([answer.status, corsOf(answer)]).toEqual([403, []]);
          expect(await answer.json()).toMatchObject({ error: { code: 'http/foreign_origin' } });
        }
      }
      expect(reached).toBe(0);
    },
  );

  test('[HT17] [HT22] matchmaking is refused, in the form of its own', async () => {
    const init = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } };
    const answer = await ask('/matchmake/create/open', 'https://evil.example', init);
    expect(await answer.json()).toEqual({
      code: 403,
      error: expect.stringMatching(/^http\/foreign_origin: /),
    });
  });

  test.each(['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:3000'])(
    '[HT17] [HT18] a page at %s may read what it asks for, errors too',
    async (origin) => {
      for (const path of ['/count', '/fault', '/nothing']) {
        const { headers } = await ask(path, origin);
        expect(headers.get('access-control-allow-origin')).toBe(origin);
        expect(headers.get('access-control-allow-credentials')).toBe('true');
        expect(headers.get('access-control-expose-headers')).toContain('ETag, Retry-After');
        expect(headers.get('vary')).toContain('Origin');
      }
    },
  );

  test('[HT17] without an origin, and from its own, it passes', async () => {
    const before = reached;
    expect(corsOf(await ask('/count'))).toEqual([]);
    expect((await ask('/count', http.url, { method: 'POST' })).status).toBe(200);
    expect(reached).toBe(before + 2);
  });

  test('[HT18] a preflight is answered, and asks nothing of the endpoint', async () => {
    reached = 0;
    const asked = {
      'Access-Control-Request-Method': 'DELETE',
      'Access-Control-Request-Headers': 'authorization',
    };
    const answer = await ask('/count', 'http://localhost:5173', { method: 'OPTIONS', headers: asked });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    const allowed = answer.headers.get('access-control-allow-headers')!;
    for (const name of [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'traceparent',
      'X-Request-Id',
    ])
      expect(allowed).toContain(name);
    expect(answer.headers.get('access-control-max-age')).toBe('600');
    expect(reached).toBe(0);
  });

  test('[HT18] what express carries is read by its own origin alone', async () => {
    const answer = await ask('/page', 'http://localhost:5173');
    expect([answer.status, corsOf(answer)]).toEqual([200, []]);
  });

  test('[HT17] the stock SDK of a page that may ask joins, and one of another page does not', async () => {
    const as = (origin: string) => new ColyseusSDK(http.url, { headers: { Origin: origin } });
    const room = await as('http://localhost:5173').joinOrCreate('open');
    expect(room.roomId).toMatch(/\w/);
    await room.leave();
    await expect(as('https://evil.example').joinOrCreate('open')).rejects.toThrow(/^http\/foreign_origin/);
  });

  test('[HT19] [HT33] an upgrade of a foreign page is refused in plain HTTP, closed and counted', async () => {
    upgrades.length = 0;
    for (const origin of foreign) {
      const answer = await upgrade('/p/r?sessionId=x', `Host: 127.0.0.1:${http.port}`, `Origin: ${origin}`);
      expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\nX-Request-Id: /);
      expect(answer).toContain('"http/foreign_origin"');
      expect(answer).toContain('Connection: close');
    }
    expect(upgrades).toEqual(foreign.map(() => 'http/foreign_origin'));
  });

  test('[HT19] an upgrade of its own page, or of none, comes through', async () => {
    upgrades.length = 0;
    const host = `Host: 127.0.0.1:${http.port}`;
    expect(await upgrade('/p/r', host, `Origin: ${http.url}`)).toMatch(/^HTTP\/1.1 400 /);
    expect(await upgrade('/p/r', host)).toMatch(/^HTTP\/1.1 400 /);
    expect(upgrades).toEqual([null, null]);
  });
});

describe('in production', () => {
  beforeAll(() => start({ production: true, trustedProxies: ['loopback'] }));
  afterAll(() => http.close());

  test('[HT17] pages of this machine are foreign', async () => {
    expect((await ask('/count', 'http://localhost:5173')).status).toBe(403);
  });

  test('[HT17] its own has the scheme that a trusted proxy tells, or either where none is told', async () => {
    const statusOf = async (origin: string, proto?: string) => {
      const forwarded: Record<string, string> = proto ? { 'X-Forwarded-Proto': proto } : {};
      const { status } = await ask('/count', origin, { headers: forwarded });
      return status;
    };
    const { host } = new URL(http.url);
    expect(await statusOf(`https://${host}`, 'https')).toBe(200);
    expect(await statusOf(`http://${host}`, 'https')).toBe(403);
    expect(await statusOf(`https://${host}`)).toBe(200);
    expect(await statusOf(`http://${host}`)).toBe(200);
    expect(await statusOf('https://127.0.0.1:1')).toBe(403);
  });

  test('[HT20] TLS is kept where it is known', async () => {
    const overTls = await ask('/count', undefined, { headers: { 'X-Forwarded-Proto': 'https' } });
    expect(overTls.headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect((await ask('/count')).headers.get('strict-transport-security')).toBe(null);
  });
});

describe('with a list', () => {
  beforeAll(() => start({ origins: ['https://play.example.org'] }));
  afterAll(() => http.close());

  test('[HT17] those of it and its own may ask, and no others', async () => {
    const statuses = [
      'https://play.example.org',
      http.url,
      'https://evil.example',
      'http://play.example.org',
      'http://localhost:5173',
    ].map(async (origin) => (await ask('/count', origin)).status);
    expect(await Promise.all(statuses)).toEqual([200, 200, 403, 403, 403]);
  });
});

describe('with all', () => {
  beforeAll(() => start({ origins: '*', production: true }));
  afterAll(() => http.close());

  test('[HT17] [HT18] each may ask, and is named in the answer', async () => {
    const { status, headers } = await ask('/count', 'https://any.example');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, 'https://any.example']);
  });
});
