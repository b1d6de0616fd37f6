import { createEndpoint } from '@colyseus/core';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UnderlyingSource } from 'node:stream/web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRequest, whenAnswered } from '../../src/http/request-context.ts';
import { sendBody } from '../../src/http/send-body.ts';
import { until } from '../support/server.ts';
import { startHttp, type TestHttp } from './support.ts';

const part = new Uint8Array(64 * 1024).fill(120);
let made = 0;
let isCancelled = false;

const stream = (source: UnderlyingSource<Uint8Array>) =>
  new Response(new ReadableStream(source), { headers: { 'Content-Type': 'text/plain' } });

const endpoints = {
  long: createEndpoint('/long/:size', { method: 'GET' }, async ({ params }) => ({
    text: 'x'.repeat(Number(params.size)),
  })),
  parts: createEndpoint('/parts', { method: 'GET' }, async () => {
    let left = 40;
    return stream({
      pull: (parts) => (left-- > 0 ? parts.enqueue(part) : parts.close()),
    });
  }),
  watched: createEndpoint('/watched', { method: 'GET' }, async () => {
    // as a whole server does: metrics, traces, the log, places that are given back
    for (let i = 0; i < 6; i++) whenAnswered(() => {});
    return stream({
      start(parts) {
        parts.enqueue(part);
        parts.close();
      },
    });
  }),
  endless: createEndpoint('/endless', { method: 'GET' }, async () =>
    stream({
      pull: (parts) => {
        made++;
        parts.enqueue(part);
      },
      cancel: () => void (isCancelled = true),
    }),
  ),
  failing: createEndpoint('/failing', { method: 'GET' }, async () => {
    let left = 3;
    return stream({
      pull(parts) {
        if (left-- === 0) throw new Error('hunter2');
        parts.enqueue(part);
      },
    });
  }),
};

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp({ endpoints });
});
afterAll(() => http.close());

test.each([10, 65_536, 1_000_000, 20_000_000])('[HT13] an answer of %i bytes is whole', async (size) => {
  const { text } = (await (await fetch(`${http.url}/long/${size}`)).json()) as { text: string };
  expect(text).toHaveLength(size);
});

test('[HT13] a stream that many wait for is no leak that Node would warn of', async () => {
  const warnings: string[] = [];
  const warned = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', warned);
  expect((await (await fetch(`${http.url}/watched`)).text()).length).toBe(part.length);
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

test('[HT13] a stream of many parts comes whole', async () => {
  const response = await fetch(`${http.url}/parts`);
  expect(response.headers.get('content-type')).toBe('text/plain');
  expect((await response.text()).length).toBe(40 * part.length);
});

test('[HT13] a stream waits for its reader, and ends when the reader goes away', async () => {
  const [answer] = (await once(get(`${http.url}/endless`), 'response')) as [IncomingMessage];
  answer.pause();
  await until(() => made > 0);
  // the stream has its chance each time; sockets hold some megabytes, and no more is made
  for (let i = 0; i < 300; i++) await fetch(`${http.url}/long/10`);
  expect(made).toBeLessThan(300);
  answer.resume();
  await until(() => made > 500);
  answer.destroy();
  await until(() => isCancelled);
});

test('[HT13] a stream that fails is cut, and others are served', async () => {
  const response = await fetch(`${http.url}/failing`);
  await expect(response.text()).rejects.toThrow();
  expect((await fetch(`${http.url}/long/10`)).status).toBe(200);
});

test('[HT13] a client that takes nothing for long is cut, and the stream ends', async () => {
  let ended = false;
  const route = { pattern: 'none', limit: 'usual', bodyLimit: 0 } as const;
  const server = createServer((request, response) =>
    inRequest({ seen: { id: 'x', request, response, route } }, async () => {
      const endless: UnderlyingSource<Uint8Array> = {
        pull: (parts) => parts.enqueue(part),
        cancel: () => void (ended = true),
      };
      const { status } = await sendBody(new Response(new ReadableStream(endless)), 300);
      response.writeHead(status).end();
    }),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [IncomingMessage];
  answer.on('error', () => {});
  answer.pause();
  await until(() => ended);
  await new Promise((closed) => server.close(closed));
});
