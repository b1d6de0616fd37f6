import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from '../../scripts/cluster/balancer.ts';
import { freePort } from '../../scripts/cluster/ports.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { BenchHouse } from './house.ts';

const matches = 300;
const heirs = 2;
const movesPerSecond = 600;

/** From kill -9 of a process of three until each of its clients has its state again, the other two being there already. */
export async function takeover(bench: Bench): Promise<Row[]> {
  const halves: number[] = [];
  const all: number[] = [];
  for (let i = 0; i < bench.samples; i++) {
    const seconds = await sample(bench);
    halves.push(seconds[seconds.length >> 1]!);
    all.push(seconds.at(-1)!);
  }
  const what = `clients of ${matches} matches back after kill -9 of their process, two others there`;
  return [
    { figure: 'takeover', what: `${what}, p50`, unit: 's', values: halves, bound: { below: 3 } },
    { figure: 'takeover', what: `${what}, p100`, unit: 's', values: all, bound: { below: 8 } },
  ];
}

/** Seconds until each client was back, sorted. Throws where a match came back other than it was, or does not go on. */
async function sample(bench: Bench): Promise<number[]> {
  const balancer = await Balancer.listen(0, []);
  const work = async (house: BenchHouse): Promise<number[]> => {
    const { load, ports, servers } = house;
    balancer.aim(ports);
    await load.ask('open', balancer.port, matches);
    while (ports.length <= heirs) {
      const place = ports.push(await freePort()) - 1;
      await house.add(ports[place]!, balancer.addressOf(place));
    }
    balancer.aim(ports);
    await load.ask('play', movesPerSecond);
    await sleep(3_000);
    await load.ask('pause');
    const shown = await load.ask('shown');
    const returning = load.ask('comeBackEach');
    const killed = performance.timeOrigin + performance.now();
    await servers.shift()!.kill();
    const back = await returning;
    const again = await load.ask('shown');
    const differ = shown.filter((table, i) => table !== again[i]).length;
    if (differ > 0) throw new Error(`${differ} matches came back other than they were`);
    await load.ask('moveOnce');
    return back.map((at) => (at - killed) / 1_000).sort((a, b) => a - b);
  };
  try {
    return await BenchHouse.with(bench, 1, work, (place) => balancer.addressOf(place));
  } finally {
    await balancer.close();
  }
}
