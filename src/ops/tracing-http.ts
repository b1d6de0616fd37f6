/**
 * A span for each request whose trace is kept, by the conventions for HTTP servers. No path and no query: they hold ids
 * and tokens; the pattern of the route stands for them.
 */
import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { IncomingMessage } from 'node:http';
import type { HttpObserver, SeenRequest } from '../http/observer.ts';
import { redact } from './logger.ts';
import { nobodyHttp } from './observers.ts';
import type { Tracing } from './tracing.ts';
import { wallTime } from './tracing-context.ts';

/** Any other would be a text of the client's. */
const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

export function traceHttp({ tracer, sampling, callerOf }: Tracing): HttpObserver {
  return {
    ...nobodyHttp,
    request(seen, handle) {
      const caller = callerOf(seen.request.headers);
      if (!sampling.keeps(trace.getSpanContext(caller))) return handle();
      const [name, attributes] = described(seen);
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.SERVER, startTime: wallTime(), attributes },
        caller,
      );
      seen.response.once('close', () => end(span, seen));
      context.with(trace.setSpan(ROOT_CONTEXT, span), handle);
    },
  };
}

function described({ id, request, route: { pattern } }: SeenRequest): [name: string, Attributes] {
  const given = request.method ?? '';
  const method = methods.has(given) ? given : '_OTHER';
  const verb = method === '_OTHER' ? 'HTTP' : method;
  const isRoute = pattern !== 'none';
  const attributes = {
    'http.request.method': method,
    // a caller may have named it
    'gamekeeper.request.id': redact(id),
    ...(isRoute && { 'http.route': pattern }),
  };
  return [isRoute ? `${verb} ${pattern}` : verb, attributes];
}

/** A client that went away before the answer began has no status. */
function end(span: Span, { request, response: { statusCode, headersSent }, refusedWith }: SeenRequest): void {
  const isFault = statusCode >= 500;
  span.setAttributes({
    'url.scheme': schemeOf(request),
    ...(headersSent && { 'http.response.status_code': statusCode }),
    ...(refusedWith !== undefined && { 'gamekeeper.code': refusedWith }),
    ...(isFault && { 'error.type': refusedWith ?? String(statusCode) }),
  });
  if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(wallTime());
}

/** As the client sees it. Headers of proxies that are not trusted are gone by the end of a request. */
function schemeOf({ headers, socket }: IncomingMessage): string {
  return headers['x-forwarded-proto'] === 'https' || 'encrypted' in socket ? 'https' : 'http';
}
