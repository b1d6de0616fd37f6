import { join } from 'node:path';
import type { Summary } from '../../loadtest/report.ts';
import { Histogram } from '../../loadtest/histogram.ts';
import { run } from '../../loadtest/run.ts';
import { busyMicros } from '../machine.ts';
import type { Row } from '../report.ts';
import { Child } from '../rpc.ts';
import type { ServerCalls } from '../server.ts';
import { type Bench, common } from '../stage.ts';
import { openStorage } from '../storage.ts';

const plan = {
  sockets: 10_000,
  rampSeconds: 60,
  seconds: 100,
  churn: 0.02,
  churnKind: 'return',
  rounds: 26,
  workers: 1,
  watchers: 3,
} as const;
const quick = { ...plan, sockets: 1_000, rampSeconds: 10, seconds: 10 };
const windows = 5;
/** Of each table. */
const secondsPerMove = 3;

/** What a run found, and the server meanwhile. */
interface Held {
  readonly summary: Summary;
  /** p99 of a move in each window. */
  readonly p99s: readonly number[];
  readonly rss: number;
  /** Share of the server's core that it took, and that others took. */
  readonly own: number;
  readonly others: number;
}

/** Thousands of sockets in whist, of which some are cut each second and come back: moves by an open loop. */
export async function sockets(bench: Bench): Promise<Row[]> {
  const chosen = bench.samples === 1 ? quick : plan;
  const { summary, p99s, rss, own, others } = await hold(bench, chosen);
  const failed = Object.entries(summary.errors).map(([code, times]) => `${times} ${code}`);
  if (failed.length > 0) throw new Error(`there were errors: ${failed.join(', ')}`);
  const { moves, returns, joins } = summary.milliseconds;
  const whole = chosen.seconds / windows;
  const ms = (value = 0): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const of = chosen.sockets.toLocaleString('en-US');
  return [
    {
      figure: 'sockets',
      what: `move to all four clients on ${bench.storages[0]}, p99, ${of} sockets, 2 % cut a second`,
      unit: 'ms',
      values: p99s,
      bound: { below: 150 },
      note:
        `${windows} windows of ${whole} s, ${summary.movesPerSecond.toFixed(0)} moves/s, p50 ${ms(moves!['p50'])}; back after a cut p50 ${ms(returns!['p50'])}, ` +
        `p99 ${ms(returns!['p99'])}; joined p99 ${ms(joins!['p99'])}; the server took ${percent(own)} of its core, others ${percent(others)}`,
    },
    {
      figure: 'sockets',
      what: `resident set of the server that holds them`,
      unit: 'MB',
      values: [rss / 2 ** 20],
      note: `${(rss / 1024 / chosen.sockets).toFixed(0)} KB a socket, with all that the process takes once`,
    },
  ];
}

async function hold({ storages, url, cores }: Bench, chosen: typeof quick | typeof plan): Promise<Held> {
  const storage = await openStorage(storages[0]!, url);
  const env = { ...process.env, ...common, ...storage.env };
  const args = ['app', cores ? String(cores.load) : '-'];
  const server = new Child<ServerCalls>(
    join(import.meta.dirname, '../server.ts'),
    args,
    env,
    cores?.server ?? null,
  );
  const used = async () => ({
    at: performance.now(),
    own: (await server.ask('cpu')).main,
    core: cores ? busyMicros(cores.server) : 0,
  });
  try {
    const port = await server.ask('port');
    let before = await used();
    let after = before;
    let rss = 0;
    const seconds: Histogram[] = [];
    const summary = await run({
      plan: { ...chosen, rate: chosen.sockets / 4 / secondsPerMove },
      target: { url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port, keys: common.AUTH_KEYS },
      core: cores?.load ?? null,
      say: () => {},
      counted: ({ moves }) => void seconds.push(moves),
      begun: async () => void (before = await used()),
      held: async () => {
        after = await used();
        rss = (await server.ask('memory')).rss;
      },
    });
    const micros = (after.at - before.at) * 1000;
    const own = (after.own - before.own) / micros;
    return {
      summary,
      p99s: p99sOf(seconds),
      rss,
      own,
      others: Math.max(0, (after.core - before.core) / micros - own),
    };
  } finally {
    await server.kill();
    await storage.drop();
  }
}

/** A window has one pause of the garbage collector in it, or none: so each counts by itself. */
function p99sOf(seconds: readonly Histogram[]): number[] {
  const length = seconds.length / windows;
  return Array.from({ length: windows }, (_, i) => {
    const window = new Histogram();
    for (const second of seconds.slice(i * length, (i + 1) * length)) window.merge(second);
    return window.percentile(0.99);
  });
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
