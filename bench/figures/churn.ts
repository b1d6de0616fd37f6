import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { BenchHouse } from './house.ts';

const first = 1_000;
const all = 10_000;
const quick = 3_000;
const atOnce = 64;
/** What is written behind a match that is over: history, moments, flushes. */
const settleMs = 12_000;

/** What a match leaves in the memory of its process when it is over: nothing. */
export async function churn(bench: Bench): Promise<Row[]> {
  const matches = bench.samples === 1 ? quick : all;
  const [after, later] = await BenchHouse.with(bench, 1, async (house) => [
    await play(house, first),
    await play(house, matches - first),
  ]);
  const shown = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  return [
    {
      figure: 'churn',
      what: `growth of memory over ${matches.toLocaleString('en-US')} matches created and ended, after the first 1,000`,
      unit: '%',
      values: [(later!.heap / after!.heap - 1) * 100],
      bound: { below: 2 },
      note: `heap and external ${shown(after!.heap)} then ${shown(later!.heap)}; resident set ${shown(after!.rss)} then ${shown(later!.rss)}`,
    },
  ];
}

/** Bytes that are in use when so many more have been played, and are done with. */
async function play({ load, servers, ports }: BenchHouse, matches: number) {
  await load.ask('churn', ports[0]!, matches, atOnce);
  const [server] = servers;
  for (let tries = 0; (await server!.ask('rooms')) > 0; tries++) {
    if (tries === 200) throw new Error('the rooms did not close within 10 s');
    await sleep(50);
  }
  await sleep(settleMs);
  return server!.ask('memory');
}
