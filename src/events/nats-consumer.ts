/** Where a subscription goes on in the stream, and the consumer that brings it what follows. */
import { type Consumer, DeliverPolicy } from '@nats-io/jetstream';
import type { Sql } from '../database/sql.ts';
import { NatsStreamError } from './nats-error.ts';
import type { NatsLink, Session } from './nats-link.ts';
import { type StreamNames, identityOf } from './nats-stream.ts';

/** A consumer that nobody asks is forgotten by the server. */
const FORGOTTEN_MS = 30_000;

/** Only from where it was found: another may have taken over meanwhile. */
const MOVE_CURSOR =
  'update event_cursor set position = $2 where durable = $1 and position = $3 returning position';

/** Positions are of one stream: that which was made at this time. */
export function cursorName(created: number, durable: string): string {
  return `nats:${created}:${durable}`;
}

export function consumerAfter({ js }: Session, names: StreamNames, after: number): Promise<Consumer> {
  return js.consumers.get(names.stream, {
    filter_subjects: `${names.prefix}.*.events`,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    inactive_threshold: FORGOTTEN_MS,
  });
}

interface Place {
  readonly link: NatsLink;
  readonly names: StreamNames;
  readonly sql: Sql;
  readonly durable: string;
  readonly onError: (error: unknown) => void;
}

/**
 * What to go on after: the cursor, unless the stream begins later, or ends before it; then the cursor is moved, and that
 * is told. Null where the stream is another one by now, or another has moved the cursor.
 */
export async function startAfter(
  { link, names, sql, durable, onError }: Place,
  { created }: Session,
  cursor: number,
): Promise<number | null> {
  const info = await link.run(({ jsm }) => jsm.streams.info(names.stream));
  if (identityOf(info) !== created) {
    await link.refresh();
    return null;
  }
  const { first_seq, last_seq } = info.state;
  const start = Math.min(cursor === 0 ? 0 : Math.max(cursor, first_seq - 1), last_seq);
  if (start === cursor) return cursor;
  const moved = await sql.query(MOVE_CURSOR, [cursorName(created, durable), start, cursor]);
  if (moved.length === 0) return null;
  onError(
    start < cursor
      ? new NatsStreamError(
          'stream/cursor',
          `the cursor is at ${cursor}, and the stream has lost its end: at ${last_seq} goes on what comes`,
        )
      : new NatsStreamError(
          'stream/forgotten',
          `the cursor is at ${cursor}, and the stream begins at ${first_seq}: what was between is not read`,
        ),
  );
  return start;
}
