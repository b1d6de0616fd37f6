/** Opens the replay that a client has asked for, or says why not, as matchmaking says it. */
import { ServerError } from '@colyseus/core';
import { notFound } from '../match/admission.ts';
import type { Log } from '../ops/logger.ts';
import { isBadLog } from './replay-error.ts';
import { Replay, type ReplayDeps } from './replay.ts';

interface Deps extends ReplayDeps {
  readonly log: Pick<Log, 'error'>;
}

export async function openReplay(deps: Deps, tenantId: string, matchId: string): Promise<Replay> {
  const replay = await Replay.open(deps, tenantId, matchId).catch((error: unknown) => {
    if (isBadLog(error)) deps.log.error({ matchId, error }, 'a log can not be played again');
    throw forMatchmaking(error);
  });
  if (!replay) throw notFound();
  return replay;
}

/** Matchmaking knows numbers only: the stable code stands in front of the message. */
export function forMatchmaking(error: unknown): unknown {
  const { code, status, message } = error as { code?: unknown; status?: number; message: string };
  if (typeof code !== 'string' || !/^(history|replay)\//.test(code)) return error;
  // a broken record is nothing that the next try heals
  const isRefusal = status !== undefined && status >= 400 && status < 500;
  return new ServerError(isRefusal ? status : 422, `${code}: ${message}`);
}
