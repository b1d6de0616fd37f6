/** A collector of traces: takes OTLP in JSON over HTTP, and keeps what it gets, as it came. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  /** As OTLP counts: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  /** As OTLP counts: 0 unset, 2 error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Collector {
  readonly url: string;
  readonly port: number;
  /** Bodies of all requests that were answered with 200, and of all others their number. */
  readonly bodies: readonly string[];
  readonly refused: number;
  readonly headers: readonly IncomingHttpHeaders[];
  readonly spans: readonly CollectedSpan[];
  /** Status of its answers; 0: they never end. */
  status: number;
  /** What it answers. */
  answer: string;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let refused = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      headers.push(request.headers);
      const isTaken = collector.status === 200 && request.url === '/v1/traces';
      if (isTaken) bodies.push(body);
      else refused++;
      if (collector.status === 0) return drip(response);
      response.writeHead(isTaken ? 200 : collector.status, { 'Content-Type': 'application/json' });
      response.end(collector.answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const collector: Collector = {
    url: `http://127.0.0.1:${port}`,
    port,
    bodies,
    headers,
    status: 200,
    answer: '{}',
    get refused() {
      return refused;
    },
    get spans() {
      return bodies.flatMap(spansOf);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return collector;
}

/** So that nobody takes it for silence. */
function drip(response: ServerResponse): void {
  const dripping = setInterval(() => response.write(' '), 100);
  response.once('close', () => clearInterval(dripping));
}

interface OtlpSpan extends Omit<CollectedSpan, 'start' | 'end' | 'status' | 'attributes'> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

function spansOf(body: string): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(body) as {
    resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(plain)));
}

function plain({ startTimeUnixNano, endTimeUnixNano, status, attributes, ...span }: OtlpSpan): CollectedSpan {
  return {
    ...span,
    start: BigInt(startTimeUnixNano),
    end: BigInt(endTimeUnixNano),
    status: status.code,
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  };
}
