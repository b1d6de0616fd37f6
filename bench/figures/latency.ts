import { median, type Row } from '../report.ts';
import { type Bench, disturbance, type Sample, Stage } from '../stage.ts';

const matches = 100;

/** From when a move is due until all four clients have it, at one move a second in each match. */
export async function latency(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const storage of bench.storages) {
    const samples: Sample[] = [];
    await Stage.with(bench, 'app', storage, async (stage) => {
      for (let i = 0; i < bench.samples; i++)
        samples.push(
          await stage.sample(matches, { rate: matches, warmUpMs: 1_500, countMs: 2 * bench.sampleMs }),
        );
    });
    rows.push({
      figure: 'latency',
      what: `move to all four clients on ${storage}, p99, ${matches} matches at 1/s`,
      unit: 'ms',
      values: samples.map(({ p99 }) => p99),
      bound: { below: 50 },
      note: `p50 ${median(samples.map(({ p50 }) => p50)).toFixed(1)} ms, ${disturbance(samples)}`,
    });
  }
  return rows;
}
