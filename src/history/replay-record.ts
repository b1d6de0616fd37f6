/**
 * A finished log as one record that outlives the stream: a version byte, then zstd of JSON lines: the hashes of states,
 * then blocks of entries in columns. Places follow from the order. Ids of commands are left out: they serve retries, which
 * end with the match, and would be most of the record, since random text doesn't compress. Version 1 is zstd of a JSON
 * array with one tuple an entry, without hashes.
 */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';
import type { Entry } from '../match/engine.ts';
import { columnsSchema, fromColumns, toColumns } from './columns.ts';
import { HistoryError } from './history-error.ts';
import { Slices } from './slices.ts';

/** What the state was, right after entry `n`: whoever plays the log again must find the same. */
export interface StateHash {
  readonly n: number;
  readonly hash: string;
}

/** The whole of a log that ended. */
export interface FinishedLog {
  /** Entries 1, 2, 3 … to the one that ended the match. */
  readonly entries: readonly Entry[];
  readonly hashes: readonly StateHash[];
}

const currentVersion = 2;
/** Packed and unpacked again in one go: a millisecond or two. */
const blockEntries = 2_048;
/** A day of Tetris takes about half of it. More is a bomb: no record unfolds beyond it, and none is made. */
const mostBytes = 64 * 1024 * 1024;

// off the main thread: a long log takes milliseconds; the checksum tells damage from data
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const params = { [constants.ZSTD_c_checksumFlag]: 1 };

const hashesSchema = z.array(z.tuple([z.int(), z.string()]));
const tuplesSchema = z.array(z.tuple([z.number(), z.string(), z.int().nullable(), z.unknown()]));

/** Throws HistoryError `history/bad_log` where it would be too large ever to be read. */
export async function encodeReplay({ entries, hashes }: FinishedLog): Promise<Buffer> {
  const slices = new Slices();
  const lines = [JSON.stringify(hashes.map(({ n, hash }) => [n, hash]))];
  for (let from = 0; from < entries.length; from += blockEntries) {
    lines.push(JSON.stringify(toColumns(entries.slice(from, from + blockEntries))));
    await slices.next();
  }
  const text = Buffer.from(lines.join('\n'));
  if (text.length > mostBytes) throw new HistoryError('history/bad_log', 'the log is too long for a record');
  // one that knows the size spares most of its memory, and nine tenths of the time
  const packed = await compress(text, { params, pledgedSrcSize: text.length });
  return Buffer.concat([Buffer.of(currentVersion), packed]);
}

/** The log again, without command ids. Throws HistoryError `history/bad_log` for what `encodeReplay` has not made. */
export async function decodeReplay(record: Uint8Array): Promise<FinishedLog> {
  const read = record[0] === 1 ? readVersion1 : record[0] === 2 ? readVersion2 : null;
  if (!read)
    throw new HistoryError('history/bad_log', `this server reads replays up to version 2, not ${record[0]}`);
  try {
    const unpacked = await decompress(record.subarray(1), { maxOutputLength: mostBytes });
    return await read(unpacked.toString());
  } catch (error) {
    throw new HistoryError('history/bad_log', 'a replay record is damaged', error);
  }
}

async function readVersion2(text: string): Promise<FinishedLog> {
  const slices = new Slices();
  const [first = '', ...blocks] = text.split('\n');
  const hashes = hashesSchema.parse(JSON.parse(first)).map(([n, hash]) => ({ n, hash }));
  const entries: Entry[] = [];
  for (const block of blocks) {
    for (const entry of fromColumns(columnsSchema.parse(JSON.parse(block)), entries.length + 1))
      entries.push(entry);
    await slices.next();
  }
  return { entries, hashes };
}

function readVersion1(text: string): FinishedLog {
  const tuples = tuplesSchema.parse(JSON.parse(text));
  const entries = tuples.map(([t, type, seat, data], i) => ({ n: i + 1, t, type, seat, data }));
  return { entries, hashes: [] };
}
