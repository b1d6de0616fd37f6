/** The durable consumer that brings every finished match into history, also where its room died before it could. */
import { isRefusedData } from '../database/errors.ts';
import type { EventStream, Published, Subscription } from '../events/event-stream.ts';
import { HistoryError } from './history-error.ts';
import type { History } from './history.ts';
import { hasResult, resultEvent } from './summarize.ts';

export interface ProjectorDeps {
  readonly stream: Pick<EventStream, 'subscribe'>;
  readonly history: Pick<History, 'record'>;
  /** Told of a match whose log can't become history; the others go on. */
  readonly fault: (matchId: string, error: unknown) => void;
}

/**
 * Subscribes as `history`. Each record that holds a result makes its match be read from the log and recorded, so
 * duplicates and a wrong order change nothing. What may pass (a database that doesn't answer) is thrown: the stream
 * calls again with its growing pause.
 */
export function startProjector({ stream, history, fault }: ProjectorDeps): Subscription {
  const record = async ({ matchId }: Published): Promise<void> => {
    try {
      await history.record(matchId);
    } catch (error) {
      if (!isFinal(error)) throw error;
      fault(matchId, error);
    }
  };
  const recordAll = async (records: readonly Published[]): Promise<void> => {
    for (const published of records.filter(hasResult)) await record(published);
  };
  return stream.subscribe('history', recordAll, [resultEvent]);
}

/** The log itself can't be written: calling again would only hold up all other matches. */
function isFinal(error: unknown): boolean {
  return error instanceof HistoryError || isRefusedData(error);
}
