/** The event stream: the rows of the database, and beside them NATS where there is one. */
import type { Config } from '../config.ts';
import type { Sql } from '../database/sql.ts';
import type { EventStream } from '../events/event-stream.ts';
import { type NatsEventStream, openNatsEventStream } from '../events/nats-event-stream.ts';
import { isUnavailable } from '../events/nats-error.ts';
import { openEventStream, type PostgresEventStream } from '../events/postgres-event-stream.ts';
import { systemClock } from '../match/clock.ts';
import type { Log } from '../ops/logger.ts';
import { Outage } from '../ops/outages.ts';
import type { Guards } from '../resilience/guards.ts';
import type { Closing } from './closing.ts';
import { guardNats } from './guards.ts';

export interface Streams {
  /** What the store commits. */
  readonly local: PostgresEventStream;
  readonly nats: NatsEventStream | null;
  /** What consumers subscribe to. Logs are read near at hand first: from NATS one takes tens of milliseconds. */
  readonly world: Pick<EventStream, 'subscribe' | 'read' | 'readMoments'>;
}

export interface StreamDeps {
  readonly sql: Sql;
  readonly log: Log;
  readonly guards: Guards;
}

export function openStreams(
  { nats: { url } }: Config,
  { sql, log, guards }: StreamDeps,
  closing: Closing,
): Streams {
  const outage = new Outage({
    what: 'NATS',
    log,
    now: systemClock.now,
    explains: isUnavailable,
    isTold: true,
  });
  const quiet = outage.quiet(log);
  const onError = (durable: string, error: unknown): void =>
    quiet.warn(
      { durable, error },
      'a consumer of the stream failed, and tries again, or passes over what it names',
    );
  const local = openEventStream({ sql, onError });
  closing.push(() => local.close());
  if (url === null) return { local, nats: null, world: local };
  const guard = guardNats(guards);
  const nats = openNatsEventStream({
    url,
    sql,
    onError,
    guard: (work) => guard.run(work),
    onDown(error) {
      outage.down(error);
      guards.tell(guard.name, 'open');
    },
    onUp() {
      outage.up();
      guards.tell(guard.name, 'closed');
    },
  });
  closing.push(() => nats.close());
  return { local, nats, world: worldOf(local, nats) };
}

function worldOf(local: PostgresEventStream, nats: NatsEventStream): Streams['world'] {
  return {
    subscribe: (durable, handler, events) => nats.subscribe(durable, handler, events),
    async read(matchId, from) {
      const rows = await local.read(matchId, from);
      return rows[0]?.n === (from ?? 1) ? rows : nats.read(matchId, from);
    },
    readMoments: (matchId) => local.readMoments(matchId),
  };
}
