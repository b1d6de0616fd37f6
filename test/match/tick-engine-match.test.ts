/** A tick-based match on a real store: committed behind the play, killed, revived, failing. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { tetrisRules, type TetrisView } from '../../rooms/tetris/rules.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import type { Entry, MatchEvent } from '../../src/match/engine.ts';
import type { Match } from '../../src/match/match.ts';
import { TickEngine, type TickView } from '../../src/match/tick-engine.ts';
import type { TickRules } from '../../src/match/tick-rules.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { House, type Table, until } from './host.ts';

/** Tetris, whose step fails once at this tick. */
function fragile(tick: number): typeof tetrisRules {
  let failed = false;
  const step: TickRules<Parameters<typeof tetrisRules.step>[0], unknown>['step'] = (state, emit) => {
    if (state.tick === tick - 1 && !failed) {
      failed = true;
      throw new Error('the rules fail');
    }
    tetrisRules.step(state, emit);
  };
  return { ...tetrisRules, step };
}

const options = { players: 3, startLevel: 15, targeting: 'even', messiness: 30, garbageDelay: 20 };
function makeEngines() {
  const rules = fragile(100);
  return { tetris: () => new TickEngine(tetrisRules), fragile: () => new TickEngine(rules) };
}

const viewOf = (match: Match): TetrisView => (match.view(null) as TickView<TetrisView>).game!;

async function begin(house: House, game: string, more: object = {}): Promise<Table> {
  const table = await house.create(game, { ...options, ...more });
  for (const account of ['ann', 'bob']) await table.match.seat({ type: 'sit', account });
  await table.match.command(0, 'bot', 'add_bot', { strength: 'strong' });
  for (const seat of [0, 1]) await table.match.command(seat, 'ready', 'ready', { ready: true });
  return table;
}

describe.each(databases)('ticks on %s', (_, openDatabase) => {
  let test_: TestDatabase;
  let house: House;
  beforeAll(async () => {
    test_ = await openDatabase();
  });
  beforeEach(async () => {
    house = await House.open(test_.database, makeEngines());
  });
  afterAll(() => test_.close());

  test('[M13] in the lobby an answer follows the commit: nobody who was told that it sits loses its seat', async () => {
    const { match } = await house.create('tetris', options);
    const typesOf = async () => (await stored(match.claim.matchId)).log.map(({ type }) => type);
    await match.seat({ type: 'sit', account: 'ann' });
    expect(await typesOf()).toEqual(['create', 'sit']);
    await match.command(0, 'ready', 'ready', { ready: true });
    expect(await typesOf()).toEqual(['create', 'sit', 'ready']);
  });

  test('[M13] a lobby that was claimed elsewhere seats nobody', async () => {
    const { match } = await house.create('tetris', options);
    const { matchId } = match.claim;
    await house.store.claim(matchId);
    expect(await match.seat({ type: 'sit', account: 'ann' })).toMatchObject({ ok: false });
    expect((await stored(matchId)).log.map(({ type }) => type)).toEqual(['create']);
  });

  async function stored(matchId: string): Promise<{ log: Entry[]; events: MatchEvent[] }> {
    const stream = openEventStream({ sql: test_.database.sql });
    const records = await stream.read(matchId);
    await stream.close();
    return {
      log: records.flatMap(({ entries }) => entries),
      events: records.flatMap(({ events }) => events),
    };
  }

  /** Lets time pass, as fast as the store follows. */
  async function pass({ match }: Table, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      await house.clock.advance(10);
      const sent = house.line.sent.at(-1)?.entries.at(-1)?.n ?? 0;
      await until(() => match.committedN >= sent, 'the commit');
    }
  }

  /** Lets time pass until the match is over; ann drops a piece now and then. */
  async function playOut({ match }: Table): Promise<void> {
    const playOn = async (): Promise<boolean> => {
      void match.command(0, `drop ${match.n}`, 'input', { tick: 0, actions: HARD_DROP });
      await house.clock.advance(200);
      return match.result !== null;
    };
    // time that goes by while the match recovers is none of play
    await until(playOn, 'the result');
  }

  test('[K8] [K9] killed and parked again and again, it goes on from at most 250 ms before, and each event is there once', async () => {
    let table = await begin(house, 'tetris', { ticks: 900 });
    const { matchId } = table.match.claim;
    for (const [i, ms] of [310, 1_234, 777, 2_010, 1_111, 480].entries()) {
      await pass(table, ms);
      // a piece locks after the last entry
      void table.match.command(1, `drop ${ms}`, 'input', { tick: 0, actions: HARD_DROP });
      await house.clock.advance(17);
      const { tick } = viewOf(table.match);
      await table.match.close(i % 2 === 0 ? 'drop' : 'release');
      table = await house.revive(matchId);
      expect(tick - viewOf(table.match).tick).toBeLessThanOrEqual(15);
    }
    await playOut(table);
    const { log, events } = await stored(matchId);
    expect(log.map(({ n }) => n)).toEqual(log.map((_entry, i) => i + 1));
    const locks = events.filter(({ type }) => type === 'piece_lock');
    for (const { seat, stats } of table.match.result!.players)
      expect(locks.filter((lock) => lock.seat === seat)).toHaveLength(stats['pieces_placed']!);
    for (const type of ['game_start', 'game_end', 'match_result'])
      expect(events.filter((event) => event.type === type)).toHaveLength(1);
  });

  test('[K14] in the lobby, and with nobody there, nothing is told; with the start it moves', async () => {
    const { match, told } = await house.create('tetris', { ...options, players: 1 });
    await house.clock.advance(2_000);
    expect(told).toHaveLength(0);
    await match.seat({ type: 'sit', account: 'ann' });
    await match.command(0, 'ready', 'ready', { ready: true });
    const before = told.length;
    await house.clock.advance(1_000);
    expect(told.length - before).toBeGreaterThanOrEqual(59);
    await match.seat({ type: 'away', account: 'ann' });
    const away = told.length;
    await house.clock.advance(1_000);
    expect(told).toHaveLength(away);
  });

  test('[K6] the host hears of an elimination after its commit', async () => {
    const { match } = await begin(house, 'tetris');
    house.line.hold();
    for (let i = 0; i < 40; i++) {
      void match.command(0, `drop ${i}`, 'input', { tick: 0, actions: HARD_DROP });
      await house.clock.advance(17);
    }
    const { eliminatedAt } = match.view(null) as TickView<TetrisView>;
    expect(eliminatedAt[0]).toBeGreaterThan(match.committedN);
    house.line.letGo();
    await until(
      async () => (await house.clock.advance(250), match.committedN >= eliminatedAt[0]!),
      'its commit',
    );
  });

  test('[K10] after a fault of the rules play goes on from the tick before it, and nothing committed is lost', async () => {
    const table = await begin(house, 'fragile', { ticks: 300 });
    await house.clock.advance(1_600);
    void table.match.command(1, 'kept', 'input', { tick: 0, actions: HARD_DROP });
    await until(async () => (await house.clock.advance(17), table.faults.length === 1), 'the fault');
    await playOut(table);
    expect([table.faults.length, table.lost]).toEqual([1, []]);
    const { log } = await stored(table.match.claim.matchId);
    expect(log.some(({ id }) => id === 'kept')).toBe(true);
    expect(log.at(-1)).toMatchObject({ type: 'end' });
  });

  test('[K10] time stands still while it recovers', async () => {
    const { match, faults } = await begin(house, 'fragile');
    house.line.hold();
    await house.clock.advance(1_700);
    expect(faults).toHaveLength(1);
    await house.clock.advance(3_000);
    house.line.letGo();
    await until(async () => (await house.clock.advance(17), viewOf(match).tick >= 100), 'the recovery');
    expect(viewOf(match).tick).toBeLessThan(105);
  });

  test('[K7] one that nobody comes back to is abandoned after a day', async () => {
    const table = await begin(house, 'tetris', { startLevel: 1 });
    const { match } = table;
    await pass(table, 500);
    for (const account of ['ann', 'bob']) await match.seat({ type: 'away', account });
    const { tick } = viewOf(match);
    await pass(table, 500);
    await match.close('release');
    const { matchId } = match.claim;
    const due = (ms: number) => house.store.due(house.clock.now() + ms, 1_000);
    expect(await due(23 * 3_600_000)).not.toContain(matchId);
    expect(await due(24 * 3_600_000)).toContain(matchId);
    const later = await House.open(
      test_.database,
      makeEngines(),
      new FakeClock(house.clock.now() + 24 * 3_600_000),
    );
    const woken = await later.revive(matchId);
    expect(viewOf(woken.match).tick).toBe(tick);
    await until(async () => (await later.clock.advance(100), woken.match.result !== null), 'the end');
    expect(woken.match.result).toMatchObject({ players: [], reason: 'abandoned' });
  });
});
