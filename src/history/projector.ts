/** The durable consumer that brings every finished match into history, also where its room died before it could. */
import type { EventStream, Published, Subscription } from '../events/event-stream.ts';
import type { Fault, Finished } from './catch-up.ts';
import type { History } from './history.ts';
import { hasResult, resultEvent } from './summarize.ts';

export interface ProjectorDeps {
  readonly stream: Pick<EventStream, 'subscribe'>;
  readonly history: Pick<History, 'recordAll'>;
  /** Told of a match whose log can't become history; the others go on. */
  readonly fault: Fault;
}

/**
 * Subscribes as `history`. Each record that holds a result makes its match be read from the log and recorded, so
 * duplicates and a wrong order change nothing. What may pass (a database that doesn't answer) is thrown: the stream
 * calls again with its growing pause.
 */
export function startProjector({ stream, history, fault }: ProjectorDeps): Subscription {
  const recordAll = (records: readonly Published[]): Promise<void> =>
    history.recordAll(records.filter(hasResult).map(finishedBy), fault);
  return stream.subscribe('history', recordAll, [resultEvent]);
}

/** The record that holds the result is the last of its log. */
function finishedBy({ matchId, n, entries }: Published): Finished {
  return { matchId, entries: n + entries.length - 1 };
}
