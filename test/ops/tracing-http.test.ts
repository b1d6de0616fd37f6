import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { SeenRequest } from '../../src/http/observer.ts';
import { currentTraceId, traceQuery } from '../../src/ops/tracing-context.ts';
import { notSampled, parentId, sampled, serve, trace, traceId } from './tracing-support.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(share: number, answer: (seen: SeenRequest) => unknown = ok, pattern?: string) {
  const tracing = await trace(share);
  ends.push(tracing.close, tracing.collector.close);
  const { url, close } = await serve(tracing.httpObserver, answer, pattern);
  /** What was collected, once all has been answered and sent. */
  const spans = async () => {
    await close();
    ends.length = 0;
    return tracing.end();
  };
  ends.push(close);
  return { tracing, url, spans };
}

const ok = ({ response }: SeenRequest) => response.end('{}');
const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { headers }).then((a) => a.text());

describe('a request', () => {
  test('[TR2] [TR3] with a traceparent is a span of its trace, under its parent', async () => {
    const { url, spans } = await open(0);
    await get(`${url}/v1/matches/m-1?moment=x`, { traceparent: sampled, tracestate: 'vendor=1,other=2' });
    expect(await spans()).toEqual([
      expect.objectContaining({
        traceId,
        parentSpanId: parentId,
        traceState: 'vendor=1,other=2',
        name: 'GET /v1/matches/:id',
        kind: 2,
        status: 0,
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/v1/matches/:id',
          'http.response.status_code': 200,
          'url.scheme': 'http',
          'gamekeeper.request.id': 'r-1',
        },
      }),
    ]);
  });

  test('[TR2] without one is the root of a trace of its own; it begins before it ends, about now', async () => {
    const before = BigInt(Date.now() - 1_000) * 1_000_000n;
    const { url, spans } = await open(1);
    await Promise.all([get(url), get(url)]);
    const [one, other] = await spans();
    for (const span of [one!, other!]) {
      expect(span.parentSpanId).toBeUndefined();
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(span.start > before && span.end > span.start).toBe(true);
    }
    expect(one!.traceId).not.toBe(other!.traceId);
  });

  test('[TR2] a refusal has its code and is no error; a failure of the server is one', async () => {
    const { url, spans } = await open(1, (seen) => {
      seen.response.statusCode = seen.request.url === '/lost' ? 404 : 500;
      seen.refusedWith = seen.request.url === '/lost' ? 'history/not_found' : 'internal';
      seen.response.end();
    });
    await get(`${url}/lost`);
    await get(`${url}/broken`);
    const [lost, broken] = await spans();
    expect(lost).toMatchObject({ status: 0, attributes: { 'gamekeeper.code': 'history/not_found' } });
    expect(lost!.attributes).not.toHaveProperty('error.type');
    expect(broken).toMatchObject({
      status: 2,
      attributes: { 'http.response.status_code': 500, 'error.type': 'internal' },
    });
  });

  test('[TR2] where nothing is has no route, and an odd method is none of ours', async () => {
    const { url, spans } = await open(1, ok, 'none');
    await fetch(url, { method: 'PROPFIND' }).then((answer) => answer.text());
    const [span] = await spans();
    expect(span!.name).toBe('HTTP');
    expect(span!.attributes).toMatchObject({ 'http.request.method': '_OTHER' });
    expect(span!.attributes).not.toHaveProperty('http.route');
  });

  test('[TR2] that nobody waits for any more ends without a status', async () => {
    const came = Promise.withResolvers<void>();
    const { url, spans } = await open(1, () => came.resolve());
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await came.promise;
    socket.destroy();
    const [span] = await spans();
    expect(span!.attributes).not.toHaveProperty('http.response.status_code');
  });

  test('[TR3] a traceparent that is not valid counts as none, however it is made', async () => {
    const { url, spans } = await open(1);
    const bad = [
      '',
      'x',
      sampled.toUpperCase(),
      `00-${'0'.repeat(32)}-${parentId}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      `ff-${traceId}-${parentId}-01`,
      `${sampled}-more`,
      `${sampled}, ${sampled}`,
      `01-${traceId}-${parentId}-01-${'-'.repeat(8_000)}`,
      '-'.repeat(8_000),
      `00-${'0a'.repeat(4_000)}`,
    ];
    for (const traceparent of bad) await get(url, { traceparent, tracestate: 'vendor=1' });
    const all = await spans();
    expect(all).toHaveLength(bad.length);
    expect(new Set(all.map((span) => span.traceId)).size).toBe(bad.length);
    for (const span of all) {
      expect(span.traceId).not.toBe(traceId);
      expect(span).not.toHaveProperty('parentSpanId');
      expect(span).not.toHaveProperty('traceState');
    }
  });

  test('[TR3] a tracestate that is a bomb goes nowhere, the trace goes on', async () => {
    const { url, spans } = await open(0);
    const member = (i: number) => `v${i}=${'a'.repeat(60)}`;
    await get(url, {
      traceparent: sampled,
      tracestate: Array.from({ length: 120 }, (_, i) => member(i)).join(),
    });
    const [span] = await spans();
    expect(span!.traceId).toBe(traceId);
    expect(span).not.toHaveProperty('traceState');
  });

  test('[TR4] [TR6] beyond the bound, not kept by its caller, or out of luck: nothing goes out', async () => {
    const { url, tracing, spans } = await open(0);
    for (let i = 0; i < 5; i++) await get(url);
    for (let i = 0; i < 5; i++) await get(url, { traceparent: notSampled });
    expect(await spans()).toEqual([]);
    expect(tracing.collector.headers).toEqual([]);
  });

  test('[TR7] knows its trace id while it is answered, and queries are spans in it', async () => {
    const ids: (string | undefined)[] = [];
    const { url, spans } = await open(0, async (seen) => {
      await traceQuery('sql.query', async () => new Promise((resume) => setImmediate(resume)));
      await traceQuery('sql.query', () => Promise.reject(new Error('planted'))).catch(() => {});
      ids.push(currentTraceId());
      ok(seen);
    });
    await get(url, { traceparent: sampled });
    await get(url);
    const [first, second, request, ...more] = await spans();
    expect(ids).toEqual([traceId, undefined]);
    expect(more).toEqual([]);
    const query = {
      name: 'sql.query',
      traceId,
      parentSpanId: request!.spanId,
      kind: 3,
      attributes: { 'db.system.name': 'postgresql' },
    };
    expect(first).toMatchObject({ ...query, status: 0 });
    expect(second).toMatchObject({ ...query, status: 2 });
    expect(first!.start >= request!.start && second!.end <= request!.end).toBe(true);
  });

  test('[TR7] is left behind by what it began, once it is over', async () => {
    const later = Promise.withResolvers<string | undefined>();
    const { url, spans } = await open(1, (seen) => {
      seen.response.once('close', () =>
        setImmediate(() => void traceQuery('sql.query', async () => later.resolve(currentTraceId()))),
      );
      ok(seen);
    });
    await get(url);
    expect(await later.promise).toBeUndefined();
    expect(await spans()).toHaveLength(1);
  });

  test('[TR9] tells no token, no path, no query, no name and no address', async () => {
    const planted = 'planted-secret';
    const token = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(planted).toString('hex')}`;
    const { url, tracing, spans } = await open(0, (seen) => {
      seen.refusedWith = 'auth/invalid';
      seen.response.setHeader('Set-Cookie', planted);
      seen.response.statusCode = 503;
      seen.response.statusMessage = planted;
      seen.response.end(planted);
    });
    await get(`${url}/${planted}/${token}?token=${token}&name=${planted}`, {
      traceparent: sampled,
      tracestate: `vendor=${token}`,
      'x-request-id': token,
      authorization: `Bearer ${token}`,
      cookie: planted,
      referer: planted,
      'user-agent': planted,
      'x-forwarded-for': planted,
      'x-forwarded-proto': planted,
      baggage: `name=${planted}`,
    });
    expect(await spans()).toHaveLength(1);
    const bytes = tracing.collector.bodies.join();
    expect(bytes).toContain(traceId);
    for (const secret of [planted, 'eyJ', token.slice(24), '127.0.0.1']) expect(bytes).not.toContain(secret);
  });
});
