/** How much goes into the stream, and how fast one match comes out of it again, among ten thousand. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { migrate } from '../../src/database/migrate.ts';
import type { EventStream, Published } from '../../src/events/event-stream.ts';
import { openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { playTetris } from '../../test/history/games.ts';
import { hasNats, natsUrl, ownNames } from '../../test/support/nats.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { openStorage, type StorageKind } from '../storage.ts';

/** What a room of Tetris commits at a time. */
const commitMs = 250;
/** Records of one append: what the publisher reads at a time. */
const batch = 500;
const matchesAtOnce = 100;
const matches = 10_000;
const eventsOfOne = 100;
const reads = 50;

type Kind = StorageKind | 'NATS';

interface Bounds {
  readonly append?: Row['bound'];
  readonly read?: Row['bound'];
}

const bounds: Readonly<Record<Kind, Bounds>> = {
  NATS: { append: { atLeast: 100_000 }, read: { below: 100 } },
  PostgreSQL: { read: { below: 3 } },
  PGlite: { append: { atLeast: 25_000 } },
};

export async function stream(bench: Bench): Promise<Row[]> {
  const match = asCommitted(playTetris('bots', 60).records);
  const kinds: readonly Kind[] = [...(hasNats ? (['NATS'] as const) : []), ...bench.storages];
  const rows: Row[] = [];
  for (const kind of kinds)
    await withStream(kind, bench, async (opened) => {
      rows.push(await append(kind, bench, opened, match));
      rows.push(await readOne(kind, opened, match));
    });
  return rows;
}

async function append(
  kind: Kind,
  bench: Bench,
  opened: EventStream,
  match: readonly Published[],
): Promise<Row> {
  const values: number[] = [];
  let seconds = 0;
  let records = 0;
  for (let i = 0; i < bench.samples; i++) {
    const before = seconds;
    let events = 0;
    while ((seconds - before) * 1000 < bench.sampleMs)
      for (const part of interleaved(match, matchesAtOnce, batch)) {
        const started = performance.now();
        await opened.append(part);
        seconds += (performance.now() - started) / 1000;
        events += eventsIn(part);
        records += part.length;
      }
    values.push(events / (seconds - before));
  }
  return {
    figure: 'stream',
    what: 'entries and events into the stream, batched',
    unit: '/s',
    values,
    ...bounded(bounds[kind].append),
    note: `${kind}; of Tetris, ${(eventsIn(match) / match.length).toFixed(1)} a record, ${Math.round(records / seconds)} records/s`,
  };
}

async function readOne(kind: Kind, opened: EventStream, match: readonly Published[]): Promise<Row> {
  const end = match.findIndex((_, i) => eventsIn(match.slice(0, i + 1)) >= eventsOfOne);
  const log = match.slice(0, end + 1);
  const ids = Array.from({ length: matches }, () => randomUUID());
  // as it is when they are played at the same time: a commit of each after the other
  for (const record of log)
    for (let at = 0; at < ids.length; at += batch)
      await opened.append(ids.slice(at, at + batch).map((matchId) => ({ ...record, matchId })));
  const values: number[] = [];
  for (let i = 0; i < reads; i++) {
    const started = performance.now();
    const found = await opened.read(ids[(i * 6_151) % matches]!);
    values.push(performance.now() - started);
    if (eventsIn(found) !== eventsIn(log)) throw new Error(`${kind} has lost a part of a match`);
  }
  return {
    figure: 'stream',
    what: `a match of ${eventsIn(log)} entries and events among ${matches} matches, read`,
    unit: 'ms',
    values,
    ...bounded(bounds[kind].read),
    note: `${kind}; ${log.length} records`,
  };
}

async function withStream(
  kind: Kind,
  { url, storages }: Bench,
  work: (opened: EventStream) => Promise<void>,
): Promise<void> {
  const storage = await openStorage(kind === 'NATS' ? storages[0]! : kind, url);
  const { DATA_DIR, DATABASE_URL } = storage.env;
  const where = DATABASE_URL === undefined ? { dataDir: join(DATA_DIR!, 'db') } : { url: DATABASE_URL };
  const database = await openDatabase({ ...where, entities });
  try {
    await migrate(database);
    if (kind === 'NATS') await withNats(database, work);
    else await work(openEventStream(database));
  } finally {
    await database.close();
    await storage.drop();
  }
}

async function withNats({ sql }: Database, work: (opened: EventStream) => Promise<void>): Promise<void> {
  const { names, drop } = ownNames();
  const opened = openNatsEventStream({ url: natsUrl, sql, names });
  try {
    await work(opened);
  } finally {
    await opened.close();
    await drop();
  }
}

/** Inputs as they are committed: those of a quarter of a second together. */
function asCommitted(records: readonly Published[]): Published[] {
  const commits = Map.groupBy(records, ({ at }) => Math.floor(at / commitMs));
  return [...commits.values()].map((together) => ({
    ...together[0]!,
    entries: together.flatMap(({ entries }) => entries),
    events: together.flatMap(({ events }) => events),
  }));
}

/** New matches that are played at the same time, as appends of so many records. */
function* interleaved(match: readonly Published[], count: number, size: number): Generator<Published[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const all = match.flatMap((record) => ids.map((matchId) => ({ ...record, matchId })));
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

function eventsIn(records: readonly Published[]): number {
  return records.reduce((sum, { entries, events }) => sum + entries.length + events.length, 0);
}

function bounded(bound: Row['bound']): Pick<Row, 'bound'> {
  return bound ? { bound } : {};
}
