/** A match that still runs, watched in the room `replay`: no more than a spectator may see, until it has its result. */
import { matchMaker } from '@colyseus/core';
import { Room } from '@colyseus/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PIECES } from '../../rooms/tetris/pieces.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import type { WhistTable } from '../../rooms/whist/state.ts';
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import type { Entry, MatchSetup } from '../../src/match/engine.ts';
import { ReplayPlayer } from '../../src/replays/player.ts';
import type { RecordedMoment } from '../../src/replays/ports.ts';
import type { ReplayState } from '../../src/replays/replay-state.ts';
import { Course, type CourseOptions, makeEngine } from '../match/course.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import {
  ask,
  defineReplays,
  joinReplay,
  leaveAll,
  momentsOf,
  openReplay,
  type ReplayClient,
  type Replays,
  stateOf,
} from './support.ts';

const seed = 'fedcba98765432100f1e2d3c4b5a6978';
const courses: CourseOptions[] = [
  { game: 'whist', seed },
  {
    game: 'tetris',
    seed,
    bots: ['strong'],
    isCareful: true,
    options: { players: 3, ticks: 1_800, startLevel: 1 },
  },
];

interface Frame {
  readonly room: ReplayClient;
  readonly bytes: Buffer;
  /** What the client knows after it. */
  readonly state: ReturnType<typeof stateOf> | null;
}
const frames: Frame[] = [];

/** Keeps every byte that any SDK client of this process gets. */
function recordFrames(): void {
  const inner = Room.prototype as unknown as { onMessageCallback(event: { data: ArrayBuffer }): void };
  const receive = inner.onMessageCallback;
  vi.spyOn(inner, 'onMessageCallback').mockImplementation(function (this: ReplayClient, event) {
    const bytes = Buffer.from(event.data.slice(0));
    receive.call(this, event);
    frames.push({ room: this, bytes, state: this.state?.table ? structuredClone(stateOf(this)) : null });
  });
}

let server: TestServer;
let replays: Replays;
beforeAll(async () => {
  server = await startServer();
  recordFrames();
});
afterAll(() => server.close());
beforeEach(() => {
  replays = defineReplays({ maxMessagesPerSecond: 1_000 });
  frames.length = 0;
});
afterEach(leaveAll);

const moment = (number: number, n: number): RecordedMoment => ({
  number,
  n,
  t: 0,
  type: 'quad',
  seat: 0,
  data: null,
});

/** What the server itself holds as the state of the room. */
const stateInside = (room: ReplayClient): ReplayState =>
  matchMaker.getLocalRoomById(room.roomId).state as ReplayState;

describe.each(courses)('a running match of $game', (options) => {
  let course: Course;
  let whole: ReplayPlayer;
  let length: number;
  beforeAll(async () => {
    course = await Course.play(options);
    whole = await ReplayPlayer.open(makeEngine[options.game], course.log);
    length = course.log.length;
  });

  const endOf = (known: number): number => whole.timeline.atEntry(known)!;

  /** The match goes on, and the replay hears of it. */
  async function goOn(matchId: string, known: number): Promise<void> {
    replays.library.shelves.get(matchId)!.known = known;
    const { asked } = replays.library;
    await replays.clock.advance(1_000);
    await until(() => replays.library.asked > asked);
  }

  test('[RP28] is followed from where it is, as a spectator sees it', async () => {
    const begin = Math.floor(length / 3);
    const matchId = replays.library.add('dev', course.log, begin);
    const room = await openReplay(server.url, 'ann', matchId);
    expect(stateOf(room)).toMatchObject({ isOver: false, isPlaying: true, at: endOf(begin) });
    for (let known = begin + 20; known < length - 1; known += 60) {
      await goOn(matchId, known);
      await until(() => room.state.duration === endOf(known));
      // it stays at most two seconds behind
      for (let i = 0; i < 50 && room.state.at < endOf(known); i++) await replays.clock.advance(50);
      await until(() => room.state.at === endOf(known));
    }
    expect(room.state.isPlaying).toBe(true);
  });

  test('[RP28] can be seen from its beginning, while it goes on', async () => {
    const matchId = replays.library.add('dev', course.log, 80);
    const room = await openReplay(server.url, 'ann', matchId, { at: 0 });
    expect(stateOf(room)).toMatchObject({ isOver: false, isPlaying: false, at: 0, duration: endOf(80) });
    await goOn(matchId, 90);
    await until(() => room.state.duration === endOf(90));
    expect(room.state.at).toBe(0);
    expect(await ask(room, 'seek', { at: 2 ** 40 })).toEqual({ at: endOf(90) });
  });

  test('[RP29] shows everything once it has its result, also who stands still in its middle, or comes later', async () => {
    const matchId = replays.library.add('dev', course.log, length - 1);
    const room = await openReplay(server.url, 'ann', matchId, { at: Math.floor(endOf(length) / 2) });
    const joined = await joinReplay(server.url, 'bob', room.roomId);
    const before = stateOf(room);
    await goOn(matchId, length);
    for (const client of [room, joined]) await until(() => client.state.isOver);
    const late = await joinReplay(server.url, 'joe', room.roomId);
    expect(room.state.at).toBe(before['at']);
    const expected = await openReplay(server.url, 'eve', replays.library.add('dev', course.log), {
      at: Number(before['at']),
    });
    for (const client of [room, joined, late]) expect(stateOf(client).table).toEqual(stateOf(expected).table);
    expect(stateOf(room).table).not.toEqual(before.table);
    const { asked } = replays.library;
    await replays.clock.advance(10_000);
    expect(replays.library.asked).toBe(asked);
  });

  test('[RP23] its moments are told as their entries come', async () => {
    const moments = [moment(1, 60), moment(2, 70), moment(3, 80)];
    const matchId = replays.library.add('dev', course.log, 65, moments);
    const room = await openReplay(server.url, 'ann', matchId);
    await until(() => momentsOf.get(room)?.length === 1);
    const first = momentsOf.get(room);
    await goOn(matchId, 66);
    await until(() => room.state.duration === endOf(66));
    expect(momentsOf.get(room)).toBe(first);
    await goOn(matchId, 75);
    await until(() => momentsOf.get(room)?.length === 2);
    expect(momentsOf.get(room)![1]).toEqual({ ...moment(2, 70), at: endOf(70) });
    const before = momentsOf.get(room);
    await goOn(matchId, 76);
    await until(() => room.state.duration === endOf(76));
    expect(momentsOf.get(room)).toBe(before);
  });

  test('[RP30] no frame, and no state of the server, has anything that is not known to a spectator then', async () => {
    const begin = 60;
    const matchId = replays.library.add('dev', course.log, begin);
    const room = await openReplay(server.url, 'ann', matchId);
    const other = await joinReplay(server.url, 'bob', room.roomId);
    let known = begin;
    for (let step = 0; known < length - 30; step++) {
      await goOn(matchId, (known += 25));
      await until(() => other.state.duration === endOf(known));
      await ask(room, 'seek', { at: Math.floor((endOf(known) * ((step * 7) % 10)) / 9) });
      await ask(room, 'play');
      await replays.clock.advance(500);
      if (options.game === 'whist')
        expect(hiddenFields(stateInside(room)), 'hands on the server').toEqual([]);
      expect(frames.every(({ state }) => Number(state?.['at'] ?? 0) <= endOf(known))).toBe(true);
    }
    expect(frames.length).toBeGreaterThan(50);
    mustKeepSecrets(course.log, frames);
  });

  test('[RP31] is asked for again when it could not be read', async () => {
    const matchId = replays.library.add('dev', course.log, 80);
    const room = await openReplay(server.url, 'ann', matchId);
    const fail = (times: number): unknown =>
      replays.library.faults.push(...Array.from({ length: times }, () => new Error('no database')));
    fail(3);
    await goOn(matchId, 90);
    for (let i = 0; i < 3; i++) await replays.clock.advance(1_000);
    await until(() => room.state.duration === endOf(90));
    expect(replays.faults).toHaveLength(1);
    fail(1);
    await replays.clock.advance(1_000);
    await until(() => replays.faults.length === 2);
  });

  test('[RP31] whose log turns out to be broken is closed', async () => {
    const spoiled = course.log.with(85, { ...course.log[85]!, t: 0 });
    const matchId = replays.library.add('dev', spoiled, 80);
    const room = await openReplay(server.url, 'ann', matchId);
    let code = 0;
    room.onLeave((closed) => void (code = closed));
    await goOn(matchId, 90);
    await until(() => code > 0);
    expect(replays.faults).toHaveLength(1);
  });

  test('[RP31] that is gone without a result is shown as far as it went, and not asked for again', async () => {
    const matchId = replays.library.add('dev', course.log.slice(0, 90), 80);
    const room = await openReplay(server.url, 'ann', matchId);
    await goOn(matchId, 90);
    await until(() => room.state.duration === endOf(90));
    const { asked } = replays.library;
    await replays.clock.advance(10_000);
    expect(replays.library.asked).toBe(asked);
    expect(room.state.isOver).toBe(false);
  });
});

const hiddenFields = ({ table }: ReplayState): string[] =>
  [...(table as unknown as WhistTable).seats].map(({ hand }) => hand).filter((hand) => hand !== '');

function mustKeepSecrets(log: readonly Entry[], shown: readonly Frame[]): void {
  const { game, seed, options } = log[0]!.data as MatchSetup;
  const parts = [0, 8, 16, 24].map((at) => seed.slice(at, at + 8));
  const words = parts.map((part) => Number.parseInt(part, 16));
  if (game === 'tetris') {
    const { chance, boards } = tetrisRules.setup(options as never, 3, seed);
    words.push(...chance, ...boards[0]!.bag);
  }
  const forms = [...parts.map((part) => Buffer.from(part)), ...words.flatMap(formsOf)];
  for (const { room, bytes, state } of shown) {
    expect(forms.filter((form) => bytes.includes(form))).toEqual([]);
    if (game === 'tetris') expect(bytes.toString('latin1')).not.toMatch(new RegExp(`[${PIECES}]{6}`));
    else mustShowNoHand({ room, bytes, state });
    if (!state) continue;
    const seats = (state.table as unknown as { seats: object[] }).seats;
    for (const seat of seats)
      for (const own of ['hand', 'lockHash', 'garbage'])
        expect(seat).not.toHaveProperty(own, expect.anything());
    const next = (state.table as unknown as TetrisTable).seats.map((seat) => seat.next?.length ?? 0);
    for (const pieces of next) expect(pieces).toBeLessThanOrEqual(5);
  }
}

/** Two cards in a row are a hand, or lie on the table: one alone may be a number that looks like it by chance. */
function mustShowNoHand({ room, bytes, state }: Frame): void {
  const table = state?.table as unknown as WhistTable | undefined;
  const known = `${table?.trick} ${table?.lastTrick}`;
  const ids = [room.roomId, room.reconnectionToken, String(state?.['controller'] ?? ''), room.sessionId];
  const text = ids.filter(Boolean).reduce((rest, id) => rest.replaceAll(id, ' '), bytes.toString('latin1'));
  const hands = text.match(/(?:[2-9TJQKA][CDHS]){2,}/g) ?? [];
  expect(hands.filter((hand) => !known.includes(hand))).toEqual([]);
}

/** A 32-bit word as bytes of both orders, and as decimal text. */
function formsOf(word: number): Buffer[] {
  const [big, little] = [Buffer.alloc(4), Buffer.alloc(4)];
  big.writeInt32BE(word | 0);
  little.writeInt32LE(word | 0);
  return [big, little, Buffer.from(String(word))];
}
