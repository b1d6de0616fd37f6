import { encodeReplay, type FinishedLog } from '../../src/history/replay-record.ts';
import { playTetris, playWhist } from '../../test/history/games.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';

const logs: readonly (readonly [what: string, play: () => FinishedLog])[] = [
  ['whist, all 26 rounds', () => playWhist(26)],
  ['whist, one round', () => playWhist(1)],
  ['Tetris, two strong bots', () => playTetris('bots', 600)],
  ['Tetris, any keys', () => playTetris('keys', 600)],
];

/** What is kept of a finished match for ever: its replay record, state hashes and all. */
export async function record(_bench: Bench): Promise<Row[]> {
  return Promise.all(logs.map(([what, play]) => measure(what, play())));
}

async function measure(what: string, log: FinishedLog): Promise<Row> {
  const { length } = await encodeReplay(log);
  const { entries } = log;
  return {
    figure: 'record',
    what: `bytes stored for a logged entry: ${what}`,
    unit: 'bytes',
    values: [length / entries.length],
    bound: { below: 12 },
    note: `${entries.length} entries, ${length} bytes`,
  };
}
