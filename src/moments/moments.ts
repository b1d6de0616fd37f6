/** The service: key moments of all matches, found in their logs, kept, and told to their clients. Rules with ids in SPEC.md. */
import type { Presence } from '@colyseus/core';
import type { Sql } from '../database/sql.ts';
import type { EventStream, Subscription } from '../events/event-stream.ts';
import type { MomentRules } from '../match/moment-rules.ts';
import type { Log } from '../ops/logger.ts';
import { startMomentDetector } from './detector.ts';
import { createMomentPublisher, type PublisherDeps } from './publisher.ts';
import { announceMoments, listenMoments, type MomentRoom } from './tell.ts';

export interface MomentsDeps {
  readonly sql: Sql;
  /** Where matches are read. */
  readonly stream: Pick<EventStream, 'subscribe' | 'read'>;
  /** Where moments are published beside the table; null where the table is the stream. */
  readonly publishTo: PublisherDeps['stream'];
  readonly games: readonly { readonly name: string; readonly moments?: MomentRules }[];
  readonly presence: Pick<Presence, 'publish' | 'subscribe' | 'unsubscribe'>;
  /** The room of a match, where it is in this process. */
  readonly roomOf: (matchId: string) => MomentRoom | undefined;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

/** Starts finding moments, and telling those of the matches whose rooms are here. */
export async function startMoments(deps: MomentsDeps): Promise<Subscription> {
  const { sql, stream, publishTo, games, presence, roomOf, log } = deps;
  const notTold = (error: unknown): void => log.warn({ error }, 'moments could not be told');
  const stopListening = await listenMoments(presence, roomOf, notTold);
  const detector = startMomentDetector({
    stream,
    rules: new Map(games.flatMap(({ name, moments }) => (moments ? [[name, moments] as const] : []))),
    publish: createMomentPublisher({ sql, stream: publishTo }),
    told: announceMoments(presence, notTold),
    fault: (matchId, error) => log.error({ matchId, error }, 'no more moments are looked for in a match'),
  });
  return {
    lag: () => detector.lag(),
    async stop() {
      await detector.stop();
      await stopListening();
    },
  };
}
