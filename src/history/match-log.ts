/** The log of a finished match, from its replay record. */
import { z } from 'zod';
import type { Database } from '../database/database.ts';
import type { Entry, MatchSetup } from '../match/engine.ts';
import { MatchReplay } from './entities.ts';
import { HistoryError } from './history-error.ts';
import type { FoundMatch, HistoryPlayer } from './reader.ts';
import { decodeReplay, type FinishedLog } from './replay-record.ts';

export interface MatchLog extends FinishedLog {
  readonly header: MatchLogHeader;
}

export interface MatchLogHeader extends MatchSetup {
  readonly id: string;
  readonly mode: string;
  /** ISO dates in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly players: readonly HistoryPlayer[];
  /** Whether playing it again gave the same; null where nobody has. */
  readonly verified: boolean | null;
  readonly flaw: string | null;
}

/** Throws HistoryError `history/bad_log` where the record is not there, damaged, or not of this match. */
export async function readLog(
  database: Pick<Database, 'em'>,
  tenantId: string,
  { id, mode, startedAt, endedAt, players, verified, flaw, game }: FoundMatch,
): Promise<MatchLog> {
  const filters = { tenant: { tenantId } };
  const replay = await database.em().findOne(MatchReplay, { match: id }, { filters });
  if (!replay) throw badLog('is not there');
  const log = await decodeReplay(replay.log);
  if (log.entries.length !== replay.entries) throw badLog(`has not ${replay.entries} entries`);
  const setup = setupOf(log.entries);
  if (setup.game !== game) throw badLog(`is of ${setup.game}, not of ${game}`);
  return { header: { id, ...setup, mode, startedAt, endedAt, players, verified, flaw }, ...log };
}

const setupSchema = z.object({
  game: z.string(),
  version: z.string(),
  options: z.looseObject({ mode: z.string(), turnMs: z.number(), botDelayMs: z.number() }),
  seed: z.string(),
});

/** The data of the first entry of every log. */
export function setupOf([create]: readonly Entry[]): MatchSetup {
  const setup = create?.type === 'create' ? setupSchema.safeParse(create.data) : null;
  if (!setup?.success) throw badLog('does not begin with the entry create');
  return setup.data;
}

function badLog(what: string): HistoryError {
  return new HistoryError('history/bad_log', `the replay record of this match ${what}`);
}
