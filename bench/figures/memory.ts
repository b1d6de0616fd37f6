import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';

const matches = 300;
/** Moves a match before it is weighed: its tables of answered commands are filled then. */
const movesFirst = 40;
const movesPerSecond = 2_000;

/** Kilobytes a match. */
interface Weight {
  readonly heap: number;
  readonly rss: number;
  /** Resident set for each of the first matches, with all that the process takes once. */
  readonly first: number;
}

/**
 * Growth of the server's memory for each live match with four clients, after garbage collection, when as many live
 * already: what the process takes once, for its first burst of joins, is not a match's.
 */
export async function memory(bench: Bench): Promise<Row[]> {
  const weights: Weight[] = [];
  for (let i = 0; i < bench.samples; i++) weights.push(await weigh(bench));
  const of = (key: keyof Weight): string => median(weights.map((weight) => weight[key])).toFixed(0);
  return [
    {
      figure: 'memory',
      what: `memory of a live match with 4 clients, ${matches} more after ${matches}`,
      unit: 'KB',
      values: weights.map(({ heap, rss }) => Math.max(heap, rss)),
      bound: { below: 400 },
      note: `the greater of heap and external ${of('heap')}, resident set ${of('rss')}; of the first ${matches} with what the process takes once ${of('first')} KB`,
    },
  ];
}

function weigh(bench: Bench): Promise<Weight> {
  return Stage.with(bench, 'app', bench.storages[0]!, async (stage) => {
    const empty = await stage.server.ask('memory');
    await add(stage);
    const half = await stage.server.ask('memory');
    await add(stage);
    const full = await stage.server.ask('memory');
    const each = (bytes: number): number => bytes / matches / 1024;
    return {
      heap: each(full.heap - half.heap),
      rss: each(full.rss - half.rss),
      first: each(half.rss - empty.rss),
    };
  });
}

/** Opens matches, and plays them for a while. */
async function add(stage: Stage): Promise<void> {
  await stage.open(matches);
  await stage.load.ask('play', movesPerSecond);
  await sleep((matches * movesFirst * 1000) / movesPerSecond);
  await stage.load.ask('pause');
}
