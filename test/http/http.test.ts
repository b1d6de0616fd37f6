import { createEndpoint } from '@colyseus/core';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ApiError } from '../../src/http/errors.ts';
import { createRequirePrincipal, requireRole } from '../../src/http/principal.ts';
import { alice, tokensAt } from '../auth/support.ts';
import { sendRaw, startHttp, type TestHttp } from './support.ts';

const tokens = tokensAt(0);
const requirePrincipal = createRequirePrincipal(tokens);

const endpoints = {
  echo: createEndpoint('/echo', { method: 'POST', body: z.object({ n: z.int() }) }, async ({ body }) => body),
  known: createEndpoint('/known', { method: 'GET' }, async () => {
    throw new ApiError(409, 'game/taken', 'Somebody was faster.');
  }),
  bug: createEndpoint('/bug', { method: 'GET' }, async () => {
    throw new TypeError('the password is hunter2');
  }),
  unexpected: createEndpoint('/database', { method: 'GET' }, async () => {
    throw Object.assign(new Error('hunter2'), { code: 'database/unreachable' });
  }),
  routerError: createEndpoint('/router', { method: 'GET' }, async (context) => {
    throw context.error(418, { message: 'teapot' });
  }),
  routerFault: createEndpoint('/router500', { method: 'GET' }, async (context) => {
    throw context.error(500, { message: 'hunter2' });
  }),
  moved: createEndpoint('/moved', { method: 'GET' }, async (context) => {
    throw context.redirect('/echo');
  }),
  me: createEndpoint('/me', { method: 'GET' }, async (context) => requirePrincipal(context)),
  boss: createEndpoint('/boss', { method: 'GET' }, async (context) => {
    requireRole(requirePrincipal(context), 'boss');
    return 'welcome';
  }),
};

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp({
    endpoints,
    mounts: {
      '/page': (_request, response) => void response.send('a page'),
      '/broken': () => {
        throw new Error('hunter2');
      },
      '/strict': () => {
        throw new ApiError(403, 'page/closed', 'This page is closed.');
      },
      '/users/:id': (_request, response) => void response.send('a user'),
    },
  });
});
afterAll(() => http.close());

async function call(path: string, init?: RequestInit) {
  const response = await fetch(http.url + path, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

const post = (path: string, body: string, type = 'application/json') =>
  call(path, { method: 'POST', body, headers: { 'Content-Type': type } });

describe('every answer', () => {
  test.each([
    '/known',
    '/bug',
    '/nothing',
    '/page',
    '/broken',
    '/router',
    '/__healthcheck',
    '/matchmake/x/y',
  ])('[HT1] of %s has a request id', async (path) => {
    const [one, two] = [await call(path), await call(path)];
    expect(one.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(two.headers.get('x-request-id')).not.toBe(one.headers.get('x-request-id'));
  });

  test('[HT1] keeps the id of a caller, in the envelope too, unless it is a strange one', async () => {
    const kept = await call('/known', { headers: { 'X-Request-Id': 'trace:7' } });
    expect(kept.headers.get('x-request-id')).toBe('trace:7');
    expect(kept.json().error.request_id).toBe('trace:7');
    for (const strange of ['a b', '{}', 'x'.repeat(65)]) {
      const answer = await call('/known', { headers: { 'X-Request-Id': strange } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('[HT12] leaves a line in the log, without the query', async () => {
    const answer = await call('/page?token=hunter2');
    const requestId = answer.headers.get('x-request-id');
    await expect
      .poll(() => http.lines.find((line) => line['requestId'] === requestId))
      .toMatchObject({ level: 'debug', msg: 'request', method: 'GET', path: '/page', status: 200 });
    expect(JSON.stringify(http.lines)).not.toContain('token=');
  });
});

describe('an error', () => {
  test.each([
    ['/known', 409, 'game/taken', 'Somebody was faster.'],
    ['/router', 418, 'http/refused', 'teapot'],
    ['/strict', 403, 'page/closed', 'This page is closed.'],
    ['/users/%zz', 400, 'http/bad_request', 'The path is not one of RFC 3986: send it percent-encoded.'],
    ['/nothing', 404, 'http/not_found', 'There is nothing at this address.'],
  ])('[HT2] of %s is in the envelope', async (path, status, code, message) => {
    const answer = await call(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.json()).toEqual({
      error: { code, message, request_id: answer.headers.get('x-request-id') },
    });
  });

  test('[HT2] that is none, a redirect, goes through', async () => {
    const answer = await call('/moved');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/echo']);
  });

  test.each(['/bug', '/database', '/router500', '/broken'])(
    '[HT3] that nobody foresaw, of %s, keeps its text to itself',
    async (path) => {
      const answer = await call(path);
      expect([answer.status, answer.json().error.code]).toEqual([500, 'internal']);
      expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('hunter2');
    },
  );

  test('[HT3] that nobody foresaw is in the log', async () => {
    http.lines.length = 0;
    await call('/bug');
    expect(http.lines.find(({ level }) => level === 'error')).toMatchObject({
      error: { type: 'TypeError', message: 'the password is hunter2' },
    });
  });

  test.each(['/nothing', '/', '/known/', '//known', '/KNOWN', '/matchmake', '/.%2e/known'])(
    '[HT6] of %s, where nothing is, is 404',
    async (path) => {
      const answer = await sendRaw(http.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 404 /);
      expect(answer).toContain('"http/not_found"');
    },
  );

  test('[HT6] of HEAD has no body', async () => {
    const answer = await call('/nothing', { method: 'HEAD' });
    expect([answer.status, answer.text]).toEqual([404, '']);
  });
});

describe('a body', () => {
  test('[HT5] that fits reaches the endpoint', async () => {
    expect((await post('/echo', '{"n": 7}')).json()).toEqual({ n: 7 });
    expect((await post('/echo', '{"n": 7}', 'application/json; charset=utf-8')).json()).toEqual({ n: 7 });
  });

  test.each(['{', 'NaN', '{"n":NaN}', ' ', '\u0000'])(
    '[HT5] that is not JSON (%j) is refused',
    async (body) => {
      const answer = await post('/echo', body);
      expect([answer.status, answer.json().error.code]).toEqual([400, 'http/malformed']);
    },
  );

  test.each(['', '{}', '[]', 'null', '"x"', '{"n":"7"}', '{"n":9007199254740992}', '{"n":1e400}'])(
    '[HT5] that does not fit (%s) is refused by its field',
    async (body) => {
      const answer = await post('/echo', body);
      expect([answer.status, answer.json().error.code]).toEqual([400, 'http/invalid']);
      expect(answer.json().error.message).toContain('body');
    },
  );

  test.each([
    'text/plain',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])('[HT5] of type %s is refused', async (type) => {
    const answer = await post('/echo', '{"n": 7}', type);
    expect([answer.status, answer.json().error.code]).toEqual([415, 'http/unsupported_type']);
  });

  test('[HT4] of exactly the limit is read; one byte more is not', async () => {
    const padded = (bytes: number) => '{"n": 7}'.padEnd(bytes, ' ');
    expect((await post('/echo', padded(65_536))).json()).toEqual({ n: 7 });
    const answer = await post('/echo', padded(65_537));
    expect([answer.status, answer.json().error.code]).toEqual([413, 'http/too_large']);
    expect(answer.headers.get('connection')).toBe('close');
  });

  test('[HT4] of 20 MB is refused everywhere before it is read whole, and the connection closes', async () => {
    const paths = ['/echo', '/matchmake/joinOrCreate/x', '/nothing', '/page'];
    const floods = paths.flatMap((path) => [flood(path, 20_000_000, true), flood(path, 20_000_000, false)]);
    for (const { status, body, sent } of await Promise.all(floods)) {
      expect(status).toBe(413);
      expect(body).toContain('http/too_large');
      expect(sent).toBeLessThan(20_000_000);
    }
  });
});

describe('a body that is too large', () => {
  const head =
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n';

  test('[HT4] is refused as soon as it is announced', async () => {
    expect(await sendRaw(http.port, head)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('[HT4] is refused so that a client that reads late still gets the answer', async () => {
    const socket = connect(http.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(head);
    const pump = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(16_384, 0x20)));
      socket.once('drain', pump);
    };
    pump();
    // Its buffers are full: it has sent what it can, and has read nothing. The server has answered before others.
    await expect.poll(() => socket.writableLength).toBeGreaterThan(0);
    for (let i = 0; i < 5; i++) await call('/page');
    const answer = once(socket, 'data');
    socket.resume();
    expect(String((await answer)[0])).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });
});

/** Sends as fast as the server reads, and never stops by itself. Resolves when the server has closed. */
function flood(path: string, bytes: number, withLength: boolean) {
  return new Promise<{ status: number; body: string; sent: number }>((resolve) => {
    const headers = { 'Content-Type': 'application/json', ...(withLength && { 'Content-Length': bytes }) };
    const sending = httpRequest(http.url + path, { method: 'POST', headers });
    const chunk = Buffer.alloc(16_384, 0x20);
    let [sent, status, body] = [0, 0, ''];
    const pump = () => {
      while (sent < bytes && !sending.destroyed) {
        sent += chunk.length;
        if (!sending.write(chunk)) return void sending.once('drain', pump);
      }
    };
    sending.on('response', (response) => {
      status = response.statusCode!;
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
    });
    sending.on('error', () => {});
    sending.on('close', () => resolve({ status, body, sent }));
    pump();
  });
}

describe('a request that is none', () => {
  const get = (target: string, ...headers: string[]) =>
    sendRaw(http.port, [`GET ${target} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n'));

  test.each([
    ['a Host that is none', '/known', 'Host: ['],
    ['an empty Host', '/known', 'Host:'],
    ['an absolute target', 'http://x/known', 'Host: x'],
    ['an absolute target of nonsense', 'a:b', 'Host: x'],
    ['a port of nonsense', '/known', 'Host: x:port'],
  ])('[HT7] %s is refused, and the server lives', async (_, target, host) => {
    expect(await get(target, host)).toMatch(/^HTTP\/1.1 400 /);
    expect((await call('/page')).text).toBe('a page');
  });

  test('[HT7] a forwarded protocol of nonsense changes nothing', async () => {
    expect(await get('/known', 'Host: x', 'X-Forwarded-Proto: no such thing')).toContain('game/taken');
  });

  test('[HT7] a method of nonsense is refused', async () => {
    const answer = await sendRaw(http.port, 'TRACE /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
  });

  test('[HT7] a client that goes away in the middle of its body is no fault', async () => {
    http.lines.length = 0;
    const sending = httpRequest(`${http.url}/echo`, { method: 'POST', headers: { 'Content-Length': 100 } });
    sending.on('error', () => {});
    sending.write('{"n":');
    setTimeout(() => sending.destroy(), 20);
    await expect.poll(() => http.lines.find(({ msg }) => msg === 'request')).toBeDefined();
    expect(http.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await call('/page')).text).toBe('a page');
  });
});

describe('an endpoint that asks for the principal', () => {
  const me = (authorization?: string) => call('/me', authorization ? { headers: { authorization } } : {});

  test('[HT8] gets it from the bearer token', async () => {
    const { token } = tokens.sign(alice, 60);
    expect((await me(`Bearer ${token}`)).json()).toEqual(alice);
    expect((await me(`bearer  ${token}`)).json()).toEqual(alice);
  });

  test.each([
    [undefined, 'auth/missing'],
    ['Basic YTpi', 'auth/missing'],
    ['Bearer', 'auth/missing'],
    ['Bearer hello', 'auth/malformed'],
    [`Bearer ${tokensAt(-100).sign(alice, 60).token}`, 'auth/expired'],
  ])('[HT8] answers 401 to %s', async (authorization, code) => {
    const answer = await me(authorization);
    expect([answer.status, answer.json().error.code]).toEqual([401, code]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('[HT8] answers 403 without the role', async () => {
    const as = (roles: string[]) =>
      call('/boss', { headers: { authorization: `Bearer ${tokens.sign({ ...alice, roles }, 60).token}` } });
    expect((await as(['bosses'])).json().error.code).toBe('auth/forbidden');
    expect((await as(['boss'])).text).toBe('welcome');
  });
});
