/** A match as an operator finds it: live, parked, over, gone; and never more of it than its spectators know. */
import { matchMaker } from '@colyseus/core';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { games } from '../../rooms/index.ts';
import type { WhistTable } from '../../rooms/whist/state.ts';
import type { Entry, Input, MatchOptions, MatchSetup } from '../../src/match/engine.ts';
import { inspectLog, showEntries } from '../../src/match/inspect.ts';
import { createInspector, type InspectorDeps } from '../../src/match/inspector.ts';
import type { InspectedMatch, Whereabouts } from '../../src/match/inspected.ts';
import { command, openMatch, move, openTable } from '../rooms/table.ts';
import { databases } from '../support/databases.ts';
import { sdkClient, sign, startServer, type TestServer, until } from '../support/server.ts';
import { beginWhist, playOn, playTetris } from '../web/matches.ts';
import { startMonitor, type TestMonitor } from './monitor-support.ts';

const hasServer = databases.some(([kind]) => kind === 'postgres');

describe.skipIf(!hasServer)('pages of matches (needs PostgreSQL)', () => {
  let server: TestServer;
  let monitor: TestMonitor;
  beforeAll(async () => {
    server = await startServer();
    monitor = await startMonitor(server);
  });
  afterAll(async () => {
    await monitor.close();
    await server.close();
  });

  /** The match, once it is so. */
  async function once(matchId: string, holds: (match: InspectedMatch) => unknown): Promise<InspectedMatch> {
    for (const end = performance.now() + 15_000; ;) {
      const match = await monitor.match(matchId);
      if (holds(match)) return match;
      if (performance.now() > end) throw new Error(`it was never so: ${holds}`);
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }
  async function inHistory(matchId: string): Promise<void> {
    for (const end = performance.now() + 15_000; performance.now() < end;) {
      if ((await monitor.query('select 1 from matches where id = $1', [matchId])).length > 0) return;
      await new Promise((resume) => setTimeout(resume, 20));
    }
    throw new Error(`${matchId} did not come into history`);
  }
  const found = (matchId: string, wanted: Whereabouts) => once(matchId, ({ where }) => where === wanted);
  const seedOf = async (matchId: string): Promise<string> =>
    ((await server.data.log(matchId))[0]!.data as MatchSetup).seed;

  describe('a live match', () => {
    test('[OP17] is shown as its process has it: seats, place in the log, times, deadline, entries', async () => {
      const table = await openMatch(server.url);
      for (let i = 0; i < 6; i++) await move(table);
      const log = await server.data.log(table.matchId);
      const match = await monitor.match(table.matchId.toUpperCase());
      expect(match).toMatchObject({
        matchId: table.matchId,
        tenantId: table.tenant,
        game: 'whist',
        where: 'live',
        phase: 'playing',
        epoch: 1,
        n: log.length,
        clients: 4,
        processId: matchMaker.processId,
        endedAt: null,
        moments: [],
      });
      expect(match.seats).toMatchObject(
        [0, 1, 2, 3].map((seat) => ({ seat, account: `p${seat}`, presence: 'connected', ready: true })),
      );
      const { createdAt, startedAt, deadline } = match;
      expect(startedAt! - createdAt!).toBe(log.find(({ type }) => type === 'start')!.t);
      expect(deadline! - createdAt!).toBeGreaterThan(log.at(-1)!.t);
      expect(match.entries!.map(({ n, t, type, seat }) => ({ n, t, type, seat }))).toEqual(
        log.map(({ n, t, type, seat }) => ({ n, t, type, seat })),
      );
      await table.rooms[2]!.leave();
      await once(table.matchId, ({ seats }) => seats[2]!.presence === 'away');
    });

    test('[OP17] its state is what a spectator is sent, to the last field', async () => {
      const table = await openMatch(server.url);
      for (let i = 0; i < 9; i++) await move(table);
      const watcher = sdkClient(server.url, sign('watcher', { tenantId: table.tenant }));
      const room = await watcher.joinById<WhistTable>(table.matchId, { spectate: true });
      await until(() => room.state?.stage === 'play');
      const { state } = await monitor.match(table.matchId);
      expect(state).toEqual(JSON.parse(JSON.stringify(room.state)));
      expect(state).toHaveProperty('seats.0.cards');
      await room.leave();
    });

    test('[OP18] neither the seed nor a card that nobody has played is in it', async () => {
      const table = await openMatch(server.url);
      for (let i = 0; i < 9; i++) await move(table);
      const text = JSON.stringify(await monitor.match(table.matchId));
      expect(text).not.toContain(await seedOf(table.matchId));
      expect(text).not.toMatch(/"(?:hand|seed|id)":/);
      for (const [seat, { state }] of table.rooms.entries()) {
        const cards = state.seats[seat]!.hand.match(/../g)!;
        for (const card of cards) expect(text).not.toMatch(new RegExp(`"${card}"`));
      }
    });

    test('[OP17] of a game that ticks too', async () => {
      const client = sdkClient(server.url, sign('tess'));
      const room = await client.create('tetris', { mode: 'monitor', players: 1 });
      await room.request('ready' as never, { id: randomUUID(), ready: true } as never);
      const match = await once(room.roomId, ({ n }) => n > 5);
      expect(match).toMatchObject({ game: 'tetris', where: 'live', phase: 'playing', deadline: null });
      expect(match.state).toHaveProperty('seats.0.rows');
      expect(match.state).not.toHaveProperty('seats.0.lockHash');
      await room.leave();
    });
  });

  test('[OP19] parked, it is read from its log, not claimed and not revived; its players are away', async () => {
    const room = await beginWhist(server.url, 'pat', 2);
    const { roomId } = room;
    const live = await monitor.match(roomId);
    await room.leave();
    const match = await found(roomId, 'parked');
    expect(match).toMatchObject({ phase: 'playing', processId: null, clients: 0, epoch: 1, deadline: null });
    expect(match.seats.map(({ presence }) => presence)).toEqual(['away', 'bot', 'bot', 'bot']);
    expect(match.startedAt).toBe(live.startedAt);
    expect(match.state).toMatchObject({ round: 1, rounds: 2 });
    expect(JSON.stringify(match)).not.toContain(await seedOf(roomId));
    expect(matchMaker.getLocalRoomById(roomId)).toBeUndefined();
    expect((await monitor.match(roomId)).epoch).toBe(1);
  });

  test('[OP18] [OP19] over, all of it is open; also when the stream has forgotten it', async () => {
    const room = await beginWhist(server.url, 'ola', 1);
    const matchId = await playOn(room);
    const match = await found(matchId, 'over');
    expect(match).toMatchObject({ phase: 'over', tenantId: 'dev', processId: null });
    expect(match.seats[0]).toMatchObject({ account: 'ola', presence: 'gone' });
    expect(match.endedAt).toBeGreaterThan(match.startedAt!);
    const log = await server.data.log(matchId);
    expect(match.entries).toEqual(log.slice(-50).map(({ id: _, ...entry }) => entry));
    await inHistory(matchId);
    await monitor.query('delete from match_entry where match_id = $1', [matchId]);
    const kept = await monitor.match(matchId);
    expect(kept).toMatchObject({ where: 'over', tenantId: 'dev', phase: 'over', n: match.n, epoch: 0 });
    expect(kept.state).toEqual(match.state);
  });

  test('[OP17] the latest moments, with the entry that they follow', async () => {
    const matchId = await playTetris(server.url, 'mo');
    const { moments } = await once(matchId, (match) => match.moments?.length);
    expect(moments).toContainEqual(
      expect.objectContaining({ type: 'elimination', number: expect.any(Number) }),
    );
  });

  test('[OP19] left before it began, it is gone', async () => {
    const table = await openTable(server.url, {}, 1);
    await table.rooms[0]!.leave();
    expect(await found(table.matchId, 'gone')).toMatchObject({ phase: 'lobby', endedAt: null });
  });

  test('[OP19] where its process does not answer it is silent, and shown as far as it is stored', async () => {
    const room = await beginWhist(server.url, 'sil', 2);
    const { roomId } = room;
    await room.leave();
    await found(roomId, 'parked');
    const listing = { roomId, name: 'whist', processId: 'elsewhere', clients: 1 };
    const driver = matchMaker.driver as unknown as { rooms: object[] };
    driver.rooms.push(listing);
    const match = await monitor.match(roomId);
    driver.rooms.splice(driver.rooms.indexOf(listing), 1);
    expect(match).toMatchObject({
      where: 'silent',
      processId: 'elsewhere',
      phase: 'playing',
      tenantId: 'dev',
    });
  });

  test('[OP17] what is no match is not found, whatever is asked', async () => {
    for (const id of [randomUUID(), 'x', '%00', '..', "' or 1=1", 'a'.repeat(36), '..%2Froom']) {
      const answer = await monitor.get(`/api/matches/${id}`);
      expect([id, answer.status]).toEqual([id, 404]);
    }
  });

  describe('the list', () => {
    test('[OP16] has those in any process, the latest first, by filters, page by page', async () => {
      const tables = [];
      for (let i = 0; i < 3; i++) tables.push(await openTable(server.url, { rounds: i + 1 }, 1));
      const [lobby, , playing] = tables;
      for (let bot = 0; bot < 3; bot++) await command(playing!, 0, 'add_bot', { strength: 'weak' });
      await command(playing!, 0, 'ready');
      const { items, rooms } = await monitor.list('?game=whist&limit=100');
      expect(rooms).toBeGreaterThanOrEqual(3);
      const ids = items.map(({ matchId }) => matchId);
      expect(ids).toEqual(ids.toSorted().reverse());
      for (const { matchId } of tables) expect(ids).toContain(matchId);
      expect((await monitor.list(`?tenant=${playing!.tenant}`)).items).toEqual([
        {
          matchId: playing!.matchId,
          tenantId: playing!.tenant,
          game: 'whist',
          phase: 'playing',
          players: 1,
          clients: 1,
          createdAt: expect.any(Number),
          started: expect.stringMatching(/^\d\d-\d\d \d\d:\d\d:\d\d$/),
          processId: matchMaker.processId,
        },
      ]);
      expect((await monitor.list(`?tenant=${lobby!.tenant}&phase=playing`)).items).toEqual([]);
      expect((await monitor.list('?game=chess')).items).toEqual([]);
      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await monitor.list(`?game=whist&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
        paged.push(...page.items.map(({ matchId }) => matchId));
        cursor = page.nextCursor;
      } while (cursor);
      expect(paged).toEqual(ids);
    });

    test.each([
      'limit=0',
      'limit=101',
      'limit=x',
      'phase=all',
      'cursor=1',
      'game=%27',
      'what=1',
      'game=a&game=b',
    ])('[OP16] refuses ?%s', async (query) => {
      const answer = await monitor.get(`/api/matches?${query}`);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: 'monitor/bad_query' } },
      ]);
    });
  });

  test('[OP6] nobody but an admin gets any of it', async () => {
    const { roomId } = await beginWhist(server.url, 'vic', 1);
    for (const path of ['/matches', `/matches/${roomId}`, '/api/matches', `/api/matches/${roomId}`]) {
      expect((await monitor.get(path, 'nonsense')).status).toBe(401);
      expect((await monitor.get(path, sign('vic'))).status).toBe(403);
    }
  });
});

test('[OP18] what a game has not said to be open is hidden until the result, and the seed always', () => {
  const setup = { game: 'g', version: '1', options: { mode: 'm', turnMs: 1, botDelayMs: 1 }, seed: 'secret' };
  const entry = (n: number, type: string, data: unknown) => ({ n, t: n, type, seat: 0, id: 'own', data });
  const log = [
    entry(1, 'create', setup),
    entry(2, 'sit', { account: 'a' }),
    entry(3, 'bury', 1),
    entry(4, 'say', 2),
  ];
  const data = (openEntries: string[] | undefined, isOver: boolean) =>
    showEntries(log, openEntries ? { openEntries } : {}, isOver).map((shown) => shown.data);
  const { seed: _, ...open } = setup;
  expect(data(undefined, false)).toEqual([open, { account: 'a' }, undefined, undefined]);
  expect(data(['say', 'create'], false)).toEqual([open, { account: 'a' }, undefined, 2]);
  expect(data(undefined, true)).toEqual([setup, { account: 'a' }, 1, 2]);
  expect(showEntries(log, {}, true)[0]).not.toHaveProperty('id');
});

test('[OP19] what can not be read is missing, and the rest is shown', async () => {
  const warned: string[] = [];
  const setup = { game: 'whist', version: 'of later', options: { mode: 'm' }, seed: 'secret' };
  const entries = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
  const record = { matchId: '', tenantId: 'acme', game: 'whist', epoch: 3, n: 1, at: 5, entries, events: [] };
  const away = () => Promise.reject(new Error('no answer'));
  const { one } = createInspector({
    games,
    rooms: { ids: async () => [], find: async () => new Map(), inspect: away },
    stream: { read: async () => [record], readMoments: away },
    isStored: async () => true,
    kept: async () => null,
    log: { warn: (_, message) => void warned.push(message) },
  });
  const match = await one('01a1f968-5d04-731a-bb5c-23c489f3ebb6');
  expect(match).toMatchObject({
    tenantId: 'acme',
    where: 'parked',
    epoch: 3,
    n: 1,
    state: null,
    moments: null,
  });
  expect(match!.entries).toHaveLength(1);
  expect(JSON.stringify(match)).not.toContain('secret');
  expect(warned).toHaveLength(2);
});

test('[OP19] a long log is played in pieces: matches of this process go on meanwhile', async () => {
  const tetris = games.find(({ name }) => name === 'tetris')!;
  const { version } = tetris;
  const options = tetris.options.parse({}) as MatchOptions;
  const seed = '000000040123456789abcdef01234567';
  const setup: MatchSetup = { game: 'tetris', version, options, seed };
  const engine = tetris.engines[version]!();
  const log: Entry[] = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
  await engine.open(null, log);
  const play = async (...inputs: Input[]): Promise<void> =>
    void log.push(...(await engine.handle(inputs)).entries);
  const command = (name: string, payload: object): Input => ({
    kind: 'command',
    t: 1,
    seat: 0,
    id: name,
    name,
    payload,
  });
  await play({ kind: 'seat', t: 1, change: { type: 'sit', account: 'ann' } });
  await play(command('add_bot', { seat: 1, strength: 'strong' }), command('ready', { ready: true }));
  for (let tick = 0; log.at(-1)!.type !== 'end'; tick++)
    await play({ kind: 'tick', t: Math.round((tick * 1000) / 60), mark: tick % 15 === 0 });
  expect(log.length).toBeGreaterThan(100);

  let turns = 0;
  const beat = (): void => void (turns++, (next = setImmediate(beat)));
  let next = setImmediate(beat);
  const inspected = await inspectLog(games, {
    matchId: '01a1f968-5d04-731a-bb5c-23c489f3ebb6',
    epoch: 1,
    entries: log,
  });
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(Math.floor(log.length / 32));
  expect(inspected).toMatchObject({ n: log.length, phase: 'over' });
});

describe('while something of the house is away', () => {
  const id = '01a1f968-5d04-731a-bb5c-23c489f3ebb6';
  const setup = { game: 'whist', version: 'of later', options: {}, seed: 'secret' };
  const entries = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
  const record = { matchId: id, tenantId: 'acme', game: 'whist', epoch: 3, n: 1, at: 5, entries, events: [] };
  const away = () => Promise.reject(new Error('no answer'));
  const works: InspectorDeps = {
    games,
    rooms: { ids: async () => [], find: async () => new Map(), inspect: away },
    stream: { read: async () => [record], readMoments: async () => [] },
    isStored: async () => true,
    kept: async () => null,
    log: { warn: () => {} },
  };
  const inspect = (less: Partial<InspectorDeps>) => createInspector({ ...works, ...less }).one(id);

  test('[OP19] the list of rooms: what is stored is shown', async () => {
    const match = await inspect({ rooms: { ...works.rooms, find: away } });
    expect(match).toMatchObject({ where: 'silent', processId: null, tenantId: 'acme', n: 1 });
  });

  test('[OP19] its process, before anything of it is in the stream: it is none the less a match', async () => {
    const find = async () => new Map([[id, { roomId: id, processId: 'elsewhere', clients: 1 }]]);
    const stream = { read: async () => [], readMoments: async () => [] };
    await expect(inspect({ rooms: { ...works.rooms, find }, stream })).rejects.toMatchObject({
      status: 503,
      code: 'monitor/unavailable',
    });
    expect(await inspect({ stream })).toBe(null);
  });

  test('[OP19] the store: what is in the stream is shown', async () => {
    expect(await inspect({ isStored: away })).toMatchObject({ where: 'silent', n: 1 });
  });

  test('[OP19] the stream: history has what is over, and of others nothing can be told', async () => {
    const stream = { read: away, readMoments: away };
    const kept = async () => ({ tenantId: 'acme', endedAt: 7, entries });
    expect(await inspect({ stream, kept })).toMatchObject({ tenantId: 'acme', n: 1, moments: null });
    await expect(inspect({ stream })).rejects.toMatchObject({ status: 503, code: 'monitor/unavailable' });
  });
});
