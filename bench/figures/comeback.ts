import type { Row } from '../report.ts';
import { type Bench, Stage } from '../stage.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const matches = 1_000;

/** From kill -9 until every client of every match has its state again, the server being started again at once. */
export async function comeback(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const storage of bench.storages) {
    const values: number[] = [];
    const started: number[] = [];
    for (let i = 0; i < bench.samples; i++) {
      const { back, up } = await Stage.with(bench, 'app', storage, drill);
      values.push(back);
      started.push(up);
    }
    rows.push({
      figure: 'comeback',
      what: `${matches.toLocaleString('en-US')} matches back after kill -9 on ${storage}`,
      unit: 's',
      values,
      bound: { below: 5 },
      note: `the server listens again after ${started.map((s) => s.toFixed(1)).join(', ')} s`,
    });
  }
  return rows;
}

async function drill(stage: Stage): Promise<{ back: number; up: number }> {
  await stage.open(matches);
  await stage.load.ask('play', 2_000);
  await sleep(3_000);
  await stage.load.ask('pause');
  const returning = stage.load.ask('comeBack');
  const shown = await stage.load.ask('shown');
  const killed = await stage.crash();
  await stage.server.ask('port');
  const up = performance.timeOrigin + performance.now() - killed;
  const back = (await returning) - killed;
  const again = await stage.load.ask('shown');
  const differ = shown.filter((table, i) => table !== again[i]).length;
  if (differ > 0) throw new Error(`${differ} matches came back other than they were`);
  await stage.load.ask('moveOnce');
  return { back: back / 1000, up: up / 1000 };
}
