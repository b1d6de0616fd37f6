import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { MOVE_LEFT, MOVE_RIGHT } from '../../rooms/tetris/actions.ts';
import type { Entry, Input, MatchSetup } from '../../src/match/engine.ts';
import { KeyFrames } from '../../src/replays/key-frames.ts';
import { ReplayPlayer } from '../../src/replays/player.ts';
import { Course, type CourseOptions, makeEngine } from '../match/course.ts';

const seed = '00112233445566778899aabbccddeeff';
const courses: CourseOptions[] = [
  { game: 'whist', seed, killsPer: 100 },
  {
    game: 'tetris',
    seed,
    bots: ['strong'],
    options: { players: 3, ticks: 4_000, startLevel: 1 },
    killsPer: 400,
  },
];

describe.each(courses)('a replay of $game', (options) => {
  let course: Course;
  let whole: ReplayPlayer;
  beforeAll(async () => {
    course = await Course.play(options);
    whole = await open(course.log);
  });

  const open = (log: readonly Entry[]): Promise<ReplayPlayer> =>
    ReplayPlayer.open(makeEngine[options.game], log);
  const seen = (player: ReplayPlayer) =>
    structuredClone({ views: [null, 0, 1].map((seat) => player.view(seat)), standing: player.standing });
  /** What the engine alone shows there that has followed the log from its start. */
  async function played(at: number) {
    const { timeline } = whole;
    const engine = makeEngine[options.game]();
    const log = timeline.after(0, timeline.entriesUntil(at));
    const { events: _, ...standing } = await engine.follow(log, timeline.tickAt(at));
    return structuredClone({ views: [null, 0, 1].map((seat) => engine.view(seat)), standing });
  }
  const anywhere = fc.nat(1_000).map((share) => Math.round((share / 1_000) * whole.duration));

  test('[RP4] shows at a place the same, by whatever way it got there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anywhere, { minLength: 1, maxLength: 8 }), async (way) => {
        for (const at of way) await whole.seek(at);
        expect(whole.at).toBe(way.at(-1));
        expect(seen(whole)).toEqual(await played(way.at(-1)!));
      }),
      { numRuns: 40 },
    );
  });

  test('[RP4] ends with the result of the match, and what was seen then', async () => {
    expect(whole.isOver).toBe(true);
    await whole.seek(whole.duration);
    expect(whole.standing).toMatchObject({ n: course.log.length, result: course.result });
    expect(course.result).not.toBeNull();
    expect(whole.view(null)).toEqual(await course.engine.view(null));
    await whole.seek(whole.duration - 20);
    expect(whole.standing.result).toBeNull();
  });

  test('[RP4] begins where play begins, and goes no further than the log', async () => {
    await whole.seek(-1);
    expect([whole.at, whole.view(null).seats.phase]).toEqual([0, 'playing']);
    await whole.seek(2 ** 53);
    expect(whole.at).toBe(whole.duration);
  });

  test('[RP6] of a log that grows shows what it shows of the whole', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (sizes, isLive) => {
        const begin = course.log.findIndex(({ type }) => type === 'start') + 1;
        const player = await open(course.log.slice(0, begin));
        for (let n = begin, i = 0; n < course.log.length; i++) {
          const size = sizes[i % sizes.length]! * (isLive ? 1 : 10);
          expect(player.isOver).toBe(false);
          await player.extend(course.log.slice(n, n + size));
          n += size;
          if (isLive) await player.seek(player.duration);
        }
        expect(player.isOver).toBe(true);
        expect(player.duration).toBe(whole.duration);
        await player.seek(player.duration);
        expect(seen(player)).toEqual(await played(whole.duration));
        await player.seek(whole.duration / 2);
        expect(seen(player)).toEqual(await played(Math.floor(whole.duration / 2)));
      }),
      { numRuns: 6 },
    );
  });

  test('[RP6] what is asked for at the same time is done one after the other', async () => {
    const player = await open(course.log.slice(0, course.log.length >> 1));
    const rest = course.log.slice(course.log.length >> 1);
    await Promise.all([player.seek(20_000), player.extend(rest), player.seek(30_000), player.seek(500)]);
    expect(seen(player)).toEqual(await played(500));
  });

  test('[RP9] of a log that is broken is refused', async () => {
    const middle = course.log.length >> 1;
    const broken: Readonly<Record<string, readonly Entry[]>> = {
      empty: [],
      'without its beginning': course.log.slice(1),
      'with a gap': course.log.toSpliced(middle, 1),
      'with an unknown entry': course.log.with(middle, { ...course.log[middle]!, type: 'fly', data: {} }),
      'of a seat that there is none': course.log.with(middle, {
        ...course.log[middle]!,
        type: 'play',
        seat: 9,
      }),
      'that goes on after its end': [
        ...course.log,
        { ...course.log.at(-1)!, n: course.log.length + 1, type: 'play', data: { tick: 9e9, card: 'XX' } },
      ],
    };
    for (const [what, log] of Object.entries(broken))
      await expect(open(log), what).rejects.toMatchObject({ code: 'history/bad_log' });
  });

  test('[RP8] is opened in slices, between which others have their turn', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 3));
    let turns = 0;
    let isOver = false;
    const count = (): unknown => isOver || (turns++, setImmediate(count));
    setImmediate(count);
    await open(course.log);
    isOver = true;
    vi.restoreAllMocks();
    // a stretch is 64 entries, or a second of ticks; with so slow a clock each second one ends a slice
    const { hz, length, duration } = whole.timeline;
    const stretches = hz === undefined ? length / 64 : duration / 1_000;
    expect(turns).toBeGreaterThan(stretches / 2 - 1);
    expect(turns).toBeGreaterThan(1);
  });
});

test('[RP4] [RP8] a slice may end amid the entries of one tick', async () => {
  const engine = makeEngine.tetris();
  const game = { players: 8, startLevel: 1, targeting: 'even', messiness: 30, garbageDelay: 20 };
  const options = { mode: 'test', turnMs: 0, botDelayMs: 0, ...game };
  const setup: MatchSetup = { game: 'tetris', version: '1', options, seed };
  const log: Entry[] = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
  await engine.open(null, log);
  const take = async (...inputs: Input[]) => void log.push(...(await engine.handle(inputs)).entries);
  const press = (seat: number, t: number, name: string, payload: unknown): Input => {
    return { kind: 'command', t, seat, id: '', name, payload };
  };
  const seats = Array.from({ length: 8 }, (_, seat) => seat);
  for (const seat of seats) await take({ kind: 'seat', t: 0, change: { type: 'sit', account: `p${seat}` } });
  for (const seat of seats) await take(press(seat, 0, 'ready', { ready: true }));
  for (let tick = 1; tick <= 60; tick++) {
    const t = Math.floor((tick * 1000) / 60);
    const keys = { tick: 0, actions: tick % 2 === 0 ? MOVE_LEFT : MOVE_RIGHT };
    await take(...seats.map((seat) => press(seat, t, 'input', keys)), { kind: 'tick', t });
  }
  const player = await ReplayPlayer.open(makeEngine.tetris, log);
  for (let tick = 0; tick < 60; tick++) {
    await player.seek(player.timeline.atTick(tick)!);
    const whole = makeEngine.tetris();
    const until = player.timeline.entriesUntil(player.at);
    expect(until).toBe(17 + 8 * (tick + 1) + 1);
    await whole.follow(log.slice(0, until), tick);
    expect(player.view(null)).toEqual(whole.view(null));
  }
});

describe('key frames', () => {
  test('[RP7] are a bounded number, spread evenly over a match of any length', () => {
    for (const minutes of [5, 60, 24 * 60]) {
      const frames = new KeyFrames();
      const end = minutes * 60_000;
      for (let at = 0; at <= end; at += 1_000)
        if (frames.wants(at)) frames.add({ at, n: at, state: new Uint8Array() });
      expect(frames.count).toBeLessThanOrEqual(128);
      expect(frames.count).toBeGreaterThan(Math.min(50, minutes * 10));
      for (let at = 0; at <= end; at += 7_777)
        expect(at - frames.before(at)!.at).toBeLessThan(Math.max(6_000, (2 * end) / frames.count + 6_000));
    }
  });

  test('[RP7] before the first there is none', () => {
    expect(new KeyFrames().before(1)).toBeUndefined();
  });
});
