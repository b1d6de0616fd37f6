/** Key moments in events made by hand, and above all where there is none. */
import { describe, expect, test } from 'vitest';
import { tetrisMoments } from '../../rooms/tetris/moments.ts';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { addPacket } from '../../rooms/tetris/garbage.ts';
import { type FoundMoment, type MatchEvent, detect } from '../../src/match/moment-rules.ts';
import { draw, duel, enter, options, pressEach, type Told } from './support.ts';

interface Lock {
  /** Of the stack after its clear. */
  readonly height?: number;
  /** Rows of each packet that enters. */
  readonly garbage?: readonly number[];
  readonly clear?: Partial<{ count: number; spin: string; b2b: number; perfect: boolean; attack: number }>;
  readonly score?: number;
  /** The seat goes out by it. */
  readonly out?: number;
}

/** Events as the rules tell them, of pieces that nobody had to play. */
class Script {
  readonly told: Told[] = [];

  constructor(players = 2, given: Parameters<typeof options>[0] = {}) {
    const all = options({ players, ...given });
    this.tell('game_start', null, { players: [...Array(players).keys()], options: all });
  }

  tell(type: string, seat: number | null, data: unknown): this {
    this.told.push({ type, seat, data });
    return this;
  }

  lock(seat: number, { height = 4, garbage = [], clear, score = 0, out }: Lock = {}): this {
    const place = { piece: 'T', x: 0, y: 0, rotation: 0, spin: clear?.spin ?? 'none' };
    this.tell('piece_lock', seat, { ...place, board: '001'.repeat(height), score });
    const easy = { rows: [], count: 1, spin: 'none', combo: 0, b2b: -1, perfect: false, attack: 0 };
    if (clear) this.tell('line_clear', seat, { ...easy, ...clear });
    for (const rows of garbage) this.tell('garbage_received', seat, { source: 1 - seat, rows });
    if (out === undefined) return this.spawn(seat);
    return this.tell('elimination', seat, { placement: out, reason: 'top_out' });
  }

  spawn(seat: number): this {
    return this.tell('piece_spawn', seat, { piece: 'T', x: 3, y: 20 });
  }

  end(...placements: number[]): this {
    return this.tell('game_end', null, { placements });
  }

  get moments(): FoundMoment[] {
    return momentsOf(this.told);
  }

  /** Such as `tetris 0`. */
  get names(): string[] {
    return this.moments.map(({ type, seat }) => `${type} ${seat}`);
  }
}

const momentsOf = (told: readonly Told[]): FoundMoment[] =>
  detect(
    tetrisMoments,
    told.map((event, at): MatchEvent => ({ n: at + 1, t: at * 10, ...event })),
  );

const clear = (seat: number, cleared: NonNullable<Lock['clear']>): string[] =>
  new Script().lock(seat, { clear: cleared }).names;

describe('a clear', () => {
  test('[T41] of four lines is a tetris, at its place in the log', () => {
    const { moments } = new Script().lock(1, { clear: { count: 4, b2b: 0, attack: 4 } });
    expect(moments).toEqual([{ type: 'tetris', seat: 1, n: 3, t: 20, data: { attack: 4 } }]);
  });

  test('[T41] of fewer lines is nothing', () => {
    for (const count of [1, 2, 3]) expect(clear(0, { count })).toEqual([]);
  });

  test('[T41] [T43] of four lines within a chain is part of it', () => {
    expect(clear(0, { count: 4, b2b: 1 })).toEqual(['back_to_back 0']);
    expect(clear(0, { count: 4, b2b: 2 })).toEqual([]);
  });

  test('[T42] by a whole T-spin is told by its lines, also within a chain', () => {
    const names = ['t_spin_single 0', 't_spin_double 0', 't_spin_triple 0'];
    for (const [at, name] of names.entries()) {
      const spun = { count: at + 1, spin: 'normal' };
      expect(clear(0, { ...spun, b2b: 0 })).toEqual([name]);
      expect(clear(0, { ...spun, b2b: 1 })).toEqual([name, 'back_to_back 0']);
      expect(clear(0, { ...spun, b2b: 3 })).toEqual([name]);
    }
  });

  test('[T42] a mini T-spin, and a T-spin without lines, are none', () => {
    for (const count of [1, 2]) expect(clear(0, { count, spin: 'mini', b2b: 0 })).toEqual([]);
    const { told } = new Script();
    const spun = { piece: 'T', x: 0, y: 0, rotation: 2, spin: 'normal', board: '3ff', score: 400 };
    expect(momentsOf([...told, { type: 'piece_lock', seat: 0, data: spun }])).toEqual([]);
  });

  test('[T43] of a chain is told when it has two, five, and each five more', () => {
    const script = new Script();
    for (let b2b = 0; b2b < 16; b2b++)
      script.lock(0, { clear: { count: 1, spin: 'mini', b2b, attack: b2b } });
    expect(script.moments.map(({ type, data }) => [type, data])).toEqual([
      ['back_to_back', { clears: 2, attack: 1 }],
      ['back_to_back', { clears: 5, attack: 4 }],
      ['back_to_back', { clears: 10, attack: 9 }],
      ['back_to_back', { clears: 15, attack: 14 }],
    ]);
  });

  test('[T43] a chain that was broken is told anew', () => {
    const chain = [0, 1, -1, 0, 1, 2];
    const script = new Script();
    for (const b2b of chain) script.lock(0, { clear: { count: b2b < 0 ? 1 : 4, b2b } });
    expect(script.names).toEqual(['tetris 0', 'back_to_back 0', 'tetris 0', 'back_to_back 0']);
  });

  test('[T44] that leaves nothing', () => {
    const { moments } = new Script().lock(0, { height: 0, clear: { count: 2, perfect: true, attack: 11 } });
    expect(moments).toEqual([{ type: 'perfect_clear', seat: 0, n: 3, t: 20, data: { attack: 11 } }]);
  });

  test('[T49] several moments of one clear are in their order', () => {
    const tetris = { count: 4, perfect: true };
    expect(
      new Script()
        .lock(0, { height: 17 })
        .lock(0, { height: 0, clear: { ...tetris, b2b: 0 } })
        .lock(0, { height: 17 })
        .lock(0, { height: 0, clear: { ...tetris, b2b: 1 } }).names,
    ).toEqual([
      'tetris 0',
      'perfect_clear 0',
      'near_death_survival 0',
      'back_to_back 0',
      'perfect_clear 0',
      'near_death_survival 0',
    ]);
  });
});

describe('a surge of garbage', () => {
  const surges = (...garbage: number[][]): unknown[] => {
    const script = new Script();
    for (const packets of garbage) script.lock(0, { garbage: packets });
    return script.moments.map(({ type, n, data }) => [type, n, data]);
  };

  test('[T45] three rows at one lock, in any packets, are told once all have entered', () => {
    expect(surges([3])).toEqual([['garbage_surge', 4, { rows: 3 }]]);
    expect(surges([1, 1, 2])).toEqual([['garbage_surge', 6, { rows: 4 }]]);
    expect(surges([8])).toEqual([['garbage_surge', 4, { rows: 8 }]]);
  });

  test('[T45] two rows are none', () => {
    expect(surges([2], [], [2], [], [1, 1])).toEqual([]);
  });

  test('[T45] at locks one right after another, once in the sequence', () => {
    expect(surges([2], [2])).toEqual([['garbage_surge', 7, { rows: 4 }]]);
    expect(surges([1], [1], [1], [1])).toEqual([['garbage_surge', 10, { rows: 3 }]]);
    expect(surges([8], [8], [8])).toHaveLength(1);
  });

  test('[T45] a lock at which none enters ends the sequence, and the next is told anew', () => {
    expect(surges([2], [], [1])).toEqual([]);
    expect(surges([4], [], [3]).map((surge) => (surge as unknown[])[2])).toEqual([{ rows: 4 }, { rows: 3 }]);
    expect(
      new Script()
        .lock(0, { garbage: [2] })
        .lock(0, { clear: {} })
        .lock(0, { garbage: [2] }).names,
    ).toEqual([]);
  });

  test('[T45] a piece from hold neither ends it nor tells it again', () => {
    const held = new Script().lock(0, { garbage: [2] }).spawn(0);
    expect(held.lock(0, { garbage: [2] }).spawn(0).names).toEqual(['garbage_surge 0']);
  });

  test('[T45] each seat has its own', () => {
    expect(new Script().lock(0, { garbage: [2] }).lock(1, { garbage: [2] }).names).toEqual([]);
    const between = new Script()
      .lock(0, { garbage: [2] })
      .lock(1)
      .lock(0, { garbage: [1] });
    expect(between.names).toEqual(['garbage_surge 0']);
  });

  test('[T45] [T49] one that puts the seat out is told before that', () => {
    expect(new Script().lock(1, { garbage: [4], out: 2 }).names).toEqual([
      'garbage_surge 1',
      'elimination 1',
    ]);
  });

  test('[T45] as the rules tell it: two packets enter at one lock', () => {
    const { state, first } = duel();
    const begun = new Script().told;
    for (const [rows, hole] of [
      [2, 4],
      [1, 5],
    ] as const)
      addPacket(first, { rows, hole, source: 1, due: 0 });
    enter(first, 'O');
    const moments = momentsOf([...begun, ...pressEach(state, 0, HARD_DROP)]);
    expect(moments).toMatchObject([{ type: 'garbage_surge', seat: 0, data: { rows: 3 } }]);
  });
});

describe('near death', () => {
  /** Locks at these heights; the falls are by clears. */
  const heights = (...all: number[]): Script => {
    const script = new Script();
    for (const [at, height] of all.entries())
      script.lock(0, height < (all[at - 1] ?? 0) ? { height, clear: {} } : { height });
    return script;
  };

  test('[T46] from above row 16 to below row 10', () => {
    const { moments } = heights(12, 17, 18, 14, 11, 9, 8);
    expect(moments).toMatchObject([{ type: 'near_death_survival', seat: 0, n: 15, data: { height: 18 } }]);
  });

  test('[T46] 16 is not above, 10 is not below', () => {
    expect(heights(16, 13, 9).names).toEqual([]);
    expect(heights(17, 14, 10, 12).names).toEqual([]);
    expect(heights(17, 14, 10, 9).names).toEqual(['near_death_survival 0']);
  });

  test('[T46] again only after it has been above 16 again', () => {
    expect(heights(17, 13, 9, 12, 8, 16, 9).names).toHaveLength(1);
    const twice = heights(18, 19, 17, 9, 17, 9).moments.map(({ data }) => data);
    expect(twice).toEqual([{ height: 19 }, { height: 17 }]);
  });

  test('[T46] garbage counts to the height', () => {
    const raised = (garbage: number[]): string[] =>
      new Script().lock(0, { height: 13, garbage }).lock(0, { height: 9, clear: {} }).names;
    expect(raised([2, 1])).toEqual(['garbage_surge 0']);
    expect(raised([2, 2])).toEqual(['garbage_surge 0', 'near_death_survival 0']);
  });

  test('[T46] of another seat is not its own', () => {
    expect(new Script().lock(1, { height: 17 }).lock(0, { height: 9, clear: {} }).names).toEqual([]);
  });

  test('[T46] as the rules tell it: a stack of 17 and a tetris', () => {
    const { state, first } = duel();
    const begun = new Script().told;
    draw(
      first,
      ...Array<string>(13).fill('__________'),
      'X_________',
      ...Array<string>(3).fill('XXX_XXXXXX'),
    );
    const told = [...begun];
    for (const rows of [17, 8]) {
      const gap = Array<string>(4).fill('XXX_XXXXXX');
      draw(first, ...Array<string>(rows - 4).fill('X_________'), ...gap);
      enter(first, rows === 17 ? 'O' : 'I');
      if (rows === 8) Object.assign(first, { x: 1, y: 10, rotation: 1 });
      told.push(...pressEach(state, 0, HARD_DROP));
    }
    expect(momentsOf(told).map(({ type }) => type)).toEqual(['tetris', 'near_death_survival']);
  });
});

describe('an elimination', () => {
  test('[T47] of each, also of the last, and of all who go out at once', () => {
    const script = new Script(4).lock(2, { out: 4 }).lock(0, { out: 2 }).lock(3, { out: 2 }).end(2, 1, 4, 2);
    expect(script.moments.map(({ type, seat, data }) => [type, seat, data])).toEqual([
      ['elimination', 2, { placement: 4, reason: 'top_out' }],
      ['elimination', 0, { placement: 2, reason: 'top_out' }],
      ['elimination', 3, { placement: 2, reason: 'top_out' }],
    ]);
  });

  test('[T47] of a match alone is none', () => {
    expect(new Script(1).lock(0, { out: 1 }).end(1).names).toEqual([]);
  });
});

describe('a comeback', () => {
  /** Each seat has locked so many pieces, and has these points with the last of them. */
  function at(scores: readonly number[], pieces = 30, given: object = {}): Script {
    const script = new Script(scores.length, given);
    for (let piece = 1; piece <= pieces; piece++)
      for (const [seat, score] of scores.entries()) script.lock(seat, { score: piece < pieces ? 0 : score });
    return script;
  }
  const comebacks = ({ moments }: Script): unknown[] =>
    moments.filter(({ type }) => type === 'comeback').map(({ seat, data }) => [seat, data]);

  test('[T48] from half the points of the next one to the first place', () => {
    const script = at([2000, 1000]).lock(1, { score: 5000 }).end(2, 1);
    expect(comebacks(script)).toEqual([[1, { points: 1000 }]]);
    expect(script.moments.at(-1)!.n).toBe(script.told.length);
  });

  test('[T48] by more than half is not far', () => {
    expect(comebacks(at([2000, 1001]).end(2, 1))).toEqual([]);
  });

  test('[T48] by less than a tetris is not far, however few both have', () => {
    expect(comebacks(at([799, 0]).end(2, 1))).toEqual([]);
    expect(comebacks(at([800, 0]).end(2, 1))).toEqual([[1, { points: 800 }]]);
    expect(comebacks(at([850, 100]).end(2, 1))).toEqual([]);
    const race = at([0, 0], 30, { lines: 40 }).lock(0, { clear: { count: 3 } });
    expect(comebacks(race.end(2, 1))).toEqual([]);
    expect(comebacks(race.lock(0, { clear: { count: 1 } }).end(2, 1))).toEqual([[1, { lines: 4 }]]);
  });

  test('[T48] at the worst', () => {
    const script = at([2000, 900]).lock(0, { score: 4000 }).lock(1, { score: 3000 });
    expect(comebacks(script.end(2, 1))).toEqual([[1, { points: 3100 }]]);
  });

  test('[T48] not by who was far behind in the opening alone', () => {
    const script = at([2000, 100], 29).lock(0, { score: 2000 });
    expect(comebacks(script.lock(1, { score: 1500 }).end(2, 1))).toEqual([]);
    expect(comebacks(at([2000, 100], 29).lock(1, { score: 100 }).lock(0, { score: 2000 }).end(2, 1))).toEqual(
      [[1, { points: 1900 }]],
    );
  });

  test('[T48] not by who stays behind, nor with others in the first place', () => {
    expect(comebacks(at([2000, 100]).end(1, 2))).toEqual([]);
    expect(comebacks(at([100, 2000]).end(1, 1))).toEqual([]);
    expect(comebacks(at([2000, 100, 2000]).end(1, 1, 3))).toEqual([]);
  });

  test('[T48] the last of all: not the last but one, nor one of two', () => {
    expect(comebacks(at([9000, 1300, 400]).end(2, 1, 3))).toEqual([]);
    expect(comebacks(at([9000, 100, 100]).end(2, 1, 3))).toEqual([]);
    expect(comebacks(at([9000, 1300, 400]).end(2, 3, 1))).toEqual([[2, { points: 900 }]]);
    expect(comebacks(at([0, 0]).end(2, 1))).toEqual([]);
  });

  test('[T48] not by who is behind only after somebody has gone out', () => {
    const script = at([5000, 2000, 2000]).lock(0, { out: 3, score: 5000 }).lock(1, { score: 9000 });
    expect(comebacks(script.lock(2, { score: 2000 }).end(3, 2, 1))).toEqual([]);
  });

  test('[T48] in a match for lines it is lines that count', () => {
    const race = at([9000, 100], 30, { lines: 40 });
    for (const lines of [4, 4, 2]) race.lock(0, { score: 9000, clear: { count: lines } });
    race.lock(1, { clear: { count: 4 } }).lock(1, { clear: { count: 2 } });
    expect(comebacks(race.end(2, 1))).toEqual([[1, { lines: 10 }]]);
    const close = at([9000, 100], 30, { lines: 40 });
    for (let line = 0; line < 10; line++)
      for (const seat of [1, 0]) close.lock(seat, { clear: { count: 1 } });
    expect(comebacks(close.end(1, 2))).toEqual([]);
    expect(comebacks(close.end(2, 1))).toEqual([]);
  });

  test('[T48] alone there is none', () => {
    expect(at([0]).lock(0, { score: 9000 }).end(1).names).toEqual([]);
  });
});
