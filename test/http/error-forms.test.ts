import { createEndpoint, matchMaker, Room } from '@colyseus/core';
import { ColyseusSDK } from '@colyseus/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ApiError } from '../../src/http/errors.ts';
import type { SeenRequest } from '../../src/http/observer.ts';
import { until } from '../support/server.ts';
import { startHttp, type TestHttp } from './support.ts';

const seen: SeenRequest[] = [];
let answered = 0;
let letGo = (): void => {};
let late: string[] = [];

class Slow extends Room {
  override async onDispose(): Promise<void> {
    await new Promise<void>((resolve) => (letGo = resolve));
  }
}
class Full extends Room {
  static override async onAuth(): Promise<unknown> {
    throw new ApiError(409, 'table/full', 'The table is full.');
  }
}

const endpoints = {
  known: createEndpoint('/known/:id', { method: 'GET' }, async () => {
    throw new ApiError(409, 'game/taken', 'Somebody was faster.', 7);
  }),
  busy: createEndpoint('/busy', { method: 'GET' }, async () => {
    throw new ApiError(503, 'game/busy', 'Soon.', 6.2);
  }),
  bug: createEndpoint('/bug', { method: 'GET' }, async () => {
    throw new TypeError('hunter2');
  }),
  body: createEndpoint('/body', { method: 'POST', body: z.object({ n: z.int() }) }, async ({ body }) => body),
  never: createEndpoint('/never', { method: 'GET' }, async ({ setHeader }) => {
    await new Promise<void>((resolve) => (letGo = resolve));
    setHeader('X-Late', '1');
    late.push('json');
    return { late: 'x'.repeat(100_000) };
  }),
  stream: createEndpoint('/stream', { method: 'GET' }, async () => {
    await new Promise<void>((resolve) => (letGo = resolve));
    const cancel = (): void => void late.push('cancelled');
    return new Response(new ReadableStream({ cancel }));
  }),
};

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp(
    {
      endpoints,
      answerMs: 300,
      mounts: {
        '/strict': () => {
          throw new ApiError(403, 'page/closed', 'This page is closed.');
        },
      },
      observer: {
        request(one, handle) {
          seen.push(one);
          one.response.once('close', () => answered++);
          handle();
        },
        upgrade: () => {},
        malformed: () => {},
      },
    },
    { slow: Slow, full: Full },
  );
});
afterAll(() => http.close());
beforeEach(() => {
  seen.length = answered = 0;
  late = [];
});

const ask = (path: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(http.url + path, {
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { method: 'POST', body }),
  });

const problem = { Accept: 'application/problem+json' };

describe('a problem', () => {
  test.each([
    ['/known/7?token=x', undefined, 409, 'Conflict', 'game/taken'],
    ['/nothing', undefined, 404, 'Not Found', 'http/not_found'],
    ['/strict/x', undefined, 403, 'Forbidden', 'page/closed'],
    ['/bug', undefined, 500, 'Internal Server Error', 'internal'],
    ['/body', '{"n":"x"}', 400, 'Bad Request', 'http/invalid'],
    ['/body', '{', 400, 'Bad Request', 'http/malformed'],
    ['/matchmake/create/full', '{}', 409, 'Conflict', 'table/full'],
    ['/matchmake/create/full', '[', 400, 'Bad Request', 'http/malformed'],
  ])('[HT21] of %s is one for who asks for it', async (path, body, status, title, code) => {
    const answer = await ask(path, problem, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title,
      status,
      detail: expect.stringMatching(/^(?!.*hunter2).+/),
      instance: path.split('?')[0],
      code,
      request_id: answer.headers.get('x-request-id'),
    });
  });

  test.each([
    ['application/json, application/problem+json', true],
    ['application/problem+json;q=0.5, application/json;q=0.4', true],
    ['APPLICATION/PROBLEM+JSON', true],
    ['application/problem+json;q=0.5, application/json', false],
    ['application/problem+json;q=0', false],
    ['application/problem+json;q=x', false],
    ['*/*', false],
    ['application/*', false],
    ['application/json', false],
  ])('[HT21] is what Accept: %s asks for: %s', async (accept, isAsked) => {
    const { headers } = await ask('/nothing', { Accept: accept });
    expect(headers.get('content-type') === 'application/problem+json').toBe(isAsked);
  });
});

describe('who watches', () => {
  test.each([
    ['/known/7', undefined, '/known/:id', 'game/taken'],
    ['/nothing', undefined, 'none', 'http/not_found'],
    ['/known/7/', undefined, 'none', 'http/not_found'],
    ['/strict/x', undefined, '/strict', 'page/closed'],
    ['/bug', undefined, '/bug', 'internal'],
    ['/body', '{', '/body', 'http/malformed'],
    ['/body', '{}', '/body', 'http/invalid'],
    ['/body', '{"n":1}', '/body', undefined],
    ['/matchmake/create/full', '{}', '/matchmake/:method/:roomName', 'table/full'],
    ['/matchmake/create/full', '[', '/matchmake/:method/:roomName', 'http/malformed'],
    ['/matchmake/create/nowhere', '{}', '/matchmake/:method/:roomName', 'matchmake/520'],
    ['/matchmake/x', '{}', 'none', 'http/not_found'],
    ['/__healthcheck', undefined, '/__healthcheck', undefined],
  ])('[HT33] learns of %s %s', async (path, body, pattern, code) => {
    const answer = await ask(path, {}, body);
    await until(() => answered === 1);
    expect(seen).toHaveLength(1);
    expect([seen[0]!.id, seen[0]!.route.pattern, seen[0]!.refusedWith]).toEqual([
      answer.headers.get('x-request-id'),
      pattern,
      code,
    ]);
  });

  test('[HT12] so does the log, without query and address', async () => {
    http.lines.length = 0;
    await ask('/known/7?token=hunter2', { 'X-Forwarded-For': '192.0.2.1' });
    await until(() => http.lines.some(({ msg }) => msg === 'request'));
    const line = http.lines.find(({ msg }) => msg === 'request');
    expect(line).toMatchObject({ path: '/known/7', route: '/known/:id', status: 409 });
    expect(JSON.stringify(http.lines)).not.toMatch(/hunter2|192\.0\.2\.1|127\.0\.0\.1/);
  });
});

describe('an answer', () => {
  test('[HT22] [HT32] that says to wait says how long', async () => {
    expect((await ask('/busy')).headers.get('retry-after')).toBe('7');
  });

  test.each(['/never', '/stream'])(
    '[HT32] of %s that does not come is given by another, once',
    async (path) => {
      const answer = await ask(path);
      expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'http/timeout' } }]);
      expect(answer.headers.get('retry-after')).toBe('5');
      letGo();
      await until(() => late.length > 0);
      expect((await ask('/nothing')).status).toBe(404);
      expect(http.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  test.each(['/known/7', '/nothing', '/strict/x', '/matchmake/x/y', '/never', '/__healthcheck'])(
    '[HT20] of %s has the headers that every answer has, and none that names the server',
    async (path) => {
      const { headers } = await ask(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      for (const name of ['server', 'x-powered-by', 'strict-transport-security'])
        expect(headers.get(name)).toBe(null);
      letGo();
    },
  );
});

test('[HT14] an endpoint that does not describe itself does not start', async () => {
  const { createHttp } = await import('../../src/http/http.ts');
  const silent = createEndpoint('/silent', { method: 'GET' }, async () => ({}));
  const start = (): unknown => createHttp({ endpoints: { silent }, log: { ...console } });
  expect(start).toThrow(/GET \/silent has no metadata/);
});

/** The last one: the server ends. */
test('[HT22] matchmaking while the server ends says so, as the SDK reads it', async () => {
  const sdk = new ColyseusSDK(http.url);
  await sdk.create('slow');
  const closing = http.close();
  await until(() => matchMaker.state === matchMaker.MatchMakerState.SHUTTING_DOWN);
  const answer = await ask('/matchmake/create/slow', {}, '{}');
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
    503,
    '5',
    { code: 503, error: expect.stringMatching(/^http\/unavailable: /) },
  ]);
  await expect(sdk.create('slow')).rejects.toThrow(/^http\/unavailable: /);
  letGo();
  await closing;
});
