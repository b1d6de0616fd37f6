/** Every route of the whole server, whoever has added it, against what no endpoint may forget. */
import type { Endpoint } from '@colyseus/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiMetadata } from '../../src/http/api.ts';
import { usualBodyLimit } from '../../src/http/route.ts';
import { sign, startServer, type TestServer } from '../support/server.ts';
import { sendGarbage } from './garbage.ts';
import { sendRaw } from './support.ts';

interface Place {
  readonly method: string;
  readonly path: string;
  readonly access: 'anyone' | 'account' | 'admin';
  readonly bodyLimit: number;
}

let server: TestServer;
let places: Place[];
beforeAll(async () => {
  server = await startServer({
    RATE_LIMIT_PER_ADDRESS: '0',
    RATE_LIMIT_PER_ACCOUNT: '0',
    RATE_LIMIT_STRICT: '0',
  });
  const { endpoints } = server.app.server.router as { endpoints: Record<string, Endpoint> };
  places = [...Object.values(endpoints).flatMap(placesOf), ...others];
});
afterAll(() => server.close());

/** Matchmaking and `/__healthcheck` are Colyseus’ own, and say nothing of themselves. */
function placesOf({ path, options }: Endpoint): Place[] {
  const api = (options.metadata as Partial<ApiMetadata> | undefined)?.api;
  const isOpen = path === '/__healthcheck';
  return [options.method].flat().map((method) => ({
    method: String(method),
    path: path.replaceAll(/:\w+/g, 'x').replaceAll('**', 'x'),
    access: api?.access ?? (isOpen ? 'anyone' : 'account'),
    bodyLimit: api?.bodyLimit ?? usualBodyLimit,
  }));
}

const others: readonly Place[] = [
  { method: 'GET', path: '/', access: 'anyone', bodyLimit: usualBodyLimit },
  { method: 'POST', path: '/nothing', access: 'anyone', bodyLimit: usualBodyLimit },
  ...['/docs', '/docs/', '/docs/start.js', '/playground', '/playground/rooms'].map(
    (path) => ({ method: 'GET', path, access: 'anyone', bodyLimit: usualBodyLimit }) as const,
  ),
  ...['/monitor', '/monitor/api', '/monitor/api/room'].map(
    (path) => ({ method: 'GET', path, access: 'admin', bodyLimit: usualBodyLimit }) as const,
  ),
];

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly code: string | undefined;
}

async function send({ method, path }: Place, headers: readonly string[], body = ''): Promise<Answer> {
  const { port } = new URL(server.url);
  const lines = [`${method} ${path} HTTP/1.1`, 'Connection: close', ...headers];
  if (!headers.some((header) => header.startsWith('Host:'))) lines.push(`Host: 127.0.0.1:${port}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  const answer = await sendRaw(Number(port), `${lines.join('\r\n')}\r\n\r\n${body}`);
  const [head = '', text = ''] = answer.split('\r\n\r\n', 2);
  return { status: Number(answer.slice(9, 12)), head, code: /([a-z_]+\/[a-z_]+)[:"]/.exec(text)?.[1] };
}

const json = 'Content-Type: application/json';
const bearer = () => `Authorization: Bearer ${sign('ann', { roles: ['admin'] })}`;

/** Each place in turn; what is expected names the place, so that a failure does. */
async function each(what: (place: Place) => Promise<unknown>, expected: (place: Place) => unknown) {
  for (const place of places) {
    const name = `${place.method} ${place.path}`;
    expect([name, await what(place)]).toEqual([name, expected(place)]);
  }
}

const refused =
  (headers: readonly string[], body?: (place: Place) => string) =>
  async (place: Place): Promise<unknown> => {
    const { status, code } = await send(place, [bearer(), ...headers], body?.(place));
    return [status, code];
  };

const hasBody = ({ method }: Place): boolean => ['POST', 'PUT', 'PATCH'].includes(method);
/** The answer to HEAD says no code. */
const codeFor = ({ method }: Place, code: string) => (method === 'HEAD' ? undefined : code);
/** Of those that have no body any body is refused. */
const orUnexpected = (status: number, code: string) => (place: Place) =>
  hasBody(place) ? [status, code] : [400, codeFor(place, 'http/unexpected_body')];

describe('every route', () => {
  test('[HT14] there are those of all services', () => {
    expect(places.length).toBeGreaterThan(12);
    expect(places.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/v1/matches',
        '/matchmake/x/x',
        '/health/live',
        '/dev/token',
        '/monitor',
        '/docs',
        '/playground',
      ]),
    );
  });

  test('[HT1] [HT20] answers with an id and the headers that every answer has', () =>
    each(
      async (place) => {
        const { head } = await send(place, []);
        return [
          /^X-Request-Id: [\w-]{36}\r?$/m,
          /^X-Content-Type-Options: nosniff\r?$/m,
          /^Referrer-Policy: no-referrer\r?$/m,
          /^X-Frame-Options: DENY\r?$/m,
          /^Content-Security-Policy: .*frame-ancestors 'none'/m,
        ]
          .map((wanted) => wanted.test(head))
          .concat(!/^(?:Server|X-Powered-By):/im.test(head));
      },
      () => Array<boolean>(6).fill(true),
    ));

  test('[HT17] refuses a foreign origin', () =>
    each(refused(['Origin: https://evil.example']), (place) => [403, codeFor(place, 'http/foreign_origin')]));

  test('[HT35] refuses a name of the server that is somebody else’s', () =>
    each(refused(['Host: rebound.example', 'Origin: http://rebound.example']), (place) => [
      403,
      codeFor(place, 'http/foreign_host'),
    ]));

  test('[HT4] refuses a body that is too large', () =>
    each(
      refused([json], ({ bodyLimit }) => `"${'x'.repeat(bodyLimit)}"`),
      orUnexpected(413, 'http/too_large'),
    ));

  test('[HT5] refuses a body of another type', () =>
    each(
      refused(['Content-Type: text/plain'], () => '{}'),
      orUnexpected(415, 'http/unsupported_type'),
    ));

  test('[HT26] refuses JSON that is too deep', () =>
    each(
      refused([json], () => '['.repeat(10_000)),
      orUnexpected(400, 'http/too_deep'),
    ));

  test('[HT26] refuses a key that comes twice', () =>
    each(
      refused([json], () => '{"a":1,"a":2}'),
      orUnexpected(400, 'http/duplicate_key'),
    ));

  test('[HT8] asks for a token where it says so, and for no more than that', () =>
    each(
      async (place) => {
        const { status } = await send(
          place,
          hasBody(place) ? [json] : [],
          hasBody(place) ? valid(place) : '',
        );
        return status === 401;
      },
      ({ access }) => access !== 'anyone',
    ));

  test('[HT8] refuses a token that is none where it asks for one', () =>
    each(
      async (place) => {
        const headers = ['Authorization: Bearer nonsense', ...(hasBody(place) ? [json] : [])];
        const { status } = await send(place, headers, hasBody(place) ? valid(place) : '');
        return status === 401;
      },
      ({ access }) => access !== 'anyone',
    ));
});

/** A body that the endpoint's schema takes, so that nothing but the token is amiss. */
const bodies: Readonly<Record<string, object>> = {
  '/api/solo_results': { score: 1, lines: 1, level: 1, pieces: 1, duration_ms: 1 },
};
const valid = ({ path }: Place): string => JSON.stringify(bodies[path] ?? {});

test('[HT34] any bytes at all leave the server alive', async () => {
  await sendGarbage(Number(new URL(server.url).port), 200);
  expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'live' });
});
