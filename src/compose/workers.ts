/** What goes on by itself: waking matches, writing history, finding moments, publishing, forgetting what is old. */
import { matchMaker } from '@colyseus/core';
import { startSweeper } from '../cluster/sweeper.ts';
import type { Subscription } from '../events/event-stream.ts';
import { PUBLISHER, startPublisher } from '../events/publisher.ts';
import { startRetention } from '../events/retention.ts';
import { startProjector } from '../history/projector.ts';
import type { MatchRoom } from '../match/match-room.ts';
import { startMoments } from '../moments/moments.ts';
import type { Base } from './base.ts';
import type { Closing } from './closing.ts';

/** With NATS, which keeps it for 90 days, the database needs a finished match's log no longer than this. */
const keepPublishedMs = 24 * 3_600_000;

/** Fills `base.readers`. */
export async function startWorkers(base: Base, closing: Closing): Promise<void> {
  const { store, rooms, clock, log } = base;
  closing.push(startSweeper({ store, rooms, clock, log }));
  const readers = {
    history: startHistory(base),
    moments: await startFinding(base),
    ...startPublishing(base),
  };
  for (const reader of Object.values(readers)) closing.push(() => reader.stop());
  Object.assign(base.readers, readers);
  closing.push(startForgetting(base));
}

function startHistory({ streams, history, log }: Base): Subscription {
  const fault = (matchId: string, error: unknown): void =>
    log.error({ matchId, error }, 'a match can not become history');
  return startProjector({ stream: streams.world, history, fault });
}

function startFinding({ database, streams, games, log }: Base): Promise<Subscription> {
  return startMoments({
    sql: database.sql,
    stream: streams.world,
    publishTo: streams.nats,
    games,
    presence: matchMaker.presence,
    roomOf: (matchId) => matchMaker.getLocalRoomById(matchId) as MatchRoom | undefined,
    log,
  });
}

function startPublishing({ database, streams: { local, nats }, log }: Base): Record<string, Subscription> {
  if (!nats) return {};
  const onError = (error: unknown): void => log.warn({ error }, 'something could not be published');
  return { [PUBLISHER]: startPublisher({ sql: database.sql, local, nats, onError }) };
}

function startForgetting({ database: { sql }, clock, streams, log }: Base): () => Promise<void> {
  const onError = (error: unknown): void => log.warn({ error }, 'old records could not be removed');
  return streams.nats
    ? startRetention({ sql, clock, onError, durables: [PUBLISHER], keepMs: keepPublishedMs })
    : startRetention({ sql, clock, onError, durables: ['history', 'moments'] });
}
