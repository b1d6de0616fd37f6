/** Where history finds logs: mostly in the rows near at hand, else in the stream, which may be far away. */
import { type EventStream, isBrokenLog, type Moment, type Published } from '../events/event-stream.ts';
import { HistoryError } from './history-error.ts';

/** Rows of the own database: src/events has them. */
export interface LocalRows {
  /** The logs of some matches, each in order; those without any record are left out. */
  readLogs(matchIds: readonly string[]): Promise<ReadonlyMap<string, readonly Published[]>>;
  /** The moments of some matches, of each in order. */
  readMoments(matchIds: readonly string[]): Promise<readonly Moment[]>;
}

/** The logs of matches; empty for a match that nobody knows. */
export type LogReader = (matchIds: readonly string[]) => Promise<ReadonlyMap<string, readonly Published[]>>;

/** Takes from `stream` what the rows don't have from its beginning on. Throws HistoryError `history/bad_log`. */
export function logReader(rows: Pick<LocalRows, 'readLogs'>, stream: Pick<EventStream, 'read'>): LogReader {
  async function read(matchIds: readonly string[]): Promise<Map<string, readonly Published[]>> {
    const near = await rows.readLogs(matchIds);
    const logs = new Map<string, readonly Published[]>();
    for (const matchId of matchIds) {
      const log = near.get(matchId);
      logs.set(matchId, log?.[0]?.n === 1 ? log : await stream.read(matchId));
    }
    return logs;
  }
  return (matchIds) => read(matchIds).catch(refuseBroken);
}

function refuseBroken(error: unknown): never {
  if (isBrokenLog(error)) throw new HistoryError('history/bad_log', (error as Error).message, error);
  throw error;
}

/** Where there is nothing but a stream. */
export function rowsOfStream(stream: Pick<EventStream, 'read' | 'readMoments'>): LocalRows {
  return {
    readLogs: async (matchIds) =>
      new Map(await Promise.all(matchIds.map(async (id) => [id, await stream.read(id)] as const))),
    readMoments: async (matchIds) => (await Promise.all(matchIds.map((id) => stream.readMoments(id)))).flat(),
  };
}
