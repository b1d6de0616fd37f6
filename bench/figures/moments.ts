/** The detector of key moments alone, on this thread: what a record of Tetris costs it. Reading, decoding and publishing are left out. */
import { randomUUID } from 'node:crypto';
import { tetris } from '../../rooms/tetris/room.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import type { TetrisView } from '../../rooms/tetris/view.ts';
import type { Published, StreamHandler } from '../../src/events/event-stream.ts';
import type { Engine, Input } from '../../src/match/engine.ts';
import type { TickView } from '../../src/match/tick-engine.ts';
import { startMomentDetector } from '../../src/moments/detector.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';

const matches = 150;
const hz = 60;
const ticksPerCommit = 15;
const ticks = 60 * hz;
const batch = 200;
const commitsPerSecond = hz / ticksPerCommit;

export async function moments(bench: Bench): Promise<Row[]> {
  const match = await playMatch();
  const events = match.reduce((sum, record) => sum + record.events.length, 0);
  const cost: number[] = [];
  for (let i = 0; i < bench.samples; i++) cost.push(await detectAll(match));
  const share = cost.map((micros) => (micros * matches * commitsPerSecond) / 1e6);
  const note = `${(events / match.length).toFixed(1)} events a record, ${commitsPerSecond} records a second of each match`;
  return [
    { figure: 'moments', what: 'a record of Tetris, of two who play fast', unit: 'µs', values: cost, note },
    {
      figure: 'moments',
      what: `of the main thread, ${matches} matches of two`,
      unit: '%',
      values: share.map((part) => part * 100),
      bound: { below: 1 },
    },
  ];
}

/** Microseconds a record, of as many matches as are played at once, all the same. */
async function detectAll(match: readonly Published[]): Promise<number> {
  const ids = Array.from({ length: matches }, () => randomUUID());
  const handle = detector();
  let spent = 0;
  let count = 0;
  for (const record of match) {
    const row = ids.map((matchId) => ({ ...record, matchId }));
    for (let at = 0; at < row.length; at += batch) {
      const records = row.slice(at, at + batch);
      const started = performance.now();
      await handle(records);
      spent += performance.now() - started;
      count += records.length;
    }
  }
  return (spent / count) * 1000;
}

function detector(): StreamHandler {
  let handle: StreamHandler = async () => {};
  const subscribe = (_durable: string, given: StreamHandler) => {
    handle = given;
    return { stop: async () => {}, lag: async () => 0 };
  };
  startMomentDetector({
    stream: { subscribe, read: () => Promise.reject(new Error('nothing is to be read')) },
    rules: new Map([[tetris.name, tetris.moments!]]),
    publish: async (found) => found,
    told: () => {},
    fault: (_, error) => {
      throw error;
    },
  });
  return handle;
}

/** The records of a minute of two who play as strong bots do, as they are committed: those with events. */
async function playMatch(): Promise<Published[]> {
  const engine = tetris.engines[tetris.version]!();
  const options = { ...tetris.options.parse({ players: 2 }), mode: 'casual', turnMs: 0, botDelayMs: 0 };
  const setup = { game: tetris.name, version: tetris.version, options, seed: 'ab'.repeat(16) };
  await engine.open(null, [{ n: 1, t: 0, type: 'create', seat: null, data: setup }]);
  const records: Published[] = [];
  const record = async (...inputs: Input[]): Promise<void> => {
    const { entries, events } = await engine.handle(inputs);
    const [first] = entries;
    const of = { matchId: '', tenantId: 'bench', game: tetris.name, epoch: 1, at: 0 };
    if (first && events.length > 0) records.push({ ...of, n: first.n, entries, events });
  };
  await record(
    ...[0, 1].map((seat): Input => ({ kind: 'seat', t: 0, change: { type: 'sit', account: `${seat}` } })),
    ...[0, 1].map((seat) => command(0, seat, 'ready', { ready: true })),
  );
  for (let tick = 0; tick < ticks; tick += ticksPerCommit) await record(...inputsAfter(engine, tick));
  return records;
}

/** A quarter of a second: what both do about what they see at its beginning. */
function inputsAfter(engine: Engine, from: number): Input[] {
  const { game } = engine.view(null) as TickView<TetrisView>;
  const t = Math.floor((from * 1000) / hz);
  const moves = [0, 1].flatMap((seat) =>
    tetrisRules
      .bot(game!, seat, 'strong', game!.tick)
      .map(({ name, payload }) => command(t, seat, name, payload)),
  );
  return [
    ...moves,
    ...Array.from({ length: ticksPerCommit }, (_, i): Input => {
      const at = Math.floor(((from + i + 1) * 1000) / hz);
      return { kind: 'tick', t: at, mark: i === ticksPerCommit - 1 };
    }),
  ];
}

let ids = 0;
const command = (t: number, seat: number, name: string, payload: unknown): Input => ({
  kind: 'command',
  t,
  seat,
  id: `${ids++}`,
  name,
  payload,
});
