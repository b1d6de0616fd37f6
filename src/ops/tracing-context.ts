/** The span of the request that is being answered. Costs next to nothing where there are no traces. */
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** Who made the spans: the instrumentation scope. */
export const scope = 'gamekeeper';

/** Of the request that is being answered, where its trace is kept: for lines of the log. */
export function currentTraceId(): string | undefined {
  return currentSpan()?.spanContext().traceId;
}

/** A span of its own for what is asked of the database, within a request whose trace is kept. Neither text nor values are told. */
export function traceQuery<T>(name: string, work: () => Promise<T>): Promise<T> {
  const parent = currentSpan();
  return parent ? traced(name, parent, work) : work();
}

/** Milliseconds since 1970, to the microsecond, of a time of `performance.now`. Rounded times would order spans wrongly. */
export const wallTime = (at = performance.now()): number => performance.timeOrigin + at;

/**
 * Not the one of a request that is over: what it began, such as a room with its timers, inherits its context, and lives
 * on for hours.
 */
function currentSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}

async function traced<T>(name: string, parent: Span, work: () => Promise<T>): Promise<T> {
  const options = {
    kind: SpanKind.CLIENT,
    startTime: wallTime(),
    attributes: { 'db.system.name': 'postgresql' },
  };
  const span = trace.getTracer(scope).startSpan(name, options, trace.setSpan(ROOT_CONTEXT, parent));
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end(wallTime());
  }
}
