import { median, type Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';

const matches = 4;

/** What one client gets of an average move of whole matches, against the whole table as JSON. */
export async function bytes(bench: Bench): Promise<Row[]> {
  const shares: number[] = [];
  const sizes: { patch: number; answer: number; json: number }[] = [];
  await Stage.with(bench, 'memory', bench.storages[0]!, async (stage) => {
    for (let i = 0; i < bench.samples; i++) {
      await stage.open(matches);
      const { moves, patchBytes, answerBytes, json } = await stage.load.ask('playOut');
      await stage.clear();
      // each of four clients gets the patch, one of them the answer
      sizes.push({ patch: patchBytes / moves / 4, answer: answerBytes / moves / 4, json });
      shares.push((patchBytes + answerBytes) / moves / 4 / json);
    }
  });
  const of = (key: 'patch' | 'answer' | 'json'): string => median(sizes.map((size) => size[key])).toFixed(1);
  return [
    {
      figure: 'bytes',
      what: 'bytes of an average move to a client, of the JSON of the table',
      unit: 'of it',
      values: shares,
      bound: { below: 1 / 20 },
      note: `patch ${of('patch')}, answer ${of('answer')} (a quarter of one), JSON ${of('json')} bytes`,
    },
  ];
}
