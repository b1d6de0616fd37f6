/** Records many matches at once, in batches that neither fill the memory nor hold up what ticks on this thread. */
import type { Database } from '../database/database.ts';
import { isRefusedData } from '../database/errors.ts';
import type { Published } from '../events/event-stream.ts';
import { HistoryError } from './history-error.ts';
import type { LogReader } from './logs.ts';
import { packMatch, type PackedMatch, writeMatches, writePacked } from './recorder.ts';
import { Slices } from './slices.ts';
import { summarize } from './summarize.ts';

/** A match of which the result has been seen. */
export interface Finished {
  readonly matchId: string;
  /** How long its log is. */
  readonly entries: number;
}

/** Told of a match whose log can't become history; the others go on. */
export type Fault = (matchId: string, error: unknown) => void;

/** Read, packed and written together: as many as have so many entries in all. */
const batchMatches = 32;
const batchEntries = 8_000;
/** While the database is busy with one batch, this thread is with another. */
const lanes = 2;

export class CatchUp {
  readonly #database: Database;
  readonly #readLogs: LogReader;

  constructor(database: Database, readLogs: LogReader) {
    this.#database = database;
    this.#readLogs = readLogs;
  }

  /** Throws where the database doesn't answer: then all of it may be asked for again. */
  async record(finished: readonly Finished[], fault: Fault): Promise<void> {
    const batches = batchesOf(await this.#missing(finished)).values();
    const work = async (): Promise<void> => {
      for (const batch of batches) await this.#recordBatch(batch, fault);
    };
    const ends = await Promise.allSettled(Array.from({ length: lanes }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Those that are not in history yet, each once. */
  async #missing(finished: readonly Finished[]): Promise<Finished[]> {
    const byId = new Map(finished.map((one) => [one.matchId, one]));
    const rows = await this.#database.sql.query<{ id: string }>(
      'select id from matches where id = any($1::uuid[])',
      [[...byId.keys()]],
    );
    for (const { id } of rows) byId.delete(id);
    return [...byId.values()];
  }

  async #recordBatch(batch: readonly Finished[], fault: Fault): Promise<void> {
    const logs = await this.#read(batch, fault);
    const packing: Promise<PackedMatch | null>[] = [];
    const slices = new Slices();
    for (const [matchId, records] of logs) {
      packing.push(
        this.#unlessFinal(matchId, fault, async () => {
          const summary = summarize(records);
          return summary && packMatch(summary);
        }),
      );
      await slices.next();
    }
    const packed = (await Promise.all(packing)).filter((one) => one !== null);
    await this.#write(packed, fault);
  }

  async #read(batch: readonly Finished[], fault: Fault): Promise<ReadonlyMap<string, readonly Published[]>> {
    try {
      return await this.#readLogs(batch.map(({ matchId }) => matchId));
    } catch (error) {
      if (!isFinal(error)) throw error;
      const logs = new Map<string, readonly Published[]>();
      for (const { matchId } of batch) {
        const read = await this.#unlessFinal(matchId, fault, () => this.#readLogs([matchId]));
        for (const [id, log] of read ?? []) logs.set(id, log);
      }
      return logs;
    }
  }

  async #write(packed: readonly PackedMatch[], fault: Fault): Promise<void> {
    try {
      await writeMatches(this.#database.sql, packed);
    } catch (error) {
      if (!isFinal(error)) throw error;
      for (const one of packed)
        await this.#unlessFinal(one.match.id, fault, () => writePacked(this.#database, one));
    }
  }

  async #unlessFinal<T>(matchId: string, fault: Fault, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!isFinal(error)) throw error;
      fault(matchId, error);
      return null;
    }
  }
}

/** The log itself can't be read or written: calling again would only hold up all other matches. */
function isFinal(error: unknown): boolean {
  return error instanceof HistoryError || isRefusedData(error);
}

function batchesOf(finished: readonly Finished[]): Finished[][] {
  const batches: Finished[][] = [];
  let entries = 0;
  for (const one of finished) {
    const batch = batches.at(-1);
    entries += one.entries;
    if (batch && batch.length < batchMatches && entries <= batchEntries) batch.push(one);
    else {
      batches.push([one]);
      entries = one.entries;
    }
  }
  return batches;
}
