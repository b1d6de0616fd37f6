import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { games } from '../../rooms/index.ts';
import type { Database } from '../../src/database/database.ts';
import { type ExportDeps, exportMatches } from '../../src/history/export.ts';
import type { Scan } from '../../src/history/scan.ts';
import type { MatchEvent } from '../../src/match/engine.ts';
import { findEngine } from '../../src/replays/engines.ts';
import { eventSource } from '../../src/replays/replay-events.ts';
import { Progress } from './progress.ts';
import { localRows } from './rows.ts';

/** The exit code: 1 where the events of a match could not be had. */
export async function exportHistory(
  database: Database,
  scan: Scan,
  out: string | undefined,
): Promise<number> {
  const progress = new Progress('exported');
  let faults = 0;
  const fault = (matchId: string, error: unknown): void => {
    faults++;
    progress.tell(`match ${matchId} has no events: ${(error as Error).message}`);
  };
  const deps = { database, rows: localRows(database), eventsOf, fault };
  const texts = counted(exportMatches(deps, scan), progress);
  try {
    await write(texts, out);
  } finally {
    // whoever reads may have enough in the middle of a match: that one is finished before the database is closed
    await texts.return(undefined);
  }
  progress.end();
  return faults > 0 ? 1 : 0;
}

export const eventsOf: ExportDeps['eventsOf'] = async (log, records) => {
  const source = eventSource(log, records, () => findEngine(games, log.header));
  const events: MatchEvent[] = [];
  for (const entry of log.entries) events.push(...(await source.next(entry)));
  return { kind: source.kind, events };
};

async function* counted(texts: AsyncIterable<string>, progress: Progress): AsyncGenerator<string> {
  for await (const text of texts) {
    yield text;
    progress.count();
  }
}

/** A file has its name once it is whole. */
async function write(texts: AsyncIterable<string>, out: string | undefined): Promise<void> {
  const source = Readable.from(texts);
  if (out === undefined) return pipeline(source, process.stdout, { end: false }).catch(unlessClosed);
  const part = `${out}.part`;
  try {
    const file = createWriteStream(part);
    await (out.endsWith('.gz') ? pipeline(source, createGzip(), file) : pipeline(source, file));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Whoever reads may have enough, as `head` has. */
function unlessClosed(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'EPIPE') throw error;
}
