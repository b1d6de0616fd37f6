/**
 * A finished log as one record that outlives the stream: a version byte, then zstd of JSON with one tuple an entry.
 * Places follow from the order. Ids of commands are left out: they serve retries, which end with the match, and would be
 * most of the record, since random text doesn't compress.
 */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Entry } from '../match/engine.ts';
import { HistoryError } from './history-error.ts';

type EntryTuple = [t: number, type: string, seat: number | null, data: unknown];

const currentVersion = 1;
// off the main thread: a long log takes milliseconds
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Packs a whole log, entries 1, 2, 3 … */
export async function encodeReplay(log: readonly Entry[]): Promise<Buffer> {
  const tuples = log.map(({ t, type, seat, data }): EntryTuple => [t, type, seat, data]);
  return Buffer.concat([Buffer.of(currentVersion), await compress(JSON.stringify(tuples))]);
}

/** The log again, without command ids. Throws HistoryError `history/bad_log` for what `encodeReplay` has not made. */
export async function decodeReplay(record: Uint8Array): Promise<Entry[]> {
  if (record[0] !== currentVersion)
    throw new HistoryError('history/bad_log', `this server reads replays of version 1, not ${record[0]}`);
  const tuples = await unpack(record.subarray(1));
  return tuples.map(([t, type, seat, data], i) => ({ n: i + 1, t, type, seat, data }));
}

async function unpack(packed: Uint8Array): Promise<EntryTuple[]> {
  try {
    return JSON.parse((await decompress(packed)).toString()) as EntryTuple[];
  } catch (error) {
    throw new HistoryError('history/bad_log', 'a replay record is damaged', error);
  }
}
