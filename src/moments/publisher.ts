/** Where moments go: onto the stream, and then into the table `match_moment`, which keeps them for ever. */
import type { Sql } from '../database/sql.ts';
import type { EventStream, Moment } from '../events/event-stream.ts';
import { writeMoments } from '../events/moment-rows.ts';

/** Throws where stream or database don't answer: then the same again. */
export interface MomentPublisher {
  /**
   * The number of the last moment of a match that is on the stream. To be asked where some may have been published so long
   * ago that the stream doesn't notice duplicates of them.
   */
  lastOnStream(matchId: string): Promise<number>;
  /**
   * Puts those that the stream doesn't have (`missing`, some of `moments`) there, of each match in order; and then all into
   * the table. Resolves with those that are new in the table, whoever asks.
   */
  publish(moments: readonly Moment[], missing: readonly Moment[]): Promise<readonly Moment[]>;
}

export interface PublisherDeps {
  readonly sql: Sql;
  /** The stream beside the database; null where the table is the stream. */
  readonly stream: Pick<EventStream, 'appendMoments' | 'readMoments'> | null;
}

/** The table comes last, so that its row says that all is done: after a crash in between the moments come again, and are new then. */
export function createMomentPublisher({ sql, stream }: PublisherDeps): MomentPublisher {
  return {
    async lastOnStream(matchId) {
      if (!stream) return Infinity;
      return (await stream.readMoments(matchId)).at(-1)?.number ?? 0;
    },
    async publish(moments, missing) {
      if (missing.length > 0) await stream?.appendMoments(missing);
      return writeMoments(sql, moments);
    },
  };
}
