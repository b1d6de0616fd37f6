/** Replays and verification over HTTP, and the room `replay`, on what history has. */
import type { RequirePrincipal } from '../http/principal.ts';
import { replayEndpoints } from '../replays/endpoints.ts';
import { createVerification, type Verification } from '../replays/verification.ts';
import type { Verifier } from '../replays/verifier.ts';
import type { RecordedMatch, ReplaySource } from '../replays/ports.ts';
import type { ReplayServices } from '../replays/replay-services.ts';
import type { Config } from '../config.ts';
import type { Base } from './base.ts';

export function verificationOf(
  { history, logEvent }: Pick<Base, 'history' | 'logEvent'>,
  verifier: Verifier,
): Verification {
  return createVerification({
    readLog: history.log,
    verify: (match) => verifier.verify(match),
    flag: history.flag,
    logEvent,
  });
}

export function replayEndpointsOf(
  { history, games, log }: Pick<Base, 'history' | 'games' | 'log'>,
  requirePrincipal: RequirePrincipal,
  verification: Verification,
) {
  return replayEndpoints({
    requirePrincipal,
    readLog: history.log,
    readRecords: async (tenantId, id) => (await history.running(tenantId, id))?.records ?? [],
    readMoments: async (tenantId, id) => (await history.get(tenantId, id)).moments,
    games,
    verification,
    log,
  });
}

export function replayServices(
  { match }: Config,
  { clock, games, tokens, log, logEvent, ...base }: Base,
): ReplayServices {
  return {
    clock,
    games,
    source: replaySource(base),
    maxMessagesPerSecond: match.maxMessagesPerSecond,
    authenticate: (token) => tokens.verify(token),
    log,
    logEvent,
  };
}

/** Finished matches from history, running ones from the stream, as far as they are committed. */
function replaySource({ history, streams: { world } }: Pick<Base, 'history' | 'streams'>): ReplaySource {
  const finished = async (tenantId: string, matchId: string): Promise<RecordedMatch> => {
    // the log first: of a match that goes on it says so, where `get` knows of none
    const { entries } = await history.log(tenantId, matchId);
    const { moments } = await history.get(tenantId, matchId);
    return { entries, moments, isOver: true };
  };
  const running = async (tenantId: string, matchId: string): Promise<RecordedMatch | null> => {
    const match = await history.running(tenantId, matchId);
    if (!match) return null;
    const entries = match.records.flatMap((record) => record.entries);
    return { entries, moments: await world.readMoments(matchId), isOver: false };
  };
  return {
    load: (tenantId, matchId) =>
      finished(tenantId, matchId).catch((error: unknown) => {
        const { code } = error as { code?: unknown };
        if (code === 'history/not_over') return running(tenantId, matchId);
        if (code === 'history/not_found') return null;
        throw error;
      }),
    async more(matchId, from) {
      const records = await world.read(matchId, from);
      const entries = records.flatMap((record) => record.entries);
      return { entries, moments: await world.readMoments(matchId), isOver: false };
    },
  };
}
