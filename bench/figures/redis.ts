import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRedis } from '../../scripts/cluster/services.ts';
import { openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { migrate } from '../../src/database/migrate.ts';
import type { MatchStore } from '../../src/store/match-store.ts';
import { openRedisMatchStore } from '../../src/store/redis-match-store.ts';
import { median, type Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { openStorage } from '../storage.ts';

const matches = 100;
/** Flushes to PostgreSQL go on meanwhile, as they do behind a game. */
const flushMs = 1_000;

/** Milliseconds from one commit of a match to its next; null: as soon as the last is answered. */
type Pace = 100 | null;

/** The store on Redis: 100 matches that commit ten times a second each, and as fast as they can. */
export async function redis(bench: Bench): Promise<Row[]> {
  if (!bench.storages.includes('PostgreSQL')) throw new Error('the store on Redis needs a PostgreSQL');
  const [paced, flatOut]: number[][][] = [[], []];
  for (let i = 0; i < bench.samples; i++) {
    paced!.push(await sample(bench, 100));
    flatOut!.push(await sample(bench, null));
  }
  const row = (what: string, samples: readonly number[][], share: number): Row => {
    const rate = median(samples.map(({ length }) => length / (bench.sampleMs / 1_000)));
    return {
      figure: 'redis',
      what: `commit on Redis, ${matches} matches ${what}, p${share * 100}`,
      unit: 'ms',
      values: samples.map((latencies) => quantile(latencies, share)),
      note: `${Math.round(rate).toLocaleString('en-US')} commits a second`,
    };
  };
  const usual = 'with 10 commits a second each';
  return [
    { ...row(usual, paced!, 0.5), bound: { below: 1 } },
    { ...row(usual, paced!, 0.99), bound: { below: 5 } },
    row('as fast as they can', flatOut!, 0.5),
    row('as fast as they can', flatOut!, 0.99),
  ];
}

/** Milliseconds of each commit. */
async function sample(bench: Bench, pace: Pace): Promise<number[]> {
  const storage = await openStorage('PostgreSQL', bench.url);
  const server = await makeRedis();
  await server.start();
  const connection = new Redis(server.url, { maxRetriesPerRequest: 0 });
  const database = await openDatabase({ url: storage.env['DATABASE_URL']!, entities });
  try {
    await migrate(database);
    const store = await openRedisMatchStore({
      sql: database.sql,
      redis: connection,
      prefix: 'bench',
      processId: randomUUID(),
      now: Date.now,
      flushMs,
    });
    const latencies: number[] = [];
    const until = performance.now() + bench.sampleMs;
    await Promise.all(Array.from({ length: matches }, () => play(store, until, pace, latencies)));
    await store.close();
    return latencies;
  } finally {
    connection.disconnect();
    await database.close();
    await server.close();
    await storage.drop();
  }
}

async function play(store: MatchStore, until: number, pace: Pace, latencies: number[]): Promise<void> {
  const matchId = randomUUID();
  const { epoch } = await store.create({
    matchId,
    tenantId: 'bench',
    game: 'bench',
    version: '1',
    origin: 0,
  });
  // not all at once
  if (pace !== null) await sleep(Math.random() * pace);
  for (let base = 0; performance.now() < until; base++) {
    const data = { card: 'QS', trick: base % 13 };
    const entry = { n: base + 1, t: base * 20, type: 'play', seat: base % 4, id: `c${base}`, data };
    const wakeAt = Date.now() + 60_000;
    const start = performance.now();
    const status = await store.commit({ matchId, epoch, base, entries: [entry], events: [], wakeAt });
    const took = performance.now() - start;
    latencies.push(took);
    if (status !== 'ok') throw new Error(`a commit was answered ${status}`);
    if (pace !== null) await sleep(Math.max(0, pace - took));
  }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
}
