/** Key moments of whole matches: of bots with a human touch, of spinners, of any keys, and of a match in its engine. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tetrisMoments } from '../../rooms/tetris/moments.ts';
import { tetrisRules, type TetrisView } from '../../rooms/tetris/rules.ts';
import type { Entry, Input, MatchEvent } from '../../src/match/engine.ts';
import { detect, followMoments } from '../../src/match/moment-rules.ts';
import { seededRandom, type Random } from '../../src/match/random.ts';
import { TickEngine, type TickView } from '../../src/match/tick-engine.ts';
import { setupOf } from '../match/support.ts';
import { line, recount, watch, type Watched } from './recount.ts';
import { spinners } from './spinners.ts';
import { botPlayers, draw, fixture, keysOf, newMatch, seed, type Players, type Told } from './support.ts';

/** Ticks between the keys of a strong bot: only then it's asked. */
const PACE = 6;

function strongBots(seats: number): Players {
  const bots = botPlayers(Array<'strong'>(seats).fill('strong'));
  return (state, seat) => ((state.tick + seat) % PACE === 0 ? bots(state, seat) : 0);
}

/** Strong bots at half their pace that now and then press a wrong key. */
function casual(n: number, seats: number): Players {
  const random = seededRandom(seed(n), 'fingers');
  const bots = strongBots(seats);
  return (state, seat) => {
    const actions = bots(state, seat);
    const chance = actions === 0 ? 0 : random.int(100);
    return chance < 50 ? 0 : chance < 52 ? 1 << random.int(8) : actions;
  };
}

/** Seat 0 plays three times as slowly as seat 1, until that loses its head. */
function turning(n: number): Players {
  const random = seededRandom(seed(n), 'fingers');
  const [bots, keys] = [strongBots(2), keysOf(n)];
  return (state, seat) => {
    if (seat === 1) return state.tick < 1500 ? bots(state, seat) : keys(state, seat);
    return state.tick < 1500 && random.int(3) > 0 ? 0 : bots(state, seat);
  };
}

const setups = fixture<{ before: string[] }>('placements').map(({ before }) => before.toReversed());

/** Whole T-spins and perfect clears need stacks that were built for them: each T and each I may find one. */
function buildStacks(match: Watched['state'], random: Random) {
  return (told: readonly Told[]): void => {
    for (const { type, seat, data } of told) {
      const { piece } = data as { piece?: string };
      if (type !== 'piece_spawn' || random.int(2) === 0) continue;
      if (piece === 'T') draw(match.boards[seat!]!, ...setups[random.int(setups.length)]!);
      if (piece === 'I') draw(match.boards[seat!]!, 'XXX____XXX');
    }
  };
}

/** Matches of each kind; those that are built have stacks that fall without a clear. */
const KINDS = {
  casual: (n: number) => watch(newMatch(n), casual(n, 2), 7200),
  table: (n: number) => watch(newMatch(n, { players: 4, targeting: 'random' }), casual(n, 4), 3600),
  race: (n: number) => watch(newMatch(n, { lines: 40 }), casual(n, 2), 7200),
  turning: (n: number) => watch(newMatch(n), turning(n), 7200),
  high: (n: number) => {
    const state = newMatch(n);
    for (const board of state.boards) draw(board, ...Array<string>(15).fill('XXXXXXXXX_'));
    return watch(state, casual(n, 2), 1800);
  },
  keys: (n: number) => watch(newMatch(n, { players: 1 + (n % 8) }), keysOf(n), 3600),
  built: (n: number) => {
    const state = newMatch(n, { players: 1 + (n % 3), ticks: 1500 });
    const stacks = buildStacks(state, seededRandom(seed(n), 'stacks'));
    return watch(state, spinners(strongBots(state.players)), 1500, stacks);
  },
};

const found = ({ told }: Pick<Watched, 'told'>): string[] =>
  detect(tetrisMoments, told).map(({ type, seat, n, data }) => line(n, type, seat, data));

const typeOf = (moment: string): string => moment.split(' ')[1]!;

function countTypes(moments: readonly string[]): Record<string, number> {
  const counts = Object.keys(tetrisMoments.types).map((type): [string, number] => [
    type,
    moments.filter((moment) => typeOf(moment) === type).length,
  ]);
  return Object.fromEntries(counts);
}

type Kind = keyof typeof KINDS;

/** Matches of each kind, and how often each type occurs in them at least. */
const PLAYED: readonly [kind: Kind, matches: number, least: Record<string, number>][] = [
  ['table', 3, { tetris: 6, garbage_surge: 6, elimination: 4 }],
  ['race', 6, { tetris: 6, garbage_surge: 6 }],
  ['turning', 10, { tetris: 10, back_to_back: 4, garbage_surge: 15, comeback: 2 }],
  ['high', 6, { near_death_survival: 3 }],
  ['keys', 100, { elimination: 200 }],
  ['built', 6, { t_spin_single: 2, t_spin_double: 4, t_spin_triple: 2, perfect_clear: 10 }],
];

/** Plays matches of a kind, each with the moments that a recount finds; gives how often each type occurred. */
function play(kind: Kind, matches: number): Record<string, number> {
  // a stack that is built anew falls without a clear
  const isSound = (moment: string): boolean => kind !== 'built' || typeOf(moment) !== 'near_death_survival';
  const all: string[] = [];
  for (let n = 0; n < matches; n++) {
    const match = KINDS[kind](n);
    const moments = found(match).filter(isSound);
    expect(moments.toSorted()).toEqual(recount(match).filter(isSound));
    all.push(...moments);
  }
  return countTypes(all);
}

describe('whole matches', () => {
  test.each(PLAYED)(
    '[T41] [T42] [T43] [T44] [T45] [T46] [T47] [T48] [T50] %s: %i have the moments that a recount finds',
    { timeout: 60_000 },
    (kind, matches, least) => {
      const counts = play(kind, matches);
      for (const [type, times] of Object.entries(least))
        expect(counts[type], type).toBeGreaterThanOrEqual(times);
    },
  );

  test('[T50] of two players have fewer than ten moments of each type', { timeout: 60_000 }, () => {
    const matches = 15;
    const counts = play('casual', matches);
    for (const [type, times] of Object.entries(counts)) expect(times / matches, type).toBeLessThan(10);
    for (const type of ['tetris', 'garbage_surge']) expect(counts[type]).toBeGreaterThan(matches);
  });
});

describe('the events of a match', () => {
  test('[T49] give the same moments however they are cut, and each time', () => {
    const matches = (['turning', 'high', 'keys', 'built'] as const).map((kind) => KINDS[kind](2).told);
    const sizes = fc.array(fc.nat({ max: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...matches), sizes, (told, cuts) => {
        const follow = followMoments(tetrisMoments);
        const events = JSON.parse(JSON.stringify(told)) as MatchEvent[];
        const parts = [...cuts.map((size) => events.splice(0, size)), events];
        expect(parts.flatMap(follow)).toEqual(detect(tetrisMoments, told));
      }),
    );
    for (const told of matches) expect(detect(tetrisMoments, told).length).toBeGreaterThan(0);
  });

  test('[T49] give moments of the types that are named, and stay as they were', () => {
    const { told } = KINDS.turning(3);
    const before = JSON.stringify(told);
    for (const { type } of detect(tetrisMoments, told)) expect(tetrisMoments.types).toHaveProperty(type);
    expect(JSON.stringify(told)).toBe(before);
    expect(Object.keys(tetrisMoments.types)).toHaveLength(10);
  });

  test('[T49] leave little to remember, however many they are', () => {
    const state = tetrisMoments.start();
    const { told } = watch(newMatch(1, { players: 8 }), strongBots(8), 600);
    for (const event of told) if (tetrisMoments.events.includes(event.type)) tetrisMoments.see(state, event);
    expect(told.length).toBeGreaterThan(300);
    expect(JSON.stringify(state).length).toBeLessThan(8 * 200);
  });
});

/** A match of two people and a bot in its engine: one plays like a bot, the other any keys, and goes away. */
class Hosted {
  readonly log: Entry[];
  readonly events: MatchEvent[] = [];
  readonly #engine = new TickEngine(tetrisRules);
  #commands = 0;
  #t = 0;

  constructor(n: number) {
    const { players: _, ...given } = newMatch(n).options;
    const setup = { ...setupOf('tetris', { ...given, players: 3 }), seed: seed(n) };
    this.log = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
    this.#engine.open(null, this.log);
    for (const account of ['ann', 'bob']) this.#seat('sit', account);
    this.#command(0, 'add_bot', { strength: 'strong' });
    for (const seat of [0, 1]) this.#command(seat, 'ready', { ready: true });
    this.#play(seededRandom(seed(n), 'keys'));
  }

  #play(random: Random): void {
    for (let tick = 1; tick < 5000 && !this.events.some(({ type }) => type === 'match_result'); tick++) {
      if (tick === 300) this.#seat('away', 'bob');
      if (tick % 12 === 0) this.#command(0, 'input', this.#likeBot(tick));
      if (tick % 6 === 0) this.#command(1, 'input', { tick: 0, actions: 1 << random.int(8) });
      this.#t += 1000 / 60;
      this.#handle({ kind: 'tick', t: Math.round(this.#t), mark: tick % 15 === 0 });
    }
  }

  #likeBot(tick: number): unknown {
    const { game } = this.#engine.view(0) as TickView<TetrisView>;
    return tetrisRules.bot(game!, 0, 'strong', tick)[0]?.payload ?? { tick: 0, actions: 0 };
  }

  #seat(type: 'sit' | 'away', account: string): void {
    this.#handle({ kind: 'seat', t: Math.round(this.#t), change: { type, account } });
  }

  #command(seat: number, name: string, payload: unknown): void {
    const id = `c${this.#commands++}`;
    this.#handle({ kind: 'command', t: Math.round(this.#t), seat, id, name, payload });
  }

  #handle(input: Input): void {
    const { entries, events } = this.#engine.handle([input]);
    this.log.push(...entries);
    this.events.push(...events);
  }
}

describe('a match in its engine', () => {
  test('[T49] that is followed gives the moments of the match as it was played', () => {
    const types = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const { log, events } = new Hosted(n);
      const followed = new TickEngine(tetrisRules).follow(log).events;
      const [played, again] = [events, followed].map((all) =>
        detect(tetrisMoments, all).map(({ t: _t, ...moment }) => moment),
      );
      expect(again).toEqual(played);
      for (const { type } of played!) types.add(type);
    }
    expect([...types]).toEqual(expect.arrayContaining(['tetris', 'garbage_surge', 'elimination']));
  });
});
