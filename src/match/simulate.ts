/**
 * Plays a tick-based match from its inputs alone, as if its players were here: the game's own engine makes the log, and
 * with it the result. Rules with ids in src/solo/SPEC.md.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ApiError } from '../http/errors.ts';
import type { Engine, Entry, Input, MatchSetup, Result } from './engine.ts';
import type { Game } from './game.ts';

/** A command of a player for one tick; the first tick is 1. */
export interface TimedInput {
  readonly tick: number;
  readonly seat: number;
  readonly name: string;
  readonly payload: unknown;
}

export interface Play {
  readonly setup: MatchSetup;
  /** Who plays, in the order of their seats. */
  readonly accounts: readonly string[];
  /** In the order of their ticks. Read as the play goes on: what reading throws ends it. */
  readonly inputs: Iterable<TimedInput>;
  /** The play must be over by this tick. */
  readonly mostTicks: number;
}

/** The log of a play, as a room would have made it. */
export interface Played {
  readonly entries: readonly Entry[];
  readonly result: Result;
}

/** What of a game a play needs. */
interface Tools {
  readonly engine: Engine;
  readonly hz: number;
  readonly commands: Game['commands'];
}

/** Played at a stretch before others have their turn: a few milliseconds. */
const sliceTicks = 300;

/**
 * The log and the result that inputs give. Throws ApiError: 400 `simulate/unknown_game`, `simulate/wrong_players`, and
 * `simulate/bad_input` for what no client of the game sends; 422 `simulate/refused` for an input that its rules refuse or
 * that comes after the end, and `simulate/not_over`.
 */
export async function simulate(games: readonly Game[], play: Play): Promise<Played> {
  const tools = toolsOf(games, play.setup);
  try {
    return await playWith(tools, play);
  } finally {
    await tools.engine.close();
  }
}

async function playWith(tools: Tools, { setup, accounts, mostTicks, ...play }: Play): Promise<Played> {
  const log = new Log(tools.engine);
  await log.open(setup);
  await begin(log, accounts);
  const inputs = new Lookahead(play.inputs);
  for (let tick = 0; !log.result && tick < mostTicks; tick += sliceTicks) {
    const refused = await log.add(slice(tick, Math.min(tick + sliceTicks, mostTicks), inputs, tools));
    if (refused) throw new ApiError(422, 'simulate/refused', refused);
    await letOthersRun();
  }
  return finished(log, inputs, mostTicks);
}

function toolsOf(games: readonly Game[], { game: name, version }: MatchSetup): Tools {
  const game = games.find((one) => one.name === name);
  const engine = game && Object.hasOwn(game.engines, version) ? game.engines[version]!() : null;
  if (game && engine?.hz !== undefined) return { engine, hz: engine.hz, commands: game.commands };
  throw new ApiError(400, 'simulate/unknown_game', `${name} ${version} is no tick-based game of this server`);
}

/** The players sit down and are ready, and with that the match starts. */
async function begin(log: Log, accounts: readonly string[]): Promise<void> {
  const sit = accounts.map((account): Input => ({ kind: 'seat', t: 0, change: { type: 'sit', account } }));
  const ready = { kind: 'command', t: 0, name: 'ready', payload: { ready: true } } as const;
  const getReady = accounts.map((_, seat): Input => ({ ...ready, seat, id: `ready-${seat}` }));
  const refused = await log.add([...sit, ...getReady]);
  if (refused || log.entries.at(-1)!.type !== 'start')
    throw new ApiError(400, 'simulate/wrong_players', `the match has not ${accounts.length} seats`);
}

/** What happens after tick `from`, up to tick `to`: before each tick the commands for it. */
function slice(from: number, to: number, inputs: Lookahead, { hz, commands }: Tools): Input[] {
  const batch: Input[] = [];
  for (let tick = from + 1; tick <= to; tick++) {
    const t = Math.floor((tick * 1000) / hz);
    for (; inputs.next && inputs.next.tick <= tick; inputs.take())
      batch.push(commandOf(inputs.next, t, commands));
    batch.push({ kind: 'tick', t });
  }
  return batch;
}

/** Checked like a command that reaches a room. */
function commandOf({ tick, seat, name, payload }: TimedInput, t: number, commands: Game['commands']): Input {
  const parsed = Object.hasOwn(commands, name) ? commands[name]!.safeParse(payload) : null;
  if (parsed?.success)
    return { kind: 'command', t, seat, id: `for tick ${tick}`, name, payload: parsed.data };
  const [issue] = parsed?.error?.issues ?? [];
  const why = issue ? `${issue.path.join('.')}: ${issue.message}` : `there is no command ${name}`;
  throw new ApiError(400, 'simulate/bad_input', `for tick ${tick}: ${why}`);
}

function finished({ entries, result }: Log, { next }: Lookahead, mostTicks: number): Played {
  if (!result)
    throw new ApiError(422, 'simulate/not_over', `after ${mostTicks} ticks the play is not over yet`);
  if (next) throw new ApiError(422, 'simulate/refused', `for tick ${next.tick}: the play was over before`);
  return { entries, result };
}

class Log {
  readonly entries: Entry[] = [];
  result: Result | null = null;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async open(setup: MatchSetup): Promise<void> {
    this.entries.push({ n: 1, t: 0, type: 'create', seat: null, data: setup });
    await this.#engine.open(null, this.entries);
  }

  /** Why the first input that was refused was; null when all is well. */
  async add(batch: readonly Input[]): Promise<string | null> {
    const { entries, result, outcomes } = await this.#engine.handle(batch);
    this.entries.push(...entries);
    this.result = result;
    for (const [at, outcome] of outcomes.entries())
      if (!outcome.ok) return `${idOf(batch[at]!)}: ${outcome.code}: ${outcome.message}`;
    return null;
  }
}

const idOf = (input: Input): string => (input.kind === 'command' ? input.id : input.kind);

/** An iteration of which the next item can be looked at. */
class Lookahead {
  next: TimedInput | null = null;
  readonly #rest: Iterator<TimedInput>;

  constructor(inputs: Iterable<TimedInput>) {
    this.#rest = inputs[Symbol.iterator]();
    this.take();
  }

  take(): void {
    const { done, value } = this.#rest.next();
    this.next = done ? null : value;
  }
}
