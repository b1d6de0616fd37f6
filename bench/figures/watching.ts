import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../report.ts';
import { type Bench, disturbance, type Play, type Sample, Stage } from '../stage.ts';

const matches = 100;
const movesPerSecond = 3_000;
const connections = 32;

/** Limits that count, and refuse nobody; lines of the log as in production. */
const watched = {
  LOG_LEVEL: 'info',
  RATE_LIMIT_PER_ADDRESS: '1000000',
  RATE_LIMIT_PER_ACCOUNT: '1000000',
  RATE_LIMIT_STRICT: '1000000',
  MAX_SOCKETS_PER_ADDRESS: '1000000',
};
const unwatched = { LOG_LEVEL: 'silent' };

/** What metrics, logs and limits cost: the same server with and without them, on a store that forgets. */
export async function watching(bench: Bench): Promise<Row[]> {
  const storage = bench.storages[0]!;
  return Stage.with(
    bench,
    'memory',
    storage,
    (ours) =>
      Stage.with(
        bench,
        'unwatched',
        storage,
        async (bare) => [await moves(bench, ours, bare), await gets(bench, ours, bare)],
        unwatched,
      ),
    watched,
  );
}

/** In turn, because a machine drifts. */
async function moves(bench: Bench, ours: Stage, bare: Stage): Promise<Row> {
  const play: Play = { rate: movesPerSecond, warmUpMs: 1_500, countMs: bench.sampleMs };
  const pairs: { ours: Sample; bare: Sample }[] = [];
  for (let i = 0; i < bench.samples; i++)
    pairs.push({ ours: await ours.sample(matches, play), bare: await bare.sample(matches, play) });
  const [with_, without] = [pairs.map((pair) => pair.ours.cpu), pairs.map((pair) => pair.bare.cpu)];
  return {
    ...row('of a move', with_, without),
    note: `${micros(with_)} and ${micros(without)} µs a move, ${disturbance(pairs.flatMap(Object.values<Sample>))}`,
  };
}

async function gets(bench: Bench, ours: Stage, bare: Stage): Promise<Row> {
  const [with_, without]: [number[], number[]] = [[], []];
  for (let i = 0; i < bench.samples; i++) {
    with_.push(await costOfGet(bench, ours));
    without.push(await costOfGet(bench, bare));
  }
  return {
    ...row('of a GET with a token', with_, without),
    note: `${micros(with_)} and ${micros(without)} µs a request`,
  };
}

async function costOfGet({ sampleMs }: Bench, stage: Stage): Promise<number> {
  await stage.startGets('/v1/matches', connections);
  await sleep(500);
  const before = await stage.server.ask('cpu');
  const rate = await stage.load.ask('countGets', sampleMs);
  const after = await stage.server.ask('cpu');
  await stage.load.ask('stopGets');
  return (after.process - before.process) / ((rate * sampleMs) / 1000);
}

function row(what: string, with_: readonly number[], without: readonly number[]): Row {
  return {
    figure: 'watching',
    what: `what metrics, logs and limits take of the CPU ${what}`,
    unit: '%',
    values: with_.map((cost, i) => (1 - without[i]! / cost) * 100),
    bound: { below: 10 },
  };
}

const micros = (values: readonly number[]): string => median(values).toFixed(0);
