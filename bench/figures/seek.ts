import { SOFT_DROP_OFF } from '../../rooms/tetris/actions.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import type { Engine, Entry, Input, MatchSetup } from '../../src/match/engine.ts';
import { seededRandom } from '../../src/match/random.ts';
import type { TableView } from '../../src/match/table-engine.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import { ReplayPlayer } from '../../src/replays/player.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../stage.ts';

const ticks = 10 * 60 * 60;
const seeks = 200;
/** Slow on low levels, so that the level rises no faster than they can follow. */
const keyTicks = (level: number): number => Math.max(6, 100 - 14 * level);
const make = (): Engine => new TickEngine(tetrisRules);

/** A replay of Tetris, ten minutes of two, who press twelve keys a second: to anywhere of it, from anywhere. */
export async function seek({ samples }: Bench): Promise<Row[]> {
  const log = play();
  const [worst, usual, opening]: number[][] = [[], [], []];
  for (let sample = 0; sample < samples; sample++) {
    const began = performance.now();
    const player = await ReplayPlayer.open(make, log);
    opening!.push(performance.now() - began);
    const took = (await jumps(player, sample)).sort((a, b) => a - b);
    worst!.push(took.at(-1)!);
    usual!.push(took[took.length >> 1]!);
    await player.close();
  }
  const note = `${log.length} entries`;
  return [
    {
      figure: 'seek',
      what: 'a seek in 10 minutes of Tetris, the slowest of 200',
      unit: 'ms',
      values: worst!,
      bound: { below: 100 },
      note,
    },
    { figure: 'seek', what: 'the same, median', unit: 'ms', values: usual! },
    { figure: 'seek', what: 'a replay of them is opened', unit: 'ms', values: opening! },
  ];
}

async function jumps(player: ReplayPlayer, sample: number): Promise<number[]> {
  const random = seededRandom('0'.repeat(32), `jumps ${sample}`);
  const took: number[] = [];
  for (let i = 0; i < seeks; i++) {
    const began = performance.now();
    await player.seek(random.int(player.duration));
    took.push(performance.now() - began);
  }
  return took;
}

/** The first of many tries in which nobody is out before. */
function play(): Entry[] {
  for (let i = 0; i < 16; i++) {
    const log = tryToPlay(i.toString(16).repeat(32));
    if (log) return log;
  }
  throw new Error('no match of Tetris lasts for ten minutes');
}

function tryToPlay(seed: string): Entry[] | null {
  const own = { players: 2, startLevel: 1, targeting: 'even', messiness: 0, garbageDelay: 20, ticks };
  const options = { mode: 'bench', turnMs: 0, botDelayMs: 0, ...own };
  const setup: MatchSetup = { game: 'tetris', version: '1', options, seed };
  const log: Entry[] = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
  const engine = new TickEngine(tetrisRules);
  engine.open(null, log);
  const take = (inputs: Input[]) => {
    const { entries, result } = engine.handle(inputs);
    log.push(...entries);
    return result;
  };
  for (const seat of [0, 1]) take([{ kind: 'seat', t: 0, change: { type: 'sit', account: `p${seat}` } }]);
  for (const seat of [0, 1]) take([command(seat, 0, 'ready', { ready: true })]);
  const random = seededRandom(seed, 'keys');
  for (let tick = 1; tick <= ticks; tick++) {
    const t = Math.floor((tick * 1000) / 60);
    const { game } = engine.view(null) as TableView<Parameters<typeof tetrisRules.bot>[0]>;
    const keys = [0, 1].flatMap((seat) => pressed(game!, seat, t, random.int(10) === 0));
    if (take([...keys, { kind: 'tick', t, mark: tick % 15 === 0 }])) return tick === ticks ? log : null;
  }
  return null;
}

/** What a bot would press, and now and then a key that does nothing. */
function pressed(
  view: Parameters<typeof tetrisRules.bot>[0],
  seat: number,
  t: number,
  isRestless: boolean,
): Input[] {
  const isTime = (view.tick + seat) % keyTicks(view.boards[seat]!.level) === 0;
  const commands = isTime ? tetrisRules.bot(view, seat, 'strong', -seat) : [];
  const idle = isRestless ? [{ name: 'input', payload: { tick: 0, actions: SOFT_DROP_OFF } }] : [];
  return [...commands, ...idle].map(({ name, payload }) =>
    command(seat, t, name, { ...(payload as object), tick: 0 }),
  );
}

const command = (seat: number, t: number, name: string, payload: unknown): Input => ({
  kind: 'command',
  t,
  seat,
  id: '',
  name,
  payload,
});
