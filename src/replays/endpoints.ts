/** Replays over HTTP. Whose matches are read is in the token alone. */
import { createEndpoint } from '@colyseus/core';
import type { Published } from '../events/event-stream.ts';
import { ApiError } from '../http/errors.ts';
import { requireMatch, type RequirePrincipal } from '../http/principal.ts';
import { whenAnswered } from '../http/request-context.ts';
import type { Log } from '../ops/logger.ts';
import { findEngine, type PlayedGame } from './engines.ts';
import type { ReplayMoment } from './lines.ts';
import type { ReadMatchLog } from './match-log.ts';
import { Openings } from './openings.ts';
import { eventSource } from './replay-events.ts';
import { replayResponse } from './replay-response.ts';
import type { Verification } from './verification.ts';

export interface ReplayEndpointsDeps {
  readonly requirePrincipal: RequirePrincipal;
  readonly readLog: ReadMatchLog;
  /** What is left of what a match of a tenant published; may be nothing, or fail. */
  readRecords(tenantId: string, matchId: string): Promise<readonly Published[]>;
  /** The key moments of a match of a tenant, in their order. */
  readMoments(tenantId: string, matchId: string): Promise<readonly ReplayMoment[]>;
  readonly games: readonly PlayedGame[];
  readonly verification: Verification;
  readonly log: Pick<Log, 'error'>;
}

/** GET /v1/matches/:id/replay → JSON lines, POST /v1/matches/:id/verify → Verified. */
export function replayEndpoints(deps: ReplayEndpointsDeps) {
  const { requirePrincipal, readLog, readRecords, readMoments, games, verification } = deps;
  const openings = new Openings();
  return {
    getReplay: createEndpoint('/v1/matches/:id/replay', { method: ['GET', 'HEAD'] }, async (context) => {
      const principal = requirePrincipal(context);
      const { tenantId, accountId } = principal;
      const { id } = context.params;
      requireMatch(principal, id);
      // a log is in memory as long as it is sent
      whenAnswered(openings.take(tenantId, accountId));
      const log = await readLog(tenantId, id).catch((error: unknown) => refuse(deps.log, id, error));
      // where the stream is away, or has forgotten a part, events follow from the log
      const records = await readRecords(tenantId, id).catch(() => []);
      const moments = await readMoments(tenantId, id);
      const events = eventSource(log, records, () => findEngine(games, log.header));
      return replayResponse(
        { log, events, moments },
        {
          isHead: context.request?.method === 'HEAD',
          header: context.getHeader,
          fault: (error) => deps.log.error({ matchId: id, error }, 'a replay broke off'),
        },
      );
    }),
    verifyMatch: createEndpoint('/v1/matches/:id/verify', { method: 'POST' }, async (context) => {
      const principal = requirePrincipal(context);
      const { tenantId } = principal;
      requireMatch(principal, context.params.id);
      return verification.verify(tenantId, context.params.id);
    }),
  };
}

/** A record that can't be read is no fault of whoever asks, but they are told what it is. */
function refuse(log: Pick<Log, 'error'>, matchId: string, error: unknown): never {
  if ((error as { code?: unknown }).code !== 'history/bad_log') throw error;
  log.error({ matchId, error }, 'a replay record can not be read');
  throw new ApiError(
    422,
    'history/bad_log',
    'the record of this match is damaged: verify it, and tell the operator',
  );
}
