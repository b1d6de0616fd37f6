/** Where moments go: onto the stream, and then into the table `match_moment`, which keeps them for ever. */
import type { Sql } from '../database/sql.ts';
import type { EventStream, Moment } from '../events/event-stream.ts';
import { writeMoments } from '../events/moment-rows.ts';

/**
 * Publishes moments, of each match in order; those that were published before are skipped. Resolves with those that are new,
 * whoever asks. Throws where stream or database don't answer: then the same again.
 */
export type PublishMoments = (moments: readonly Moment[]) => Promise<readonly Moment[]>;

export interface PublisherDeps {
  readonly sql: Sql;
  /** The stream beside the database; null where the table is the stream. */
  readonly stream: Pick<EventStream, 'appendMoments'> | null;
}

/** The table comes last, so that its row says that all is done: after a crash in between the moments come again, and are new then. */
export function createMomentPublisher({ sql, stream }: PublisherDeps): PublishMoments {
  return async (moments) => {
    await stream?.appendMoments(moments);
    return writeMoments(sql, moments);
  };
}
