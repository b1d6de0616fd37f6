import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';

const clients = 1_000;
const hz = 20;
const warmUpMs = 1_500;

/** CPU of a second, in milliseconds, and messages and patches a second. */
interface Sample {
  readonly cpu: number;
  readonly sent: number;
  readonly patches: number;
}

/** A fast game's room in the house, with tokens, limits and metrics, against the same room in stock Colyseus. */
export async function arena(bench: Bench): Promise<Row[]> {
  const storage = bench.storages[0]!; // opened, and hardly used
  const pairs: { ours: Sample; bare: Sample }[] = [];
  await Stage.with(bench, 'arena', storage, (ours) =>
    Stage.with(bench, 'bare-arena', storage, async (bare) => {
      // in turn, because a machine drifts
      for (let i = 0; i < bench.samples; i++)
        pairs.push({ ours: await sample(bench, ours), bare: await sample(bench, bare) });
    }),
  );
  const of = (side: 'ours' | 'bare', key: keyof Sample): string =>
    median(pairs.map((pair) => pair[side][key])).toFixed(0);
  return [
    {
      figure: 'arena',
      what: `CPU of ${clients} clients at ${hz} Hz in rooms of 10 against stock Colyseus`,
      unit: 'times',
      values: pairs.map((pair) => pair.ours.cpu / pair.bare.cpu),
      bound: { below: 1 },
      note: `${of('ours', 'cpu')} and ${of('bare', 'cpu')} ms of CPU a second, at ${of('ours', 'sent')} and ${of('bare', 'sent')} messages in, ${of('ours', 'patches')} and ${of('bare', 'patches')} patches out`,
    },
  ];
}

async function sample(bench: Bench, stage: Stage): Promise<Sample> {
  await stage.openArena(clients, hz);
  await sleep(warmUpMs);
  const [before, began] = [await stage.server.ask('cpu'), performance.now()];
  const { sent, patches } = await stage.load.ask('countArena', bench.sampleMs);
  const [after, seconds] = [await stage.server.ask('cpu'), (performance.now() - began) / 1000];
  await stage.load.ask('leaveArena');
  return { cpu: (after.process - before.process) / 1000 / seconds, sent, patches };
}
