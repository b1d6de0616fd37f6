/** NATS stops under 50 matches at 60 Hz, and comes back: what is lost, what the ticks feel, how soon it has caught up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { type NatsEventStream, openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { hasNatsProgram, makeNatsServer, type NatsServer } from '../../test/support/nats.ts';
import type { Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';

const matches = 50;
const longOutageMs = 20_000;
const warmUpMs = 1_000;
/** Records that are on their way at any time, a commit of each match or two. */
const fewRecords = 2 * matches;

const WAITING = `
  select count(*)::int as count from match_entry
  where position > coalesce((select position from event_cursor where durable = 'publisher'), 0)`;

const LAST = 'select max(position) as last from match_entry';

/** Of a time of play: milliseconds that a tick took at the 99th percentile, and CPU of the main thread, as a share of a core. */
interface Felt {
  readonly tick: number;
  readonly cpu: number;
}

interface Outage {
  readonly lost: number;
  readonly stored: number;
  readonly before: Felt;
  readonly during: Felt;
  /** When all has been caught up. */
  readonly after: Felt;
  readonly waiting: number;
  readonly catchUpMs: number;
}

export async function outage(bench: Bench): Promise<Row[]> {
  if (bench.storages[0] !== 'PostgreSQL' || !hasNatsProgram) return [];
  const outageMs = bench.samples > 1 ? longOutageMs : longOutageMs / 4;
  const found: Outage[] = [];
  for (let i = 0; i < Math.min(3, bench.samples); i++) found.push(await sample(bench, outageMs));
  const row = (what: string, unit: string, values: number[], note: string): Row => ({
    figure: 'outage',
    what,
    unit,
    values,
    note,
  });
  const stopped = `with NATS stopped for ${outageMs / 1000} s`;
  const against = (what: string, of: (felt: Felt) => number, unit: string): Row => ({
    ...row(
      `${what} of ${matches} matches of Tetris ${stopped}, against before and after`,
      'times',
      found.map(({ before, during, after }) => (2 * of(during)) / (of(before) + of(after))),
      `${unit}: ${found.map(({ before, during, after }) => [before, during, after].map(of).map(shown).join(' → ')).join(', ')}`,
    ),
    bound: { below: 1.5 },
  });
  const each = (of: (one: Outage) => number) => found.map(of).join(', ');
  return [
    {
      ...row(
        `entries lost ${stopped}`,
        '',
        found.map(({ lost }) => lost),
        `of ${each(({ stored }) => stored)}`,
      ),
      bound: { below: 1 },
    },
    against('a tick, p99,', ({ tick }) => tick, 'ms'),
    against('CPU of the main thread', ({ cpu }) => cpu * 100, '%'),
    row(
      'until all is in NATS again',
      'ms',
      found.map(({ catchUpMs }) => catchUpMs),
      `${each(({ waiting }) => waiting)} records waited`,
    ),
  ];
}

const shown = (ms: number): string => ms.toFixed(2);

async function sample(bench: Bench, outageMs: number): Promise<Outage> {
  const server = await makeNatsServer();
  await server.start();
  try {
    const work = (stage: Stage) => measure(stage, server, outageMs);
    return await Stage.with(bench, 'app', bench.storages[0]!, work, { NATS_URL: server.url });
  } finally {
    await server.close();
  }
}

async function measure(stage: Stage, server: NatsServer, outageMs: number): Promise<Outage> {
  const database = await openDatabase({ url: stage.databaseUrl, entities });
  const nats = openNatsEventStream({ url: server.url, sql: database.sql });
  try {
    await stage.openDuels(matches);
    const before = await feel(stage, outageMs);
    await server.kill();
    const during = await feel(stage, outageMs);
    const waiting = await waitingIn(database);
    await server.start();
    const began = performance.now();
    await untilWaiting(database, fewRecords);
    const catchUpMs = performance.now() - began;
    const after = await feel(stage, outageMs);
    await stage.clear();
    await untilStill(database);
    await untilWaiting(database, 0);
    return { before, during, after, waiting, catchUpMs, ...(await compare(database, nats)) };
  } finally {
    await nats.close();
    await database.close();
  }
}

async function feel(stage: Stage, ms: number): Promise<Felt> {
  const playing = stage.load.ask('nudgeDuels', ms + warmUpMs);
  await sleep(warmUpMs);
  await stage.server.ask('watchBeat');
  const before = await stage.server.ask('cpu');
  await playing;
  const after = await stage.server.ask('cpu');
  const { took } = await stage.server.ask('beat');
  const tick = took.toSorted((a, b) => a - b)[Math.floor(0.99 * took.length)] ?? Number.NaN;
  return { tick, cpu: (after.main - before.main) / 1000 / ms };
}

async function waitingIn({ sql }: Database): Promise<number> {
  const [row] = await sql.query<{ count: number }>(WAITING);
  return row!.count;
}

async function untilWaiting(database: Database, atMost: number): Promise<void> {
  for (let tries = 0; (await waitingIn(database)) > atMost; tries++) {
    if (tries === 1_200) throw new Error('the publisher has not caught up within a minute');
    await sleep(50);
  }
}

/** Matches that were left commit a last time. */
async function untilStill({ sql }: Database): Promise<void> {
  const last = async () => (await sql.query<{ last: string }>(LAST))[0]!.last;
  for (let [before, now] = ['', await last()]; before !== now; [before, now] = [now, await last()])
    await sleep(1_000);
}

/** Entries of the store that can't be read from NATS, once and in their place. */
async function compare({ sql }: Database, nats: NatsEventStream): Promise<{ lost: number; stored: number }> {
  const local = openEventStream({ sql });
  const ids = await sql.query<{ match_id: string }>('select distinct match_id from match_entry');
  let [lost, stored] = [0, 0];
  for (const { match_id: id } of ids) {
    const [kept, published] = [await local.read(id), await nats.read(id)].map((log) =>
      log.flatMap(({ entries }) => entries.map((entry) => JSON.stringify(entry))),
    ) as [string[], string[]];
    lost += kept.filter((entry, i) => entry !== published[i]).length;
    lost += Math.max(0, published.length - kept.length);
    stored += kept.length;
  }
  return { lost, stored };
}
