/** The engine of tick-based rules, by Tetris: what it does with inputs and their ticks, and what it leaves in the log. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARD_DROP, HOLD, MOVE_LEFT, MOVE_RIGHT, ROTATE_CW } from '../../rooms/tetris/actions.ts';
import { hashState, tetrisRules, type TetrisState, type TetrisView } from '../../rooms/tetris/rules.ts';
import type { Entry, Handled, Input, MatchEvent, Outcome } from '../../src/match/engine.ts';
import { TickEngine, type TickView } from '../../src/match/tick-engine.ts';
import { setupOf } from './support.ts';

const people = ['ann', 'bob'];
const newEngine = () => new TickEngine(tetrisRules);

/** An engine, all that it has said so far, and the same match as others fold it from the log. */
class Play {
  readonly engine = newEngine();
  readonly log: Entry[];
  readonly events: MatchEvent[] = [];
  t = 0;
  #ids = 0;

  constructor(options: object = {}) {
    const setup = setupOf('tetris', {
      players: 2,
      startLevel: 15,
      targeting: 'random',
      messiness: 30,
      garbageDelay: 20,
      ...options,
    });
    this.log = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
    this.engine.open(null, this.log);
  }

  /** Two people, and bots in the other seats; the match has begun. */
  static begun(options: object = {}, bots = 0): Play {
    const play = new Play({ players: 2 + bots, ...options });
    for (const account of people) play.seat('sit', account);
    for (let i = 0; i < bots; i++) play.command(0, 'add_bot', { strength: i % 2 === 0 ? 'strong' : 'weak' });
    for (const seat of [0, 1]) play.command(seat, 'ready', { ready: true });
    return play;
  }

  handle(input: Input): Handled {
    const handled = this.engine.handle([input]);
    this.log.push(...handled.entries);
    this.events.push(...handled.events);
    return handled;
  }

  command(seat: number, name: string, payload: object): Outcome {
    const id = `c${this.#ids++}`;
    return this.handle({ kind: 'command', t: this.t, seat, id, name, payload }).outcomes[0]!;
  }

  input(seat: number, actions: number, tick = 0): Outcome {
    return this.command(seat, 'input', { tick, actions });
  }

  seat(type: 'sit' | 'away' | 'back', account: string): void {
    this.handle({ kind: 'seat', t: this.t, change: { type, account } });
  }

  /** Steps, and leaves a mark each quarter of a second, as a match that commits then asks for. */
  ticks(count: number): void {
    for (let i = 0; i < count; i++) {
      this.t += 1000 / 60;
      this.handle({ kind: 'tick', t: Math.round(this.t), mark: (this.view.tick + 1) % 15 === 0 });
    }
  }

  get shown(): TickView<TetrisView> {
    return this.engine.view(null);
  }

  get view(): TetrisView {
    return this.shown.game!;
  }
}

/** The rules' state of an engine. */
function stateOf(engine: { checkpoint(): Uint8Array }): TetrisState {
  const { game } = JSON.parse(Buffer.from(engine.checkpoint()).toString()) as { game: { state: string } };
  return tetrisRules.decode(Buffer.from(game.state, 'base64'));
}

/** The state that a log folds to, stepped on to `tick`. */
function foldedTo(tick: number, log: readonly Entry[]): TetrisState {
  const other = newEngine();
  other.open(null, log);
  const state = stateOf(other);
  while (state.tick < tick) tetrisRules.step(state, () => {});
  return state;
}

const inputsOf = (log: readonly Entry[]) =>
  log.filter(({ type }) => type === 'input').map(({ data }) => data);
const tickOf = ({ data }: Entry): number => (data as { tick: number }).tick;
const codeOf = (outcome: Outcome): string => (outcome.ok ? 'ok' : outcome.code);

describe('inputs and their ticks', () => {
  test('[K1] an input takes effect exactly in its tick; a late one, and one without a sensible tick, in the next', () => {
    const play = Play.begun();
    play.ticks(10);
    expect(play.input(0, HARD_DROP, 25)).toMatchObject({ ok: true });
    expect(play.input(1, MOVE_LEFT, 4)).toMatchObject({ ok: true });
    expect(inputsOf(play.log)).toEqual([{ tick: 11, actions: MOVE_LEFT }]);
    play.ticks(14);
    expect(play.view.boards[0]!.placed).toBe(0);
    play.ticks(1);
    expect(play.view).toMatchObject({ tick: 25, boards: [{ placed: 1 }, {}] });
    expect(inputsOf(play.log).at(-1)).toEqual({ tick: 25, actions: HARD_DROP });
  });

  test('[K1] inputs come into the log under the id of their command, those that waited too', () => {
    const play = Play.begun();
    const ids = play.log.length;
    play.input(0, MOVE_LEFT, 5);
    play.input(0, MOVE_RIGHT, 1);
    play.ticks(5);
    const inputs = play.log.slice(ids).filter(({ type }) => type === 'input');
    expect(inputs.map((entry) => [tickOf(entry), entry.id])).toEqual([
      [1, 'c3'],
      [5, 'c2'],
    ]);
  });

  test('[K2] more than two seconds ahead is too early, and 64 of a seat may wait; what is refused leaves nothing', () => {
    const play = Play.begun();
    play.ticks(1);
    expect(play.input(0, HARD_DROP, 1 + 1 + 120)).toMatchObject({ ok: true });
    const before = play.engine.checkpoint();
    for (const tick of [123, 10_000, 2 ** 53, Infinity])
      expect(codeOf(play.input(0, HARD_DROP, tick))).toBe('match/too_early');
    expect(play.engine.checkpoint()).toEqual(before);
    for (let i = 0; i < 63; i++) expect(play.input(0, MOVE_LEFT, 60)).toMatchObject({ ok: true });
    expect(codeOf(play.input(0, MOVE_LEFT, 60))).toBe('match/too_many');
    expect(play.input(1, MOVE_LEFT, 60)).toMatchObject({ ok: true });
  });
});

describe('the log', () => {
  test('[K3] a tick that is marked leaves an entry there, unless one says so already', () => {
    const play = Play.begun({ startLevel: 1 });
    play.ticks(60);
    const marks = play.log.filter(({ type }) => type === 'mark');
    expect(marks.map(tickOf)).toEqual([15, 30, 45, 60]);
    play.seat('away', 'bob');
    play.ticks(1);
    play.seat('back', 'bob');
    expect(play.log.slice(-4).map(({ type }) => type)).toEqual(['mark', 'away', 'mark', 'back']);
  });

  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ ticks: fc.integer({ min: 1, max: 12 }) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        seat: fc.nat(1),
        actions: fc.constantFrom(HARD_DROP, HOLD, MOVE_LEFT, MOVE_RIGHT, ROTATE_CW, HARD_DROP | MOVE_LEFT),
        ahead: fc.integer({ min: -5, max: 20 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ change: fc.constantFrom('away', 'back'), who: fc.nat(1) }) },
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  function take(play: Play, one: Step): void {
    if ('ticks' in one) play.ticks(one.ticks);
    else if ('change' in one) play.seat(one.change as 'away' | 'back', people[one.who]!);
    else play.input(one.seat, one.actions, play.view.tick + one.ahead);
  }

  test('[K4] folded, it gives what was played, at every entry: people, bots, and bots for those away', () => {
    const seen = { bots: 0, waited: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
        const play = Play.begun({}, 2);
        for (const one of steps) {
          const before = play.log.length;
          take(play, one);
          if (play.log.length === before) continue;
          const live = stateOf(play.engine);
          expect(hashState(foldedTo(live.tick, play.log))).toBe(hashState(live));
        }
        seen.bots += play.log.filter(({ type, seat }) => type === 'input' && seat! > 1).length;
        seen.waited += play.log.filter(({ id, type }) => id && type === 'input').length;
      }),
      { numRuns: 30 },
    );
    expect(seen.bots).toBeGreaterThan(100);
    expect(seen.waited).toBeGreaterThan(100);
  });

  test('[K5] a checkpoint keeps inputs that wait; with entries after it none of them applies twice', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), fc.nat(), (steps, at) => {
        const play = Play.begun({}, 1);
        const cut = at % steps.length;
        for (const one of steps.slice(0, cut)) take(play, one);
        const [saved, from] = [play.engine.checkpoint(), play.log.length];
        for (const one of steps.slice(cut)) take(play, one);
        const revived = newEngine();
        revived.open(saved, play.log.slice(from));
        const entries = revived.handle(
          Array.from({ length: 40 }, (): Input => ({ kind: 'tick', t: play.t })),
        ).entries;
        const ids = [...play.log, ...entries].flatMap(({ id, seat }) => (id ? [`${seat} ${id}`] : []));
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 40 },
    );
  });

  test('[K6] eliminations and the end are entries, and the view says where; the end has the figures', () => {
    const play = Play.begun({}, 1);
    for (let i = 0; i < 40 && !play.log.some(({ type }) => type === 'eliminated'); i++) {
      play.input(0, HARD_DROP);
      play.ticks(1);
    }
    const out = play.log.findLast(({ type }) => type === 'eliminated')!;
    expect(out).toMatchObject({ seat: 0, data: { tick: play.view.tick } });
    expect(play.shown.eliminatedAt).toEqual([out.n, null, null]);
    expect(codeOf(play.input(0, HARD_DROP))).toBe('tetris/eliminated');
    for (let i = 0; i < 60 && play.log.at(-1)!.type !== 'end'; i++) {
      play.input(1, HARD_DROP);
      play.ticks(1);
    }
    expect(play.log.slice(-2).map(({ type, seat }) => [type, seat])).toEqual([
      ['eliminated', 1],
      ['end', null],
    ]);
    const { result, n } = play.engine.handle([]);
    expect(result!.players.map(({ account, placement }) => [account, placement])).toEqual([
      ['ann', 3],
      ['bob', 2],
      [null, 1],
    ]);
    play.ticks(30);
    expect(play.engine.handle([])).toMatchObject({ n, result });
  });
});

test('[K7] with nobody there nothing moves; who returns plays on, and a day later it is abandoned', () => {
  const play = Play.begun({ startLevel: 1 }, 1);
  play.ticks(20);
  for (const account of people) play.seat('away', account);
  const [n, still] = [play.log.length, hashState(stateOf(play.engine))];
  play.ticks(100);
  expect(play.log.length).toBe(n);
  expect(hashState(stateOf(play.engine))).toBe(still);
  play.seat('back', 'bob');
  play.ticks(10);
  expect(play.view.tick).toBe(30);
  play.seat('away', 'bob');
  const { wakeAt } = play.engine.handle([]);
  expect(wakeAt! - play.log.at(-1)!.t).toBe(24 * 3_600_000);
  expect(play.handle({ kind: 'wake', t: wakeAt! }).result).toMatchObject({ reason: 'abandoned' });
});

test('[K8] an event belongs to the entry whose fold takes its step', () => {
  const play = Play.begun({}, 2);
  play.ticks(600);
  const steps = play.events.filter(({ type }) => type === 'piece_lock');
  expect(steps.length).toBeGreaterThan(10);
  for (const { n, t } of steps) {
    const [before, its] = [play.log[n - 2]!, play.log[n - 1]];
    expect(before.t).toBeLessThanOrEqual(t);
    if (its) expect(its.t).toBeGreaterThanOrEqual(t);
  }
});
