/** Bad input on raw sockets. */
import { createEndpoint } from '@colyseus/core';
import fc from 'fast-check';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HttpObserver } from '../../src/http/observer.ts';
import { pages } from '../../src/http/pages.ts';
import { until } from '../support/server.ts';
import { allOf, sendGarbage } from './garbage.ts';
import { sendRaw, startHttp, type TestHttp } from './support.ts';

const malformed: string[] = [];
const refused: (string | undefined)[] = [];
const upgrades: (string | null)[] = [];
const observer: HttpObserver = {
  request(seen, handle) {
    seen.response.once('close', () => refused.push(seen.refusedWith));
    handle();
  },
  upgrade: (code) => void upgrades.push(code),
  malformed: (code) => void malformed.push(code),
};

let reached = 0;
const endpoints = {
  echo: createEndpoint('/echo', { method: ['POST', 'DELETE'] }, async ({ body }) => {
    reached++;
    return { body };
  }),
  get: createEndpoint('/get', { method: 'GET' }, async () => ({ reached: ++reached })),
};

let http: TestHttp;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gamekeeper-walls-'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist', 'page.html'), 'a page');
  await writeFile(join(folder, 'secret.txt'), 'hunter2');
  const mounts = { '/': pages(join(folder, 'dist')) };
  http = await startHttp({ endpoints, mounts, observer, bodyMs: 300, headMs: 500 });
});
afterAll(async () => {
  await http.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  malformed.length = refused.length = upgrades.length = reached = 0;
});

const crlf = (...lines: string[]) => [...lines, '', ''].join('\r\n');
const get = (target: string, ...headers: string[]) =>
  sendRaw(http.port, crlf(`GET ${target} HTTP/1.1`, 'Host: x', ...headers, 'Connection: close'));
const post = (body: string | Buffer, ...headers: string[]) =>
  sendRaw(
    http.port,
    Buffer.concat([
      Buffer.from(
        crlf(
          'POST /echo HTTP/1.1',
          'Host: x',
          'Connection: close',
          `Content-Length: ${Buffer.byteLength(body)}`,
          ...(headers.length > 0 ? headers : ['Content-Type: application/json']),
        ),
      ),
      Buffer.from(body),
    ]),
  );

async function expectAlive(): Promise<void> {
  expect(await get('/get')).toMatch(/^HTTP\/1.1 200 /);
}

/** Status and code of a raw answer, which has an id and the headers of every answer. */
function refusal(answer: string): [status: number, code: string | undefined] {
  expect(answer).toMatch(/\r\nX-Request-Id: [\w-]+\r\n/);
  expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
  return [Number(answer.slice(9, 12)), /"code":"([^"]+)"/.exec(answer)?.[1]];
}

describe('a target', () => {
  test.each([
    ['//get', 404],
    ['/x//get', 404],
    ['/./get', 404],
    ['/x/../get', 404],
    ['/get/..', 404],
    ['/%2e%2E/secret.txt', 404],
    ['/.%2e/secret.txt', 404],
    ['/..%2fsecret.txt', 404],
    ['/..%5csecret.txt', 404],
    ['/page.html%00', 404],
    ['/get%0a', 404],
    ['/..\\secret.txt', 400],
    ['/get#x', 400],
    ['/get|x', 400],
    ['/%', 400],
    ['/%zz', 400],
    ['/%ff', 400],
    ['/%c0%ae%c0%ae/secret.txt', 400],
    ['http://x/get', 400],
    ['*', 400],
    [`/${'x'.repeat(8_192)}`, 414],
    [`/get?${'x'.repeat(8_192)}`, 414],
  ])('[HT29] %s is refused and reaches nothing', async (target, status) => {
    const answer = await get(target);
    expect(refusal(answer)[0]).toBe(status);
    expect(answer).not.toMatch(/hunter2|a page/);
    expect(reached).toBe(0);
  });

  test.each(['/get', '/get?a=/../%00//', '/page.html', '/%70age.html'])(
    '[HT29] %s is fine',
    async (target) => {
      expect(await get(target)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  test('[HT29] of any characters finds no file outside, and no endpoint but by its own path', async () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '%00',
      'get',
      'secret.txt',
      'page.html',
      ';',
      '%',
    );
    const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    await fc.assert(
      fc.asyncProperty(path, async (target) => {
        reached = 0;
        const answer = await get(target);
        expect(answer).not.toContain('hunter2');
        expect(reached).toBe(target === '/get' ? 1 : 0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('headers', () => {
  test('[HT30] of more than 16 KB are refused', async () => {
    expect(refusal(await get('/get', `X: ${'x'.repeat(17_000)}`))).toEqual([431, 'http/headers_too_large']);
    expect(malformed).toEqual(['HPE_HEADER_OVERFLOW']);
  });

  test('[HT30] more than 100 are refused', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: 1`);
    expect(refusal(await get('/get', ...many(200)))).toEqual([431, 'http/headers_too_large']);
    expect(await get('/get', ...many(98))).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each([
    [],
    ['Host: x', 'Host: y'],
    ['Host: user:word@x'],
    ['Host: x/y'],
    ['Host: x y'],
    ['Host: x:99999'],
    ['Host: 1.2.3.999'],
    ['Host: [::1'],
  ])('[HT30] with the Host %j are refused', async (...hosts) => {
    const answer = await sendRaw(http.port, crlf('GET /get HTTP/1.1', ...hosts, 'Connection: close'));
    expect(refusal(answer)).toEqual([400, 'http/bad_request']);
    await expectAlive();
  });

  test.each(['Host: example.org:80', 'Host: [::1]:2567', 'Host: EXAMPLE.org'])(
    '[HT30] with %s pass',
    async (host) => {
      expect(await sendRaw(http.port, crlf('GET /get HTTP/1.1', host, 'Connection: close'))).toMatch(
        /^HTTP\/1.1 200 /,
      );
    },
  );

  test('[HT30] of HTTP/1.0 need no Host', async () => {
    expect(await sendRaw(http.port, crlf('GET /get HTTP/1.0'))).toMatch(/^HTTP\/1.1 200 /);
  });

  test('[HT30] that expect what nobody knows are refused', async () => {
    expect(refusal(await get('/get', 'Expect: miracles'))).toEqual([417, 'http/unexpected']);
  });

  test('[HT25] that come too slowly are refused', async () => {
    const socket = connect(http.port, '127.0.0.1', () => socket.write('GET /get HTTP/1.1\r\nHost: x\r\n'));
    expect(refusal(await allOf(socket))).toEqual([408, 'http/timeout']);
    expect(malformed).toEqual(['ERR_HTTP_REQUEST_TIMEOUT']);
  });
});

test('[HT1] every answer on a connection has passed here, however many there are', async () => {
  const many = crlf('GET /get HTTP/1.1', 'Host: x').repeat(1_200);
  const answer = await sendRaw(http.port, many + crlf('GET /get HTTP/1.1', 'Host: x', 'Connection: close'));
  const ids = answer.match(/^X-Request-Id: /gm) ?? [];
  expect([answer.match(/HTTP\/1\.1 200 /g)?.length, ids.length, reached]).toEqual([1_201, 1_201, 1_201]);
});

describe('what the parser refuses', () => {
  test.each([
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3'], 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    [
      'a length and chunks',
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
      'HPE_INVALID_TRANSFER_ENCODING',
    ],
    ['a length that is none', ['Content-Length: two'], 'HPE_INVALID_CONTENT_LENGTH'],
    ['a folded header', ['X: 1', ' Content-Length: 2'], 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    ['a header without a name', [': 1'], 'HPE_INVALID_HEADER_TOKEN'],
    ['a space before the colon', ['Content-Length : 2'], 'HPE_INVALID_HEADER_TOKEN'],
  ])('[HT31] %s is answered and counted', async (_, headers) => {
    const answer = await sendRaw(http.port, crlf('POST /echo HTTP/1.1', 'Host: x', ...headers) + '{}');
    expect(refusal(answer)).toEqual([400, 'http/bad_request']);
    expect(malformed).toEqual([expect.stringMatching(/^HPE_/)]);
    expect(reached).toBe(0);
    await expectAlive();
  });

  test('[HT31] chunks of nonsense in a body are answered once', async () => {
    const head = crlf(
      'POST /echo HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    );
    const answer = await sendRaw(http.port, `${head}zz\r\n{}\r\n`);
    expect(refusal(answer)).toEqual([400, 'http/bad_request']);
    expect(answer.match(/HTTP\/1.1 /g)).toHaveLength(1);
    expect(reached).toBe(0);
  });

  test('[HT31] [HT1] what follows a request leaves its answer whole, and is refused after it', async () => {
    const answer = await sendRaw(
      http.port,
      `${crlf('GET /get HTTP/1.1', 'Host: x')}\x00\x01nonsense\r\n\r\n`,
    );
    const [first, second, ...more] = answer.split(/(?=HTTP\/1.1 )/);
    expect([first, more]).toEqual([expect.stringMatching(/^HTTP\/1.1 200 [^]*{"reached":1}$/), []]);
    expect(second).toMatch(/^HTTP\/1.1 400 [^]*X-Request-Id: [\w-]{36}\r\n[^]*"http\/bad_request"/);
    expect(malformed).toEqual([expect.stringMatching(/^HPE_/)]);
  });

  test('[HT31] [HT21] the answer to a body of nonsense has the id and the form of its request', async () => {
    const head = crlf(
      'POST /echo HTTP/1.1',
      'Host: x',
      'X-Request-Id: mine',
      'Accept: application/problem+json',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    );
    const answer = await sendRaw(http.port, `${head}zz\r\n`);
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      code: 'http/bad_request',
      instance: '/echo',
      request_id: 'mine',
    });
    await until(() => refused.length === 1);
    expect(refused).toEqual(['http/bad_request']);
  });

  test.each(['\x16\x03\x01\x02\x00', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'hello\r\n\r\n'])(
    '[HT31] another protocol (%j) is answered',
    async (bytes) => {
      expect(refusal(await sendRaw(http.port, bytes))).toEqual([400, 'http/bad_request']);
      await expectAlive();
    },
  );

  test('[HT34] any bytes at all leave the process alive', async () => {
    await sendGarbage(http.port, 300);
    await expectAlive();
  });
});

describe('a body', () => {
  test.each([
    ['{"a":1,"a":2}', 400, 'http/duplicate_key'],
    ['{"__proto__":{}}', 400, 'http/bad_key'],
    ['['.repeat(10_000) + ']'.repeat(10_000), 400, 'http/too_deep'],
    ['{"a":1', 400, 'http/malformed'],
    [Buffer.from([0x22, 0xc3, 0x28, 0x22]), 400, 'http/malformed'],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 400, 'http/malformed'],
    [Buffer.from('\ufeff{}'), 400, 'http/malformed'],
  ])('[HT26] [HT27] that breaks a rule is refused: %j', async (body, status, code) => {
    expect(refusal(await post(body))).toEqual([status, code]);
    expect([reached, refused]).toEqual([0, [code]]);
  });

  test.each([
    ['Content-Type: application/json; charset=latin1'],
    ['Content-Type: application/json; charset=utf-16'],
    ['Content-Type: application/json', 'Content-Encoding: gzip'],
    ['Content-Type: text/json'],
    ['Content-Type: application/json, text/plain'],
    ['Content-Type:'],
  ])('[HT27] with %s is refused', async (...headers) => {
    expect(refusal(await post('{}', ...headers))).toEqual([415, 'http/unsupported_type']);
  });

  test.each([
    ['Content-Type: APPLICATION/JSON ;Charset="UTF-8"'],
    ['Content-Type: application/merge-patch+json'],
    ['Content-Type: application/json', 'Content-Encoding: identity'],
  ])('[HT27] with %s is read', async (...headers) => {
    expect(await post('{"a":"ü"}', ...headers)).toContain('{"body":{"a":"ü"}}');
  });

  test('[HT27] is let through exactly where it is JSON, and arrives as it was', async () => {
    const text = fc.oneof(
      fc.json({ maxDepth: 3 }).filter((json) => !json.includes('__proto__')),
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\0e-. tn'), minLength: 1, maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        const answer = await fetch(`${http.url}/echo`, {
          method: 'POST',
          body,
          headers: { 'Content-Type': 'application/json' },
        });
        const parsed = attempt(() => JSON.parse(body) as unknown);
        if (parsed) expect(await answer.json()).toEqual({ body: JSON.parse(JSON.stringify(parsed.value)) });
        else expect(await answer.text()).toMatch(/http\/(malformed|duplicate_key)/);
      }),
      { numRuns: 200 },
    );
  });

  test('[HT25] that comes too slowly is refused, and the connection closes', async () => {
    const head = crlf(
      'POST /echo HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      'Content-Length: 100',
    );
    const socket = connect(http.port, '127.0.0.1', () => socket.write(`${head}{`));
    const drip = setInterval(() => socket.write(' '), 50);
    const answer = await allOf(socket);
    clearInterval(drip);
    expect(refusal(answer)).toEqual([408, 'http/timeout']);
    expect(answer).toContain('Connection: close');
    await until(() => refused.length > 0);
    expect(refused).toEqual(['http/timeout']);
  });

  test.each(['GET /get', 'HEAD /get', 'DELETE /echo', 'OPTIONS /get'])(
    '[HT28] of %s is refused',
    async (line) => {
      for (const framing of ['Content-Length: 2', 'Transfer-Encoding: chunked']) {
        const answer = await sendRaw(
          http.port,
          crlf(`${line} HTTP/1.1`, 'Host: x', framing, 'Connection: close'),
        );
        expect(answer).toMatch(/^HTTP\/1.1 400 /);
        await until(() => refused.length > 0);
        expect(refused.splice(0)).toEqual(['http/unexpected_body']);
      }
      expect(reached).toBe(0);
    },
  );
});

function attempt<T>(work: () => T): { value: T } | null {
  try {
    return { value: work() };
  } catch {
    return null;
  }
}

describe('an upgrade', () => {
  const upgrade = (target: string, ...headers: string[]) =>
    sendRaw(
      http.port,
      crlf(`GET ${target} HTTP/1.1`, 'Connection: Upgrade', 'Upgrade: websocket', ...headers),
    );

  test.each([
    ['http://[', ['Host: x'], 400],
    ['/p/../r', ['Host: x'], 404],
    ['//[', ['Host: x'], 400],
    ['/p/r', ['Host: a:b@c'], 400],
    ['/p/r', [], 400],
    [`/p/${'r'.repeat(9_000)}`, ['Host: x'], 414],
  ])('[HT19] with a target or Host of nonsense (%s) is refused', async (target, headers, status) => {
    expect(refusal(await upgrade(target, ...headers))[0]).toBe(status);
    expect(upgrades).toEqual([expect.stringMatching(/^http\//)]);
    await expectAlive();
  });

  test('[HT19] to another protocol is a request like any other', async () => {
    expect(await get('/get', 'Upgrade: h2c')).toMatch(/^HTTP\/1.1 200 /);
  });
});
