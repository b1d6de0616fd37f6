/** Traces into a collector of ours, and a plain HTTP server whose requests are observed. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpObserver, SeenRequest } from '../../src/http/observer.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { openTracing } from '../../src/ops/tracing.ts';
import { type Collector, startCollector } from '../support/otlp.ts';

export const traceId = '0af7651916cd43dd8448eb211c80319c';
export const parentId = 'b7ad6b7169203331';
export const sampled = `00-${traceId}-${parentId}-01`;
export const notSampled = `00-${traceId}-${parentId}-00`;

export type Lines = { level: string; msg: string; [field: string]: unknown }[];

/** `collector`: another than one that takes everything. */
export async function trace(share: number, given?: Pick<Collector, 'url'>) {
  const collector = await startCollector();
  const raw: string[] = [];
  const log = createLogger({ level: 'debug' }, { write: (line) => void raw.push(line) });
  const endpoint = given?.url ?? `${collector.url}/`;
  const { close, ...observers } = await openTracing({ endpoint, share, service: 'tests' }, { log });
  return {
    ...observers,
    collector,
    raw,
    get lines(): Lines {
      return raw.map((line) => JSON.parse(line));
    },
    close,
    /** What was collected, once all is there. */
    async end() {
      await close();
      await collector.close();
      return collector.spans;
    },
  };
}

export interface Served {
  readonly url: string;
  /** Stops, once every answer has gone out. */
  close(): Promise<void>;
}

/** Every request is one of `pattern`, with the id `r-1` where it names none. */
export async function serve(
  observer: HttpObserver,
  answer: (seen: SeenRequest) => unknown,
  pattern = '/v1/matches/:id',
): Promise<Served> {
  const answered: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    const id = String(request.headers['x-request-id'] ?? 'r-1');
    const seen: SeenRequest = {
      id,
      request,
      response,
      route: { pattern, limit: 'usual', bodyLimit: 0 },
    };
    answered.push(once(response, 'close'));
    observer.request(seen, () => void answer(seen));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await Promise.all(answered);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
