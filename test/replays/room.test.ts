/** The room `replay` as clients meet it: stock SDK clients at a running server, logs of whole matches. */
import { matchMaker } from '@colyseus/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { games } from '../../rooms/index.ts';
import { uuidv7 } from '../../src/match/uuid.ts';
import { mirrorTable } from '../../src/match/table.ts';
import type { TableView } from '../../src/match/table-engine.ts';
import { ReplayPlayer } from '../../src/replays/player.ts';
import type { RecordedMoment } from '../../src/replays/ports.ts';
import { Course, type CourseOptions, makeEngine } from '../match/course.ts';
import { matchmake } from '../rooms/raw-client.ts';
import { sdkClient, sign, startServer, type TestServer, until } from '../support/server.ts';
import {
  ask,
  codeOf,
  defineReplays,
  joinReplay,
  keep,
  leaveOne,
  leaveAll,
  type OpenOptions,
  momentsOf,
  openReplay,
  type ReplayClient,
  type Replays,
  stateOf,
} from './support.ts';

const seed = '00112233445566778899aabbccddeeff';
const courses: CourseOptions[] = [
  { game: 'whist', seed },
  {
    game: 'tetris',
    seed,
    bots: ['strong'],
    isCareful: true,
    options: { players: 3, ticks: 2_400, startLevel: 1 },
  },
];

let server: TestServer;
let replays: Replays;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server.close());
beforeEach(() => void (replays = defineReplays()));

const open = (...args: [string, string, OpenOptions?]): Promise<ReplayClient> =>
  openReplay(server.url, ...args);
const join = (...args: [string, string]): Promise<ReplayClient> => joinReplay(server.url, ...args);
afterEach(leaveAll);

const momentAt = (number: number, n: number): RecordedMoment => ({
  number,
  n,
  t: 0,
  type: 'quad',
  seat: 0,
  data: { lines: 4 },
});

describe.each(courses)('a finished match of $game', (options) => {
  let course: Course;
  let player: ReplayPlayer;
  let matchId: string;
  beforeAll(async () => {
    course = await Course.play(options);
    player = await ReplayPlayer.open(makeEngine[options.game], course.log);
  });
  beforeEach(() => void (matchId = replays.library.add('dev', course.log)));

  /** The game's own table as a live room would show it there, with all hands. */
  async function tableAt(at: number): Promise<unknown> {
    const { table } = games.find(({ name }) => name === options.game)!;
    const engine = makeEngine[options.game]();
    const { timeline } = player;
    await engine.follow(timeline.after(0, timeline.entriesUntil(at)), timeline.tickAt(at));
    const see = (seat: number | null) => engine.view(seat) as TableView<never>;
    const state = table.make(see(null).seats.list.length);
    mirrorTable(state, { ...see(null), deadline: null }, { origin: 0, isOver: true }, new Map());
    table.mirror(state, see, () => true);
    return state.toJSON();
  }
  /** Tetris tells its tick once a second: which one depends on the way. */
  const plain = (table: object): object => ({ ...table, tick: 0 });

  test('[RP20] shows at any place the table that a live room showed, hands and all', async () => {
    const room = await open('ann', matchId);
    expect(stateOf(room)).toMatchObject({
      matchId,
      game: options.game,
      isOver: true,
      isPlaying: false,
      at: 0,
    });
    for (const share of [0, 0.3, 0.9, 0.29, 0.6, 1, 0.5, 0]) {
      const at = Math.floor(player.duration * share);
      expect(await ask(room, 'seek', { at })).toEqual({ at });
      await until(() => room.state.at === at);
      expect(plain(stateOf(room).table)).toEqual(plain((await tableAt(at)) as object));
    }
    expect(room.state.duration).toBe(player.duration);
  });

  test('[RP20] who comes later sees the same', async () => {
    const room = await open('ann', matchId, { at: 20_000 });
    const other = await join('bob', room.roomId);
    expect(stateOf(other).table).toEqual(stateOf(room).table);
    await ask(room, 'seek', { at: 9_000 });
    await until(() => other.state.at === 9_000 && room.state.at === 9_000);
    expect(stateOf(other)).toEqual(stateOf(room));
  });

  test('[RP21] plays, pauses, changes its speed and its place', async () => {
    const room = await open('ann', matchId, { at: 1_000 });
    expect([room.state.at, room.state.isPlaying]).toEqual([1_000, false]);
    await ask(room, 'play');
    await ask(room, 'speed', { speed: 4 });
    await replays.clock.advance(250);
    await until(() => room.state.at >= 1_800 && room.state.isPlaying && room.state.speed === 4);
    await ask(room, 'pause');
    const { at } = await ask(room, 'seek', { n: 60 });
    expect(at).toBe(player.timeline.atEntry(60));
    await until(() => room.state.at === at && !room.state.isPlaying);
    await ask(room, 'seek', { at: 2 ** 53 - 1 });
    await until(() => room.state.at === player.duration);
    expect((room.state.table as { phase: string }).phase).toBe('over');
  });

  test('[RP21] goes to a tick, where the game has ticks', async () => {
    const room = await open('ann', matchId);
    const answer = ask(room, 'seek', { tick: 601 });
    if (options.game === 'whist') return expect(await codeOf(answer)).toBe('replay/no_such_place');
    expect(await answer).toEqual({ at: 10_017 });
    await until(() => room.state.tick === 601);
  });

  test('[RP22] the one who opened it controls it, and the next one when they leave', async () => {
    const ann = await open('ann', matchId);
    const bob = await join('bob', ann.roomId);
    expect(bob.state.controller).toBe(ann.sessionId);
    for (const [name, payload] of [
      ['play', {}],
      ['pause', {}],
      ['speed', { speed: 2 }],
      ['seek', { at: 5 }],
    ] as const)
      expect(await codeOf(ask(bob, name, payload))).toBe('replay/not_yours');
    expect([bob.state.at, bob.state.isPlaying, bob.state.speed]).toEqual([0, false, 1]);
    await ann.leave();
    await until(() => bob.state.controller === bob.sessionId);
    expect(await ask(bob, 'seek', { at: 5 })).toEqual({ at: 5 });
  });

  test('[RP23] tells its moments with their places, and goes to one', async () => {
    const moments = [momentAt(1, 50), momentAt(2, course.log.length)];
    const id = replays.library.add('dev', course.log, course.log.length, moments);
    const room = await open('ann', id);
    await until(() => momentsOf.get(room)?.length === 2);
    const shown = moments.map((moment) => ({ ...moment, at: player.timeline.atEntry(moment.n) }));
    expect(momentsOf.get(room)).toEqual(shown);
    expect(await ask(room, 'seek', { moment: 2 })).toEqual({ at: player.duration });
    expect(await codeOf(ask(room, 'seek', { moment: 3 }))).toBe('replay/no_such_place');
  });
});

describe('who may open a replay', () => {
  let course: Course;
  beforeAll(async () => void (course = await Course.play(courses[0]!)));

  const refusal = (token: string, options: object): Promise<{ code: number; message: string }> =>
    sdkClient(server.url, token)
      .create('replay', options)
      .then(
        (room) => (keep(room as ReplayClient), { code: 200, message: '' }),
        ({ code, message }: { code: number; message: string }) => ({ code, message }),
      );

  test('[RP24] both who may play and who may only watch', async () => {
    const matchId = replays.library.add('dev', course.log);
    for (const permission of ['play', 'watch'] as const) {
      expect((await refusal(sign('ann', { permission }), { matchId })).code).toBe(200);
      expect((await refusal(sign('ann', { permission, matchId }), { matchId })).code).toBe(200);
    }
    expect(replays.events.filter(({ name }) => name === 'replay_opened')).toHaveLength(4);
  });

  test('[RP25] no match, one of another tenant, and one that a token is not for: in the same words', async () => {
    const matchId = replays.library.add('dev', course.log);
    const answers = [
      await refusal(sign('ann'), { matchId: uuidv7(Date.now()) }),
      await refusal(sign('ann', { tenantId: 'other' }), { matchId }),
      await refusal(sign('ann', { matchId: uuidv7(Date.now()) }), { matchId }),
    ];
    const room = await open('ann', matchId);
    for (const token of [sign('bob', { tenantId: 'other' }), sign('bob', { matchId: uuidv7(Date.now()) })])
      answers.push(
        await sdkClient(server.url, token)
          .joinById(room.roomId)
          .then(
            () => ({ code: 200, message: '' }),
            ({ code, message }) => ({ code, message }),
          ),
      );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ code: 404, message: 'match/not_found: there is no such match' })]),
    );
  });

  test('[RP25] a token for one match loads no other, and a stranger is not even let to the door', async () => {
    const matchId = replays.library.add('dev', course.log);
    const bound = sign('ann', { matchId: uuidv7(Date.now()) });
    await refusal(bound, { matchId });
    expect(replays.library.loaded).toBe(0);
    const { roomId } = await open('ann', matchId);
    for (const token of [bound, sign('eve', { tenantId: 'other' })])
      expect((await matchmake(server.url, 'joinById', roomId, token)).status).toBe(404);
  });

  test('[RP25] however the address is written', async () => {
    const room = await open('ann', replays.library.add('dev', course.log));
    const { roomId } = room;
    const escaped = `%${roomId.charCodeAt(0).toString(16)}${roomId.slice(1)}`;
    const eve = sdkClient(server.url, sign('eve', { tenantId: 'other' }));
    for (const id of [escaped, `${roomId}?`, `${roomId}/`, `${roomId}#`])
      expect(await codeOf(eve.joinById(id)), id).not.toBe('ok');
    expect(room.state.controller).toBe(room.sessionId);
  });

  test('[RP25] whoever came to the door by another process', async () => {
    const room = await open('ann', replays.library.add('dev', course.log));
    const token = sign('eve', { tenantId: 'other' });
    const context = { token, headers: new Headers(), ip: '' };
    const reservation = await matchMaker.joinById(room.roomId, {}, context);
    const joining = sdkClient(server.url, token).consumeSeatReservation(reservation as never);
    await expect(joining).rejects.toMatchObject({ message: 'match/not_found: there is no such match' });
    expect(room.state.controller).toBe(room.sessionId);
  });

  test('[RP24] nobody without a token', async () => {
    const matchId = replays.library.add('dev', course.log);
    expect(await refusal('', { matchId })).toMatchObject({ code: 401 });
    expect(await refusal('x', { matchId })).toMatchObject({ code: 401 });
  });

  test.each([
    {},
    { matchId: 7 },
    { matchId: 'x' },
    { matchId: '../../etc' },
    { matchId: uuidv7(0), at: -1 },
    { matchId: uuidv7(0), at: 1.5 },
    { matchId: uuidv7(0), at: '1' },
    { matchId: uuidv7(0), tenantId: 'other' },
    { matchId: uuidv7(0), opening: 'x' },
  ])('[RP26] with bad options %j', async (options) => {
    const { code, message } = await refusal(sign('ann'), options);
    expect([code, message.split(':')[0]]).toEqual([400, 'options/invalid']);
  });

  test('[RP26] a match that this server can not play', async () => {
    const [create, ...rest] = course.log;
    const setups = [
      { ...(create!.data as object), version: '0' },
      { ...(create!.data as object), version: 'toString' },
      { ...(create!.data as object), game: 'chess' },
    ];
    for (const data of setups) {
      const matchId = replays.library.add('dev', [{ ...create!, data }, ...rest]);
      const { code, message } = await refusal(sign('ann'), { matchId });
      expect([code, message.split(':')[0]]).toEqual([409, 'replay/unknown_version']);
    }
  });

  test.each<[string, (log: Course['log']) => Course['log']]>([
    ['empty', () => []],
    ['with a gap', (log) => log.toSpliced(40, 1)],
    ['cut off', (log) => log.slice(0, 90)],
    ['with a card that was not there', (log) => log.with(40, { ...log[40]!, data: { card: 'XX' } })],
  ])('[RP26] a log that is broken: %s', async (_, spoil) => {
    const matchId = replays.library.add('dev', spoil(course.log));
    const { code, message } = await refusal(sign('ann'), { matchId });
    expect([code, message.split(':')[0]]).toEqual([422, 'history/bad_log']);
    expect(message).not.toMatch(seed);
    expect(replays.faults).toHaveLength(1);
  });

  test('[RP26] a result that was never played here', async () => {
    const claim = [...course.log.slice(0, 3), { ...course.log[3]!, type: 'claim' }];
    const matchId = replays.library.add('dev', claim);
    expect((await refusal(sign('ann'), { matchId })).message).toMatch(/^replay\/not_played: /);
  });

  test('[RP27] an account has four at most; who leaves one may open another', async () => {
    const matchId = replays.library.add('dev', course.log);
    const tries = await Promise.all(Array.from({ length: 7 }, () => refusal(sign('eve'), { matchId })));
    expect(tries.map(({ code }) => code).sort()).toEqual([200, 200, 200, 200, 429, 429, 429]);
    expect(tries.find(({ code }) => code === 429)!.message).toMatch(/^replay\/too_many: /);
    expect((await refusal(sign('eve', { tenantId: 'other' }), { matchId })).code).toBe(404);
    expect((await refusal(sign('joe'), { matchId })).code).toBe(200);
    await leaveOne();
    let code = 0;
    for (let i = 0; i < 200 && code !== 200; i++) ({ code } = await refusal(sign('eve'), { matchId }));
    expect(code).toBe(200);
  });

  test('[RP27] one that could not be opened does not count', async () => {
    for (let i = 0; i < 6; i++)
      expect((await refusal(sign('zoe'), { matchId: uuidv7(Date.now()) })).code).toBe(404);
    const matchId = replays.library.add('dev', course.log);
    expect((await refusal(sign('zoe'), { matchId })).code).toBe(200);
  });

  test('[RP22] who asks for two matches at the same time gets both', async () => {
    const library = replays.library;
    const matchIds = [library.add('dev', course.log), library.add('dev', course.log)];
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let asked = 0;
    const load = async (...match: [string, string]) => (asked++, await held, library.load(...match));
    defineReplays({ source: { load, more: (...asked) => library.more(...asked) } });
    const joining = matchIds.map((matchId) =>
      sdkClient(server.url, sign('ann')).joinOrCreate<ReplayClient['state']>('replay', { matchId }),
    );
    await until(() => asked === 2, 'both are looked for');
    letGo();
    const rooms = (await Promise.all(joining)).map((room) => keep(room as ReplayClient));
    await until(() => rooms.every(({ state }) => state?.matchId));
    expect(rooms.map(({ state }) => state.matchId)).toEqual(matchIds);
  });

  test('[RP22] whatever the method of matchmaking, each opening is a room of its own', async () => {
    const matchId = replays.library.add('dev', course.log);
    const rooms = await Promise.all(
      ['ann', 'bob', 'joe'].map((who) =>
        sdkClient(server.url, sign(who)).joinOrCreate<ReplayClient['state']>('replay', { matchId }),
      ),
    );
    rooms.forEach((room) => keep(room as ReplayClient));
    expect(new Set(rooms.map(({ roomId }) => roomId)).size).toBe(3);
    const joining = sdkClient(server.url, sign('eve')).join('replay', { matchId });
    expect(await codeOf(joining)).not.toBe('ok');
    const listed = await matchMaker.query({ name: 'replay' });
    expect(listed.map((room) => room.private)).toEqual(listed.map(() => true));
  });
});
