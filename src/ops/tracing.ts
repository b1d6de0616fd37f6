/** OpenTelemetry traces of HTTP requests and of commands. The SDK is loaded only where they go somewhere. */
import type { Context, Tracer } from '@opentelemetry/api';
import type { Config } from '../config.ts';
import type { HttpObserver } from '../http/observer.ts';
import { type MatchObserver, nobody } from '../match/observer.ts';
import type { Log } from './logger.ts';
import { nobodyHttp } from './observers.ts';
import { traceHttp } from './tracing-http.ts';
import { traceMatches } from './tracing-match.ts';
import { Sampling } from './tracing-sampling.ts';

/** Where a caller says of which span it is a part: headers, or the like of them. */
export type Carrier = Readonly<Record<string, string | string[] | undefined>>;

/** What spans are made with. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly sampling: Sampling;
  /** Holds the span of the caller where a valid one is named. */
  callerOf(carrier: Carrier): Context;
}

export interface OpenTracing {
  readonly httpObserver: HttpObserver;
  readonly matchObserver: MatchObserver;
  /** Sends what there is, for 2 s at most. Never rejects. */
  close(): Promise<void>;
}

/** One at a time in a process: what is active in a context is known process-wide. */
export async function openTracing(settings: Config['tracing'], { log }: { log: Log }): Promise<OpenTracing> {
  if (!settings) return { httpObserver: nobodyHttp, matchObserver: nobody, close: async () => {} };
  const { openSdk } = await import('./tracing-sdk.ts');
  const { close, ...sdk } = openSdk(settings, log);
  const tracing = { ...sdk, sampling: new Sampling(settings) };
  return { httpObserver: traceHttp(tracing), matchObserver: traceMatches(tracing), close };
}
