/** The observer of the HTTP layer on a server of Node, which calls it as the layer does. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { SeenRequest } from '../../src/http/observer.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { until } from '../support/server.ts';
import { parseExposition } from './exposition.ts';

const route = { pattern: '/v1/matches/:id', limit: 'usual', bodyLimit: 65_536 } as const;
let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function start(handle: RequestListener, refusedWith?: string) {
  const metrics = createMetrics({ games: [] });
  let ended = 0;
  server = createServer((request, response) => {
    const seen: SeenRequest = { id: 'r1', request, response, route, ...(refusedWith && { refusedWith }) };
    metrics.http.request(seen, () => handle(request, response));
    response.once('close', () => ended++);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const scrape = async () => parseExposition(await metrics.text());
  return {
    url: `http://127.0.0.1:${port}/v1/matches/7?token=hunter2`,
    port,
    metrics,
    scrape,
    ended: () => ended,
  };
}

describe('metrics of HTTP', () => {
  test('[OP33] a request is counted by the pattern of its route, its method and the class of its status', async () => {
    const { url, scrape, ended } = await start((_request, response) => response.writeHead(204).end());
    await fetch(url);
    await fetch(url, { method: 'HEAD' });
    await until(() => ended() === 2, 'both have ended');
    const { value, series } = await scrape();
    for (const method of ['GET', 'HEAD'])
      expect(value('gamekeeper_http_requests_total', { route: route.pattern, method, status: '2xx' })).toBe(
        1,
      );
    expect(value('gamekeeper_http_request_duration_seconds_count', { route: route.pattern })).toBe(2);
    expect(series('gamekeeper_http_errors_total')).toEqual([]);
  });

  test('[OP33] a request that was refused is counted by its code', async () => {
    const code = 'http/too_many';
    const { url, scrape, ended } = await start((_request, response) => response.writeHead(429).end(), code);
    await fetch(url);
    await until(() => ended() === 1, 'it has ended');
    const { value } = await scrape();
    expect(value('gamekeeper_http_errors_total', { route: route.pattern, code })).toBe(1);
    expect(
      value('gamekeeper_http_requests_total', { route: route.pattern, method: 'GET', status: '4xx' }),
    ).toBe(1);
  });

  test('[OP31] [OP33] nothing that a client sent becomes a label', async () => {
    const { port, metrics, ended } = await start((_request, response) => response.writeHead(405).end());
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('MKCALENDAR /v1/hunter2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    );
    await until(() => ended() === 1, 'it has ended');
    const text = await metrics.text();
    expect(text).toContain('method="other"');
    expect(text).not.toMatch(/hunter2|MKCALENDAR/);
  });

  test('[OP33] of a client that was gone before the answer began there is no status', async () => {
    const { port, scrape, ended } = await start(() => socket.destroy());
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n'));
    await until(() => ended() === 1, 'it has ended');
    const labels = { route: route.pattern, method: 'GET', status: 'aborted' };
    expect((await scrape()).value('gamekeeper_http_requests_total', labels)).toBe(1);
  });

  test('[OP33] upgrades and what was no HTTP are counted by their code', async () => {
    const { metrics, scrape } = await start(() => {});
    metrics.http.upgrade(null);
    metrics.http.upgrade('http/foreign_origin');
    metrics.http.malformed('HPE_INVALID_METHOD');
    const { value } = await scrape();
    expect(value('gamekeeper_http_upgrades_total', { code: 'ok' })).toBe(1);
    expect(value('gamekeeper_http_upgrades_total', { code: 'http/foreign_origin' })).toBe(1);
    expect(value('gamekeeper_http_malformed_total', { code: 'HPE_INVALID_METHOD' })).toBe(1);
  });
});
