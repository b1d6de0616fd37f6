import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { BenchHouse } from './house.ts';

const matches = 100;
/** Over all matches, whatever the number of processes. */
const movesPerSecond = 1_600;
const warmUpMs = 2_000;

/**
 * What it costs to be several: CPU of all processes for the same moves, of two against one. The fewer moves a process has,
 * the fewer share a commit: at a quarter of this rate a move costs twice as much, in one process or in two.
 */
export async function scale(bench: Bench): Promise<Row[]> {
  const one: number[] = [];
  const two: number[] = [];
  // by turns, so that what else this machine does meets both
  for (let i = 0; i < bench.samples; i++) {
    one.push(await cost(bench, 1));
    two.push(await cost(bench, 2));
  }
  return [
    {
      figure: 'scale',
      what: `CPU of a move in two processes against one, ${movesPerSecond.toLocaleString('en-US')} moves a second in all`,
      unit: 'x',
      values: two.map((seconds, i) => seconds / one[i]!),
      bound: { below: 1.2 },
      note: `${median(one).toFixed(2)} and ${median(two).toFixed(2)} CPU seconds for 1,000 moves of four clients`,
    },
  ];
}

/** CPU seconds for 1,000 moves, of all processes together. */
function cost(bench: Bench, processes: number): Promise<number> {
  return BenchHouse.with(bench, processes, async (house) => {
    const { load, ports, servers } = house;
    for (const port of ports) await load.ask('open', port, matches / processes);
    const rooms = await Promise.all(servers.map((server) => server.ask('rooms')));
    if (Math.min(...rooms) < matches / processes / 2)
      throw new Error(`the matches are not spread: ${rooms.join(', ')} of them in each process`);
    await load.ask('play', movesPerSecond);
    await sleep(warmUpMs);
    const before = await house.cpu();
    const { moves } = await load.ask('count', bench.sampleMs);
    const used = (await house.cpu()) - before;
    await load.ask('pause');
    return used / 1e6 / (moves / 1_000);
  });
}
