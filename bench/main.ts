/**
 * `npm run bench [-- name …] [--database url] [--quick] [--json file]`: measures the figures that Gamekeeper promises and
 * prints them against their bounds. Names: those of bench/figures; all by default.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { arena } from './figures/arena.ts';
import { bytes } from './figures/bytes.ts';
import { directory } from './figures/directory.ts';
import { duels } from './figures/duels.ts';
import { comeback } from './figures/comeback.ts';
import { http } from './figures/http.ts';
import { latency } from './figures/latency.ts';
import { memory } from './figures/memory.ts';
import { outage } from './figures/outage.ts';
import { moments } from './figures/moments.ts';
import { overhead } from './figures/overhead.ts';
import { stream } from './figures/stream.ts';
import { projector } from './figures/projector.ts';
import { record } from './figures/record.ts';
import { churn } from './figures/churn.ts';
import { redis } from './figures/redis.ts';
import { scale } from './figures/scale.ts';
import { sockets } from './figures/sockets.ts';
import { tetris } from './figures/tetris.ts';
import { seek } from './figures/seek.ts';
import { takeover } from './figures/takeover.ts';
import { tunnel } from './figures/tunnel.ts';
import { throughput } from './figures/throughput.ts';
import { watching } from './figures/watching.ts';
import { Child } from './rpc.ts';
import { findCores, pinPostgres } from './pin.ts';
import { type Judged, judge, table } from './report.ts';
import type { Bench } from './stage.ts';
import { openServer } from './storage.ts';

const figures = {
  throughput,
  latency,
  bytes,
  overhead,
  memory,
  comeback,
  tetris,
  duels,
  stream,
  seek,
  record,
  projector,
  redis,
  scale,
  directory,
  tunnel,
  takeover,
  churn,
  moments,
  outage,
  arena,
  http,
  watching,
  sockets,
};
type Figure = keyof typeof figures;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    database: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
process.exitCode = await run(wanted());

function wanted(): Figure[] {
  const known = Object.keys(figures) as Figure[];
  const unknown = positionals.find((name) => !Object.hasOwn(figures, name));
  if (unknown === undefined) return positionals.length > 0 ? (positionals as Figure[]) : known;
  console.error(`There is no figure ${unknown}; choose of ${known.join(', ')}`);
  return process.exit(1);
}

/** Ends the children; what waits for them clears up then: databases, folders, the cores of PostgreSQL. */
function interrupt(): void {
  isInterrupted = true;
  Child.killAll();
}

/** The exit code: 1 where a figure misses its bound. */
async function run(names: readonly Figure[]): Promise<number> {
  const cores = await findCores();
  const server = await openServer(options.database);
  const unpin = server && cores ? await pinPostgres(server.sql, cores.load) : null;
  note(
    cores !== null,
    'the server runs on core 0, load and database on core 1',
    'nothing is pinned: no taskset, or one core',
  );
  note(
    server !== null,
    'PostgreSQL answers',
    'no PostgreSQL answers: measured on PGlite alone; see --database',
  );
  if (server && cores)
    note(unpin !== null, 'PostgreSQL is pinned meanwhile', 'PostgreSQL is not pinned: not ours to');
  const bench: Bench = {
    samples: options.quick ? 1 : 5,
    sampleMs: options.quick ? 2_000 : 4_000,
    storages: server ? ['PostgreSQL', 'PGlite'] : ['PGlite'],
    url: options.database,
    cores,
  };
  try {
    return await report(bench, names);
  } finally {
    await unpin?.();
    await server?.close();
  }
}

async function report(bench: Bench, names: readonly Figure[]): Promise<number> {
  const rows: Judged[] = [];
  let failed = false;
  for (const name of names) {
    if (isInterrupted) break;
    console.log(`measuring ${name} …`);
    try {
      rows.push(...(await figures[name](bench)).map(judge));
    } catch (error) {
      console.error(`${name} could not be measured:`, error);
      failed = true;
    }
  }
  console.log(`\n${table(rows)}`);
  if (options.json) await writeFile(options.json, `${JSON.stringify({ at: new Date(), rows }, null, 2)}\n`);
  return failed || rows.some(({ passes }) => passes === false) ? 1 : 0;
}

function note(holds: boolean, yes: string, no: string): void {
  console.log(`- ${holds ? yes : no}`);
}
