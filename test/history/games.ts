/** Real logs to keep: matches that the games' own engines made. */
import { type TetrisView, tetrisRules } from '../../rooms/tetris/rules.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { Published } from '../../src/events/event-stream.ts';
import type { FinishedLog } from '../../src/history/replay-record.ts';
import type {
  Engine,
  Entry,
  Handled,
  Input,
  MatchEvent,
  MatchSetup,
  Result,
} from '../../src/match/engine.ts';
import { randomFrom, seededRandom } from '../../src/match/random.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import { TickEngine, type TickView } from '../../src/match/tick-engine.ts';
import { newId, T0 } from './support.ts';

const seed = '0123456789abcdef'.repeat(2);
const common = { mode: 'ranked', turnMs: 1_000, botDelayMs: 10 };

/** A log and what was published of it: each batch of the engine is a record. */
export interface PlayedMatch extends FinishedLog {
  readonly matchId: string;
  readonly records: readonly Published[];
  readonly events: readonly MatchEvent[];
  readonly result: Result;
}

/** One person, who lets every turn pass, and three bots. */
export function playWhist(rounds: number, more: object = {}): PlayedMatch {
  const recorder = new Recorder(new RulesEngine(whistRules), 'whist', { ...common, rounds, ...more });
  recorder.sit('ada');
  for (const seat of [1, 2, 3]) recorder.command(0, 'add_bot', { seat, strength: 'weak' });
  let { result, wakeAt } = recorder.command(0, 'ready', { ready: true });
  while (!result) ({ result, wakeAt } = recorder.handle({ kind: 'wake', t: wakeAt! }));
  return recorder.played();
}

/** Two players for so many seconds: the bots of the game, or any keys at any time. */
export function playTetris(players: 'bots' | 'keys', seconds: number): PlayedMatch {
  const options = {
    ...common,
    players: 2,
    startLevel: 1,
    targeting: 'even',
    messiness: 30,
    garbageDelay: 20,
  };
  const recorder = new Recorder(new TickEngine(tetrisRules), 'tetris', { ...options, ticks: seconds * 60 });
  recorder.sit('ada');
  if (players === 'bots') recorder.command(0, 'add_bot', { seat: 1, strength: 'strong' });
  else recorder.sit('bob');
  for (const seat of players === 'bots' ? [0] : [0, 1]) recorder.command(seat, 'ready', { ready: true });
  const random = randomFrom(seededRandom(seed, 'keys').state());
  for (let tick = 1; !recorder.result; tick++) {
    const t = 400 + Math.floor((tick * 1000) / 60) + random.int(3);
    if (players === 'bots') recorder.playAsBot(0, tick, t);
    else if (random.int(6) === 0)
      recorder.command(random.int(2), 'input', { tick, actions: 1 << random.int(8) }, t);
    recorder.handle({ kind: 'tick', t, mark: tick % 15 === 0 });
  }
  return recorder.played();
}

class Recorder {
  readonly #engine: Engine;
  readonly #base: Pick<Published, 'matchId' | 'tenantId' | 'game' | 'epoch'>;
  readonly #records: Published[];
  /** What follows from an entry to come is published with it. */
  #events: MatchEvent[] = [];
  result: Result | null = null;

  constructor(engine: Engine, game: string, options: MatchSetup['options']) {
    this.#engine = engine;
    this.#base = { matchId: newId(), tenantId: 'acme', game, epoch: 1 };
    const setup: MatchSetup = { game, version: engine.version, options, seed };
    const create: Entry = { n: 1, t: 0, type: 'create', seat: null, data: setup };
    void engine.open(null, [create]);
    this.#records = [{ ...this.#base, n: 1, at: T0, entries: [create], events: [] }];
  }

  sit(account: string): void {
    this.handle({ kind: 'seat', t: 5, change: { type: 'sit', account } });
  }

  command(seat: number, name: string, payload: object, t = 5): Handled {
    return this.handle({ kind: 'command', t, seat, id: `${name}-${this.#records.length}`, name, payload });
  }

  /** What a bot would do in this seat, its player does. */
  playAsBot(seat: number, tick: number, t: number): void {
    const { game } = this.#engine.view(seat) as TickView<TetrisView>;
    if (!game) return;
    for (const { name, payload } of tetrisRules.bot(game, seat, 'strong', tick - 1))
      this.command(seat, name, payload as object, t);
  }

  handle(input: Input): Handled {
    const handled = this.#engine.handle([input]) as Handled;
    const { entries, events, result } = handled;
    this.#events.push(...events);
    this.result = result;
    if (entries.length > 0) {
      this.#records.push({
        ...this.#base,
        n: entries[0]!.n,
        at: T0 + input.t,
        entries,
        events: this.#events,
      });
      this.#events = [];
    }
    return handled;
  }

  played(): PlayedMatch {
    const events = this.#records.flatMap((record) => record.events);
    return {
      matchId: this.#base.matchId,
      records: this.#records,
      entries: this.#records.flatMap((record) => record.entries),
      events,
      hashes: events
        .filter(({ type }) => type === 'state_hash')
        .map(({ n, data }) => ({ n, hash: (data as { hash: string }).hash })),
      result: this.result!,
    };
  }
}
