/** The metrics of a server, and their text for Prometheus. The one file that knows prom-client. */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { HttpObserver } from '../http/observer.ts';
import type { MatchObserver } from '../match/observer.ts';
import type { GuardObserver } from '../resilience/observer.ts';
import { eventMetrics } from './event-metrics.ts';
import type { LogEvent } from './events.ts';
import { guardMetrics } from './guard-metrics.ts';
import { httpMetrics } from './http-metrics.ts';
import { createInstruments } from './instruments.ts';
import { matchMetrics } from './match-metrics.ts';
import { readSources, type Sources } from './metric-sources.ts';
import { watchSockets } from './socket-metrics.ts';
import type { Instrument } from './tallies.ts';

export interface Metrics {
  readonly matches: MatchObserver;
  readonly http: HttpObserver;
  readonly guards: GuardObserver;
  /** Counts a business event: for createEvents. */
  readonly event: LogEvent;
  /** Counts the sockets of a WebSocketTransport; one that has left `mostMissed` pings unanswered is cut by its heartbeat. */
  watchSockets(transport: object, mostMissed: number): void;
  /** Where a scrape finds what is not counted but looked up; what is given later joins what is there. */
  readFrom(sources: Sources): void;
  /** The text of a scrape (Prometheus' exposition format 0.0.4). */
  text(): Promise<string>;
  readonly contentType: string;
}

/** `games`: names of those that can be played. */
export function createMetrics({ games }: { readonly games: readonly string[] }): Metrics {
  const instruments = createInstruments();
  const ofProcess = processRegistry();
  const registry = new Registry();
  for (const instrument of Object.values(instruments)) registry.registerMetric(asMetric(instrument));
  const sources: { -readonly [K in keyof Sources]: Sources[K] } = {};
  return {
    matches: matchMetrics(instruments, games),
    http: httpMetrics(instruments),
    guards: guardMetrics(instruments),
    event: eventMetrics(instruments, games),
    watchSockets(transport, mostMissed) {
      sources.sockets = watchSockets(transport, mostMissed, instruments);
    },
    readFrom: (given) => void Object.assign(sources, given),
    async text() {
      await readSources(instruments, sources);
      const texts = await Promise.all([registry.metrics(), ofProcess.metrics()]);
      return texts.join('\n');
    },
    contentType: registry.contentType,
  };
}

/** prom-client asks a metric for its name, and for its values at each scrape. */
function asMetric(instrument: Instrument): Metric {
  const { name, help, type } = instrument;
  const get = async () => ({ name, help, type, values: instrument.samples() });
  return { name, help, type, get } as unknown as Metric;
}

/** Three walks over all sockets that tell nothing more than how many there are. */
const unwanted = /^nodejs_active_/;
let observed: Registry | undefined;

/** Memory, CPU, lag of the event loop, garbage collection: observed once, however many servers a process starts. */
function processRegistry(): Registry {
  if (observed) return observed;
  observed = new Registry();
  collectDefaultMetrics({ register: observed });
  for (const { name } of observed.getMetricsAsArray())
    if (unwanted.test(name)) observed.removeSingleMetric(name);
  return observed;
}
