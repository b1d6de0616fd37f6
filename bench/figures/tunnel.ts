import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from '../../scripts/cluster/balancer.ts';
import { median, type Row } from '../report.ts';
import type { Bench } from '../stage.ts';
import { type AddressOf, BenchHouse } from './house.ts';

const matches = 60;
const movesPerSecond = 600;
const warmUpMs = 1_500;
const clients = 4 * matches;

interface Cost {
  /** Microseconds of CPU a move, of all processes. */
  readonly cpu: number;
  readonly p50: number;
}

/** Sockets that are handed on against those that reach the process which has their room; and how many are, behind a balancer. */
export async function tunnel(bench: Bench): Promise<Row[]> {
  const direct: Cost[] = [];
  const handedOn: Cost[] = [];
  // by turns, so that what else this machine does meets both
  for (let i = 0; i < bench.samples; i++) {
    direct.push(await cost(bench, 0));
    handedOn.push(await cost(bench, 1));
  }
  const figure = 'tunnel';
  const pair = (of: (cost: Cost) => number): string =>
    `${median(direct.map(of)).toPrecision(3)} and ${median(handedOn.map(of)).toPrecision(3)}`;
  return [
    {
      figure,
      what: 'CPU of a move, all sockets handed on against none',
      unit: 'x',
      values: handedOn.map(({ cpu }, i) => cpu / direct[i]!.cpu),
      bound: { below: 1.8 },
      note: `${pair(({ cpu }) => cpu)} µs a move of four clients`,
    },
    {
      figure,
      what: 'what a tunnel adds to a move, p50',
      unit: 'ms',
      values: handedOn.map(({ p50 }, i) => p50 - direct[i]!.p50),
      bound: { below: 1 },
      note: `${pair(({ p50 }) => p50)} ms`,
    },
    {
      figure,
      what: 'sockets handed on, three processes behind a balancer',
      unit: '%',
      values: [await steadyShare(bench)],
      bound: { below: 10 },
    },
  ];
}

/** `aside`: clients of a process are sent to the one that is so many places further. */
function cost(bench: Bench, aside: number): Promise<Cost> {
  const addressOf: AddressOf = (place, ports) => `127.0.0.1:${ports[(place + aside) % ports.length]}`;
  const work = async (house: BenchHouse): Promise<Cost> => {
    const { load, ports } = house;
    for (const port of ports) await load.ask('open', port, matches / ports.length);
    const share = await shareOf(house);
    if (share !== 100 * aside) throw new Error(`${share} % of the sockets are handed on`);
    await load.ask('play', movesPerSecond);
    await sleep(warmUpMs);
    const before = await house.cpu();
    const { moves, p50 } = await load.ask('count', bench.sampleMs);
    const used = (await house.cpu()) - before;
    await load.ask('pause');
    return { cpu: used / moves, p50 };
  };
  return BenchHouse.with(bench, 2, work, addressOf);
}

/** Percent of all sockets. */
async function shareOf({ servers, ports }: BenchHouse): Promise<number> {
  const counts = await Promise.all(servers.map((server) => server.ask('handedOn', ports)));
  return (100 * counts.reduce((sum, count) => sum + count, 0)) / clients;
}

async function steadyShare(bench: Bench): Promise<number> {
  const balancer = await Balancer.listen(0, []);
  const work = async (house: BenchHouse): Promise<number> => {
    balancer.aim(house.ports);
    await house.load.ask('open', balancer.port, matches);
    return shareOf(house);
  };
  try {
    return await BenchHouse.with(bench, 3, work, (place) => balancer.addressOf(place));
  } finally {
    await balancer.close();
  }
}
