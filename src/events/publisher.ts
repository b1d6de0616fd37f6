/**
 * Brings what the store commits to NATS: a durable subscription on the rows of the commits, whose cursor moves once NATS
 * has confirmed them. The game loop knows nothing of it: what NATS has not confirmed yet lies in the database.
 */
import type { Sql } from '../database/sql.ts';
import { Alarm } from './alarm.ts';
import type { Subscription } from './event-stream.ts';
import { isUnavailable, unavailable } from './nats-error.ts';
import type { NatsEventStream } from './nats-event-stream.ts';
import type { PostgresEventStream } from './postgres-event-stream.ts';
import type { RecordRow } from './record.ts';

export const PUBLISHER = 'publisher';
/** A cursor that is none: it says of which stream that of the publisher is. */
const STREAM = 'publisher:stream';
const LONG_MS = 3_600_000;

/** Whoever first sees another stream makes the publisher begin again; its reader of now loses its lease. */
const BEGIN_AGAIN = `
  with other as (
    insert into event_cursor as c (durable, position) values ('${STREAM}', $1)
    on conflict (durable) do update set position = excluded.position where c.position <> excluded.position
    returning 1
  )
  update event_cursor set position = 0, owner = null, owned_until = null
  where durable = '${PUBLISHER}' and exists (select from other)
  returning 1`;

export interface PublisherOptions {
  readonly sql: Sql;
  readonly local: PostgresEventStream;
  readonly nats: NatsEventStream;
  /** Told of what is left out of the stream in NATS (it's in the store), and of failures beside the subscription's own. */
  readonly onError: (error: unknown) => void;
}

export function startPublisher({ sql, local, nats, onError }: PublisherOptions): Subscription {
  let known: number | undefined;
  let isStopped = false;
  const changes = new Alarm();
  /** True: the stream in NATS is another one, and everything that the store has follows from the first. */
  const beginsAgain = async (): Promise<boolean> => {
    const { created } = nats;
    if (created === undefined || created === known) return false;
    const reset = await sql.query(BEGIN_AGAIN, [created]);
    known = created;
    return reset.length > 0;
  };
  const untilUp = async (): Promise<void> => {
    while (nats.created === undefined) {
      if (isStopped) throw unavailable('NATS does not answer');
      await changes.wait(LONG_MS);
      changes.reset();
    }
  };
  const repair = {
    missing: (matchId: string, from: number) => local.readRows(matchId, from),
    onHole: onError,
  };
  const publish = async (rows: readonly RecordRow[]): Promise<void> => {
    await untilUp();
    try {
      if (await beginsAgain()) return;
      await nats.publish(rows, repair);
      // while it was sent, too
      await beginsAgain();
    } catch (error) {
      // an outage is told once, by the stream itself
      if (nats.created !== undefined || !isUnavailable(error)) throw error;
      await publish(rows);
    }
  };
  const unwatch = nats.watch(() => {
    changes.ring();
    void beginsAgain().catch(onError);
  });
  const subscription = local.subscribeRows(PUBLISHER, publish);
  return {
    lag: () => subscription.lag(),
    async stop() {
      isStopped = true;
      changes.ring();
      unwatch();
      await subscription.stop();
    },
  };
}
