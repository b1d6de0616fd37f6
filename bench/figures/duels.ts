import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';

const matches = 150;
const networkMs = 50;
const warmUpMs = 1_000;

/** Tetris in real time: 150 matches of two at 60 Hz on one core, a piece a second each. */
export async function duels(bench: Bench): Promise<Row[]> {
  const [took, late, sight]: number[][] = [[], [], []];
  await Stage.with(bench, 'app', bench.storages[0]!, async (stage) => {
    for (let i = 0; i < Math.min(3, bench.samples); i++) {
      await stage.openDuels(matches);
      const playing = stage.load.ask('playDuels', bench.sampleMs + warmUpMs);
      await sleep(warmUpMs);
      await stage.server.ask('watchBeat');
      const sights = await playing;
      const beat = await stage.server.ask('beat');
      took!.push(quantile(beat.took, 0.99));
      late!.push(quantile(beat.late, 0.99));
      sight!.push(median(sights) + networkMs);
      await stage.clear();
    }
  });
  const row = (what: string, values: number[], below: number): Row => ({
    figure: 'duels',
    what,
    unit: 'ms',
    values,
    bound: { below },
  });
  return [
    row(`a tick of ${matches} matches of Tetris, p99`, took!, 5),
    row('how late a tick is, p99', late!, 17),
    row(`a drop until the opponent sees it, median, with ${networkMs} ms of network`, sight!, 150),
  ];
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
}
