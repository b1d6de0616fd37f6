import { median, type Row } from '../report.ts';
import { type Bench, disturbance, type Play, type Sample, Stage } from '../stage.ts';

const matches = 100;

/** CPU of a move in the server without durability, against stock Colyseus with the same table and traffic. */
export async function overhead(bench: Bench): Promise<Row[]> {
  const storage = bench.storages[0]!; // opened, and hardly used
  const fixed: Play = { rate: 3_000, warmUpMs: 1_500, countMs: bench.sampleMs };
  const closed: Play = { rate: null, warmUpMs: 500, countMs: bench.sampleMs };
  return Stage.with(bench, 'memory', storage, (ours) =>
    Stage.with(bench, 'bare', storage, async (bare) => [
      await compare(bench.samples, ours, bare, fixed, 'at 3,000 moves/s'),
      await compare(bench.samples, ours, bare, closed, 'in a closed loop'),
    ]),
  );
}

/** In turn, because a machine drifts. */
async function compare(samples: number, ours: Stage, bare: Stage, play: Play, how: string): Promise<Row> {
  const pairs: { ours: Sample; bare: Sample }[] = [];
  for (let i = 0; i < samples; i++)
    pairs.push({ ours: await ours.sample(matches, play), bare: await bare.sample(matches, play) });
  const of = (side: 'ours' | 'bare', key: keyof Sample): string =>
    median(pairs.map((pair) => pair[side][key])).toFixed(0);
  return {
    figure: 'overhead',
    what: `CPU of a move against a bare Colyseus room ${how}`,
    unit: 'times',
    values: pairs.map((pair) => pair.ours.cpu / pair.bare.cpu),
    bound: { below: 1.8 },
    note: `${of('ours', 'cpu')} and ${of('bare', 'cpu')} µs a move, at ${of('ours', 'rate')} and ${of('bare', 'rate')} moves/s, ${disturbance(pairs.flatMap(Object.values<Sample>))}`,
  };
}
