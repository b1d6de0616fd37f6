import type { WhistTable } from '../rooms/whist/state.ts';
import type { HistoryMatch } from '../src/history/reader.ts';
import { DemoError } from './demo-error.ts';

/** History has exactly the scores that a client saw at the end. Throws DemoError. */
export function checkScores({ seats }: WhistTable, { players }: HistoryMatch): void {
  const seen = seats.map(({ account, score }) => `${account} ${score}`).join(', ');
  const kept = players.map(({ accountId, score }) => `${accountId} ${score}`).join(', ');
  if (seen !== kept) throw new DemoError(`history has other scores than a client saw: ${kept}, not ${seen}`);
}
