/** The monitor, with the pages of matches: on the matchmaker, the stream, the store and history. */
import { matchMaker } from '@colyseus/core';
import type { RequestHandler } from 'express';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { createInspector, type Inspector, type InspectorDeps, type KeptMatch } from '../match/inspector.ts';
import type { MatchRoom } from '../match/match-room.ts';
import { matchPages } from '../ops/match-pages.ts';
import { adminMonitor } from '../ops/monitor.ts';
import type { Base } from './base.ts';

/** A process that has not answered by then is shown as silent. */
const answerMs = 1_000;
const TENANT_OF = 'select tenant_id as "tenantId" from matches where id = $1';

/** For express, at `/monitor`; `webFolder`: the built pages. */
export function monitorOf({ production }: Config, base: Base, webFolder: string): RequestHandler {
  const { tokens, logEvent } = base;
  const matches = matchPages({ inspector: inspectorOf(base), page: join(webFolder, 'monitor.html') });
  return adminMonitor({ tokens, logEvent, secureCookie: production, matches });
}

function inspectorOf({ games, streams, store, database, history, cluster, log }: Base): Inspector {
  return createInspector({
    games,
    rooms: roomsOf(cluster),
    stream: streams.world,
    isStored: async (matchId) => (await store.look(matchId)) !== null,
    kept: async (matchId) => {
      const [row] = await database.sql.query<{ tenantId: string }>(TENANT_OF, [matchId]);
      return row ? keptMatch(history, row.tenantId, matchId) : null;
    },
    log,
  });
}

function roomsOf(cluster: Base['cluster']): InspectorDeps['rooms'] {
  return {
    ids: async () =>
      cluster ? cluster.directory.ids() : (await matchMaker.query()).map(({ roomId }) => roomId),
    find: (ids) => matchMaker.findRoomsByIds(ids),
    inspect: async (matchId) =>
      matchMaker.remoteRoomCall<MatchRoom, 'inspect'>(matchId, 'inspect', [], answerMs),
  };
}

async function keptMatch(history: Base['history'], tenantId: string, matchId: string): Promise<KeptMatch> {
  const { header, entries } = await history.log(tenantId, matchId);
  return { tenantId, endedAt: Date.parse(header.endedAt), entries };
}
