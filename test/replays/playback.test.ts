import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Playback } from '../../src/replays/playback.ts';
import { ReplayPlayer } from '../../src/replays/player.ts';
import { Course, makeEngine } from '../match/course.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

const seed = '00112233445566778899aabbccddeeff';
let course: Course;
beforeAll(async () => {
  const options = { players: 2, ticks: 900, startLevel: 1 };
  course = await Course.play({ game: 'tetris', seed, options, isCareful: true });
});

let clock: FakeClock;
let player: ReplayPlayer;
let playback: Playback;
let shown: number[];
let idle: number;
let faults: unknown[];
async function begin(entries = course.log): Promise<void> {
  clock = new FakeClock();
  player = await ReplayPlayer.open(makeEngine.tetris, entries);
  [shown, idle, faults] = [[], 0, []];
  playback = new Playback({
    clock,
    player,
    changed: () => void shown.push(player.at),
    idle: () => void idle++,
    fault: (error) => void faults.push(error),
  });
}
beforeEach(() => begin());

test('[RP10] plays as fast as the clock, twenty times a second', async () => {
  await playback.play();
  shown.length = 0;
  await clock.advance(1_000);
  expect(shown).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 50));
  expect(playback.at).toBe(1_000);
});

test.each([
  [0.25, 1_000, 250],
  [0.5, 1_000, 500],
  [2, 1_000, 2_000],
  [4, 1_000, 4_000],
  [8, 1_000, 8_000],
  [16, 900, 14_400],
] as const)('[RP10] at speed %d for %d ms goes %d ms far', async (speed, ms, far) => {
  await playback.setSpeed(speed);
  await playback.play();
  await clock.advance(ms);
  expect(playback.at).toBe(far);
  expect(player.at).toBe(far);
});

test('[RP10] a late beat makes up for a quarter of a second, and no more', async () => {
  await playback.play();
  const advance = clock.advance.bind(clock);
  await advance(49);
  // the process stands still for a second
  clock.now = (
    (now) => () =>
      now() + 951
  )(clock.now);
  await advance(1);
  expect(playback.at).toBe(250);
});

test('[RP11] paused it stands still, and has no timer but the one that ends it', async () => {
  await playback.play();
  await clock.advance(500);
  await playback.pause();
  shown.length = 0;
  await clock.advance(60_000);
  expect([playback.at, playback.isPlaying, shown, clock.pending]).toEqual([500, false, [], 1]);
  await playback.play();
  await clock.advance(100);
  expect(playback.at).toBe(600);
});

test('[RP11] at the end of the match it pauses; play begins anew there', async () => {
  await playback.goTo(player.duration - 100);
  await playback.play();
  await clock.advance(1_000);
  expect([playback.at, playback.isPlaying]).toEqual([player.duration, false]);
  await playback.play();
  expect([playback.at, playback.isPlaying]).toEqual([0, true]);
});

test('[RP11] goes on from where it was sent, playing or not', async () => {
  await playback.goTo(5_000);
  await clock.advance(1_000);
  expect(playback.at).toBe(5_000);
  await playback.play();
  await playback.goTo(3_000);
  await clock.advance(50);
  expect(playback.at).toBe(3_050);
  await playback.goTo(2 ** 53 - 1);
  expect([playback.at, playback.isPlaying]).toEqual([player.duration, false]);
});

test('[RP11] of many wishes at once the last is shown, and all are answered', async () => {
  shown.length = 0;
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => playback.goTo(i * 10)));
  expect(player.at).toBe(9_990);
  expect(shown.length).toBeLessThan(5);
});

describe('of a running match', () => {
  const half = (): number => course.log.length >> 1;

  test('[RP12] waits at the end of what is known, without a timer, and is taken on when more comes', async () => {
    await begin(course.log.slice(0, half()));
    const end = player.duration;
    await playback.goTo(end);
    await playback.play();
    await clock.advance(5_000);
    expect([playback.at, playback.isPlaying, clock.pending]).toEqual([end, true, 1]);
    await player.extend(course.log.slice(half()));
    await playback.grown();
    expect(playback.at).toBe(player.duration - 2_000);
    await clock.advance(2_000);
    expect([playback.at, playback.isPlaying]).toEqual([player.duration, false]);
  });

  test('[RP12] who looks at something earlier stays there', async () => {
    await begin(course.log.slice(0, half()));
    await playback.goTo(1_000);
    await player.extend(course.log.slice(half()));
    shown.length = 0;
    await playback.grown();
    expect([playback.at, shown.length]).toEqual([1_000, 1]);
  });

  test('[RP12] more of the log does not slow the play', async () => {
    await begin(course.log.slice(0, half()));
    await playback.play();
    for (let i = 0; i < 40; i++) {
      await clock.advance(25);
      await playback.grown();
    }
    expect(playback.at).toBe(1_000);
  });
});

test('[RP13] half an hour in which nothing moves ends it; a wish puts that off', async () => {
  await clock.advance(29 * 60_000);
  await playback.setSpeed(2);
  await clock.advance(29 * 60_000);
  expect(idle).toBe(0);
  await clock.advance(60_000);
  expect(idle).toBe(1);
});

test('[RP13] closed it has no timer', async () => {
  await playback.play();
  playback.close();
  await clock.advance(1_000);
  expect([clock.pending, playback.at]).toEqual([0, 0]);
});

test('[RP11] what can not be shown is told, and pauses it', async () => {
  await playback.play();
  player.seek = () => Promise.reject(new Error('a scratch'));
  await clock.advance(50);
  await settled();
  expect([faults.length, playback.isPlaying]).toEqual([1, false]);
});
