/** What goes on by itself: waking matches whose time has come, and writing history. */
import { startSweeper } from '../cluster/sweeper.ts';
import { startProjector } from '../history/projector.ts';
import type { Base } from './base.ts';
import type { Closing } from './closing.ts';

export function startWorkers({ store, rooms, clock, log, stream, history }: Base, closing: Closing): void {
  closing.push(startSweeper({ store, rooms, clock, log }));
  const fault = (matchId: string, error: unknown): void =>
    log.error({ matchId, error }, 'a match can not become history');
  const projector = startProjector({ stream, history, fault });
  closing.push(() => projector.stop());
}
