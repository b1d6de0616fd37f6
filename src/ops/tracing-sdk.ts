/** The OpenTelemetry SDK: the only file that loads it. Spans wait in a bounded queue, and go out as OTLP in JSON over HTTP. */
import { context, ROOT_CONTEXT, type TextMapGetter, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import { type Log, redact } from './logger.ts';
import { Outage } from './outages.ts';
import type { Carrier, Tracing } from './tracing.ts';
import { scope } from './tracing-context.ts';

/** For one batch, with all its tries; and for the last ones at the end. */
const exportMs = 2_000;
/** Characters of `traceparent` and `tracestate`; W3C asks for no more. */
const longestHeader = 512;

export interface Sdk extends Omit<Tracing, 'sampling'> {
  close(): Promise<void>;
}

export function openSdk({ endpoint, service }: NonNullable<Config['tracing']>, log: Log): Sdk {
  const outage = new Outage({
    what: 'the collector of traces',
    log,
    now: Date.now,
    explains: () => true,
  });
  const exporter = new OTLPTraceExporter({ url: tracesOf(endpoint), timeoutMillis: exportMs });
  const provider = new TracerProvider({
    resource: resourceOf(service),
    // which traces are kept is decided before a span is made: src/ops/tracing-sampling.ts
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor({ exporter: watched(exporter, outage) })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const propagator = new W3CTraceContextPropagator();
  return {
    tracer: provider.getTracer(scope),
    callerOf: (carrier) => propagator.extract(ROOT_CONTEXT, carrier, getter),
    async close() {
      trace.disable();
      context.disable();
      await atMost(exportMs, provider.shutdown());
    },
  };
}

function tracesOf(endpoint: string): string {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function resourceOf(service: string) {
  const own = { 'service.name': service, 'host.name': hostname(), 'process.pid': process.pid };
  return defaultResource().merge(resourceFromAttributes(own));
}

/** `tracestate` is any text of the caller's: it goes out with the span, so it is looked through, and a long one is none. */
const getter: TextMapGetter<Carrier> = {
  keys: (carrier) => Object.keys(carrier),
  get(carrier, key) {
    const value = carrier[key];
    if (typeof value !== 'string' || value.length > longestHeader) return undefined;
    return key === 'tracestate' ? redact(value) : value;
  },
};

function watched(exporter: SpanExporter, outage: Outage): SpanExporter {
  return {
    export(spans, done) {
      const sent = new Promise<void>((resolve, reject) =>
        exporter.export(spans, (result) => {
          done(result);
          if (result.code === ExportResultCode.SUCCESS) resolve();
          else reject(reasonOf(result));
        }),
      );
      outage.watch(() => sent).catch(() => {});
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Errors of the exporter may hold what a collector answered: only their code is told. */
function reasonOf({ error }: ExportResult): { readonly code: unknown } {
  const { code = 'no_answer' } = (error ?? {}) as { readonly code?: unknown };
  return { code };
}

/** Waits for `work`, but not longer than `ms`; how it ends does not matter. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
