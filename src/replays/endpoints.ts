/** Replays over HTTP. Whose matches are read is in the token alone. */
import { createEndpoint } from '@colyseus/core';
import { z } from 'zod';
import type { Published } from '../events/event-stream.ts';
import { api } from '../http/api.ts';
import { ApiError } from '../http/errors.ts';
import { requireMatch, type RequirePrincipal } from '../http/principal.ts';
import { whenAnswered } from '../http/request-context.ts';
import type { Log } from '../ops/logger.ts';
import { replayLine, verifiedMatch } from './answers.ts';
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

const described = {
  tag: 'replays',
  access: 'account',
  params: z.object({ id: z.string().meta({ format: 'uuid' }) }),
} as const;

const sameBytes = { ETag: 'Stands for these very bytes.' };

const read = {
  method: ['GET', 'HEAD'] as ('GET' | 'HEAD')[],
  metadata: api({
    ...described,
    summary: 'The whole of a finished match, as JSON lines',
    description:
      'After the result only, since it holds the seed. Each line has its `kind`; the last is `end`: who has no such line has not all.',
    headers: {
      'Accept-Encoding': 'With `gzip` the lines come compressed.',
      'If-None-Match': 'An ETag that was given before: 304 where nothing has changed.',
    },
    responses: {
      200: {
        description: 'Lines of JSON; the schema is that of each line',
        contentType: 'application/x-ndjson',
        schema: replayLine,
        headers: sameBytes,
      },
      304: { description: 'The caller has it already', headers: sameBytes },
    },
    errors: {
      'auth/forbidden': 403,
      'history/not_found': 404,
      'history/not_over': 409,
      'history/bad_log': 422,
      'replay/too_many': 429,
    },
  }),
} as const;

const verify = {
  method: 'POST',
  metadata: api({
    ...described,
    summary: 'Plays a finished match again, and compares all that was recorded of it',
    description: 'What is found is kept: history shows it as `verified` and `flaw`.',
    limit: 'strict',
    responses: { 200: { description: 'What was found', schema: verifiedMatch } },
    errors: {
      'auth/forbidden': 403,
      'history/not_found': 404,
      'history/not_over': 409,
      'replay/unknown_version': 409,
      'replay/busy': 503,
      'replay/too_long': 503,
    },
  }),
} as const;

/** GET /v1/matches/:id/replay → JSON lines, POST /v1/matches/:id/verify → Verified. */
export function replayEndpoints(deps: ReplayEndpointsDeps) {
  const { requirePrincipal, readLog, readRecords, readMoments, games, verification } = deps;
  const openings = new Openings();
  return {
    getReplay: createEndpoint('/v1/matches/:id/replay', read, async (context) => {
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
    verifyMatch: createEndpoint('/v1/matches/:id/verify', verify, async (context) => {
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
