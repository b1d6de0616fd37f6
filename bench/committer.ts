/**
 * What the committer alone costs: matches that each commit one entry, wait for the answer, and commit again.
 * Usage: node bench/committer.ts [postgres url | folder] [matches] [seconds]
 */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../src/database/database.ts';
import { entities } from '../src/database/entities.ts';
import { migrate } from '../src/database/migrate.ts';
import type { MatchStore } from '../src/store/match-store.ts';
import { openMatchStore } from '../src/store/postgres-match-store.ts';

const [target, matches = '100', seconds = '5'] = process.argv.slice(2);
const where = target?.includes('://') ? { url: target } : target ? { dataDir: target } : {};
const database = await openDatabase({ ...where, entities });
await migrate(database);
let statements = 0;
const store = await openMatchStore({
  sql: database.sql,
  processId: randomUUID(),
  now: Date.now,
  onCommit: () => statements++,
});

const latencies: number[] = [];

async function play(store: MatchStore, until: number): Promise<void> {
  const matchId = randomUUID();
  const { epoch } = await store.create({
    matchId,
    tenantId: 'bench',
    game: 'bench',
    version: '1',
    origin: 0,
  });
  for (let n = 0; performance.now() < until; n++) {
    const entry = {
      n: n + 1,
      t: n * 20,
      type: 'play',
      seat: n % 4,
      id: `c${n}`,
      data: { card: 'QS', trick: n % 13 },
    };
    const start = performance.now();
    const status = await store.commit({
      matchId,
      epoch,
      base: n,
      entries: [entry],
      events: [],
      wakeAt: Date.now() + 60_000,
    });
    latencies.push(performance.now() - start);
    if (status !== 'ok') throw new Error(status);
  }
}

const cpu = process.cpuUsage();
const start = performance.now();
await Promise.all(Array.from({ length: Number(matches) }, () => play(store, start + Number(seconds) * 1000)));
const elapsed = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
latencies.sort((a, b) => a - b);
const at = (share: number) => Number(latencies[Math.floor(latencies.length * share)]?.toFixed(2));
console.log({
  database: database.kind,
  matches: Number(matches),
  commitsPerSecond: Math.round(latencies.length / elapsed),
  perStatement: Number((latencies.length / statements).toFixed(1)),
  cpuMicrosPerCommit: Math.round((user + system) / latencies.length),
  latencyMs: { p50: at(0.5), p99: at(0.99) },
});
await store.close();
await database.close();
