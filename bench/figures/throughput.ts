import { median, type Row } from '../report.ts';
import { type Bench, disturbance, type Sample, Stage } from '../stage.ts';
import type { StorageKind } from '../storage.ts';

const matches = 100;
const least: Record<StorageKind, number> = { PostgreSQL: 6_000, PGlite: 3_000 };

/** Moves a second through the whole path, every match moving as soon as it can. */
export async function throughput(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const storage of bench.storages) {
    const samples: Sample[] = [];
    await Stage.with(bench, 'app', storage, async (stage) => {
      for (let i = 0; i < bench.samples; i++)
        samples.push(await stage.sample(matches, { rate: null, warmUpMs: 1_500, countMs: bench.sampleMs }));
    });
    const of = (key: keyof Sample): number => median(samples.map((sample) => sample[key]));
    rows.push({
      figure: 'throughput',
      what: `moves a second on ${storage}, ${matches} matches, closed loop`,
      unit: '/s',
      values: samples.map(({ rate }) => rate),
      bound: { atLeast: least[storage] },
      note: `${of('mainCpu').toFixed(0)} µs of the main thread a move, load ${(of('loadCpu') * 100).toFixed(0)} % of its core, p50 ${of('p50').toFixed(1)} ms, ${disturbance(samples)}`,
    });
  }
  return rows;
}
