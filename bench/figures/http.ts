import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';

const connections = 32;
const warmUpMs = 2_000;

/** Requests a second of a GET with a token that asks the database, on one core. */
export async function http(bench: Bench): Promise<Row[]> {
  const rates: number[] = [];
  const costs: number[] = [];
  await Stage.with(bench, 'app', bench.storages[0]!, async (stage) => {
    await stage.startGets('/v1/matches', connections);
    await sleep(warmUpMs);
    for (let i = 0; i < bench.samples; i++) {
      const before = await stage.server.ask('cpu');
      const rate = await stage.load.ask('countGets', bench.sampleMs);
      const after = await stage.server.ask('cpu');
      rates.push(rate);
      costs.push((after.main - before.main) / ((rate * bench.sampleMs) / 1000));
    }
    await stage.load.ask('stopGets');
  });
  return [
    {
      figure: 'http',
      what: `requests a second of GET /v1/matches with a token, ${connections} connections`,
      unit: '/s',
      values: rates,
      bound: { atLeast: 4_000 },
      note: `${median(costs).toFixed(0)} µs of the main thread a request`,
    },
  ];
}
