import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databases, type TestDatabase } from '../support/databases.ts';
import { CounterEngine } from './engines/counter.ts';
import { SleeperEngine, threeDays } from './engines/sleeper.ts';
import { WorkerEngine } from './engines/worker-engine.ts';
import { House, until } from './host.ts';

const engines = {
  words: () => new WorkerEngine(),
  sleeper: () => new SleeperEngine(),
  counter: () => new CounterEngine(),
};

describe.each(databases)('match on %s', (_, openDatabase) => {
  let test_: TestDatabase;
  let house: House;

  beforeAll(async () => {
    test_ = await openDatabase();
  });
  beforeEach(async () => {
    house = await House.open(test_.database, engines);
  });
  afterAll(() => test_.close());

  test('[M1] nothing is told or answered before it is committed', async () => {
    const { match, told } = await house.create('sleeper');
    house.line.hold();
    let answered = false;
    const nudge = match.command(0, 'a', 'nudge', {}).then(() => (answered = true));
    await until(() => house.line.sent.length === 2, 'the commit');
    expect([answered, told.length]).toEqual([false, 0]);
    house.line.letGo();
    await nudge;
    expect(told.map(({ n }) => n)).toEqual([2]);
  });

  test('[M2] what arrives during a commit is handled after it, in one batch and in order', async () => {
    const { match, told } = await house.create('sleeper');
    house.line.hold();
    const outcomes = ['a', 'b', 'c', 'd'].map((id) => match.command(0, id, 'nudge', {}));
    await until(() => house.line.sent.length === 2, 'the first commit');
    house.line.letGo();
    expect((await Promise.all(outcomes)).map((one) => one.ok && one.n)).toEqual([2, 3, 4, 5]);
    expect(told.map(({ n }) => n)).toEqual([2, 5]);
    expect(house.line.sent.at(-1)!.entries.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });

  test('[M3] the same command id has one effect and one outcome: at once, later, and after a revival', async () => {
    const { match } = await house.create('words');
    const [one, same] = await Promise.all([
      match.command(0, 'x', 'word', { word: 'w' }),
      match.command(0, 'x', 'word', { word: 'w' }),
    ]);
    expect(same).toEqual(one);
    expect(await match.command(0, 'x', 'word', { word: 'w' })).toEqual(one);
    expect(await match.command(1, 'x', 'word', { word: 'w' })).toMatchObject({ ok: true, n: 3 });
    await match.close('release');
    const revived = await house.revive(match.claim.matchId);
    expect(await revived.match.command(0, 'x', 'word', { word: 'w' })).toEqual(one);
    expect(revived.match.n).toBe(3);
  });

  test('[M3] the last 32 outcomes of a seat are kept, refusals too', async () => {
    const { match } = await house.create('sleeper');
    const refused = await match.command(0, 'r', 'snore', {});
    expect(await match.command(0, 'r', 'nudge', {})).toEqual(refused);
    for (let i = 0; i < 31; i++) await match.command(0, `n${i}`, 'nudge', {});
    expect(await match.command(0, 'r', 'nudge', {})).toEqual(refused);
    await match.command(0, 'n31', 'nudge', {});
    expect(await match.command(0, 'r', 'nudge', {})).toMatchObject({ ok: true });
  });

  test('[M4] a fenced commit ends the room: nothing is told, and the host hears of it once', async () => {
    const { match, told, lost } = await house.create('sleeper');
    const other = await House.open(test_.database, engines, house.clock);
    const taken = await other.revive(match.claim.matchId);
    const outcomes = await Promise.all([
      match.command(0, 'a', 'nudge', {}),
      match.command(0, 'b', 'nudge', {}),
    ]);
    expect(outcomes.map((one) => !one.ok && one.code)).toEqual(['match/moved', 'match/moved']);
    expect([told, lost]).toEqual([[], ['fenced']]);
    expect(await match.command(0, 'c', 'nudge', {})).toMatchObject({ code: 'match/moved' });
    expect(await taken.match.command(0, 'a', 'nudge', {})).toMatchObject({ ok: true, n: 2 });
  });

  test.each(['commit', 'answer'] as const)(
    '[M5] when the %s is lost, the same commit is sent until it is answered, and applies once',
    async (lose) => {
      const { match, told } = await house.create('sleeper');
      house.line.lose = lose;
      const outcome = match.command(0, 'a', 'nudge', {});
      await until(async () => (await house.clock.advance(2_000), house.line.sent.length > 4), 'more tries');
      expect(told).toEqual([]);
      house.line.lose = 'nothing';
      await until(async () => (await house.clock.advance(2_000), told.length === 1), 'the answer');
      expect(await outcome).toEqual({ ok: true, n: 2 });
      expect(new Set(house.line.sent.slice(1)).size).toBe(1);
      expect((await house.store.claim(match.claim.matchId))!.entries).toHaveLength(2);
    },
  );

  test.each(['throw', 'die'])(
    '[M6] [E6] after a fault (%s) the match goes on from its log, and others do not notice',
    async (fatal) => {
      const [table, neighbour] = [await house.create('words'), await house.create('words')];
      await table.match.command(0, 'a', 'word', { word: 'safe' });
      const [b, c] = await Promise.all([
        table.match.command(0, 'b', fatal, {}),
        neighbour.match.command(0, 'b', 'word', { word: 'calm' }),
      ]);
      expect(b).toMatchObject({ ok: false, code: 'match/fault' });
      expect(c).toMatchObject({ ok: true });
      expect(table.faults).toHaveLength(1);
      expect(await table.match.command(0, 'b', 'word', { word: 'again' })).toMatchObject({ ok: true, n: 3 });
      expect(await table.match.view(null)).toMatchObject({ words: ['safe', 'again'] });
      await Promise.all([table.match.close('release'), neighbour.match.close('release')]);
    },
  );

  test('[M7] the engine is woken at its time, once, and not before', async () => {
    const { match, told } = await house.create('sleeper');
    await house.clock.advance(threeDays - 1);
    expect(told).toEqual([]);
    await house.clock.advance(1);
    await until(() => told.length === 1, 'the awakening');
    expect(match.view(null)).toMatchObject({ woken: 1, t: threeDays });
  });

  test('[M8] every 128 entries are saved as a checkpoint, and a revival from it has the same future', async () => {
    const { match } = await house.create('sleeper');
    const { matchId } = match.claim;
    for (let i = 0; i < 150; i++) await match.command(0, `n${i}`, 'nudge', {});
    let claim = await house.store.claim(matchId);
    await until(
      async () => (claim = await house.store.claim(matchId))!.checkpoint !== null,
      'the checkpoint',
    );
    expect(claim!.checkpointN).toBe(128);
    expect(claim!.entries[0]!.n).toBe(129);
    const revived = await house.revive(matchId);
    expect(revived.match.view(null)).toEqual(match.view(null));
    expect(await revived.match.command(0, 'n149', 'nudge', {})).toEqual({ ok: true, n: 151 });
    expect(await revived.match.command(0, 'n110', 'nudge', {})).toMatchObject({ ok: true, n: 152 });
  });

  test('[M9] a tick-based match is committed in the background, and its result is told once committed', async () => {
    const { match, told } = await house.create('counter', { limit: 100 });
    expect(await match.command(0, 'a', 'rate', { rate: 4 })).toMatchObject({ ok: true });
    expect(house.line.sent).toHaveLength(1);
    await house.clock.advance(300);
    await until(() => house.line.sent.length === 2, 'the commit in the background');
    expect(match.view(null)).toMatchObject({ tick: 18 });
    house.line.hold();
    await house.clock.advance(300);
    await until(() => house.line.sent.length === 3, 'the commit of the end');
    expect(match.view(null)).toMatchObject({ sum: 100 });
    expect([match.result, told.at(-1)!.result]).toEqual([null, null]);
    house.line.letGo();
    await until(() => match.result !== null, 'the result');
    expect(told.at(-1)).toMatchObject({ result: { players: [{ score: 100 }] } });
  });

  test('[M10] a parked match is woken from the store in three days', async () => {
    const { match } = await house.create('sleeper');
    const { matchId } = match.claim;
    await match.command(0, 'a', 'nudge', {});
    await match.close('release');
    const isDue = async (): Promise<boolean> =>
      (await house.store.due(house.clock.now(), 1_000)).includes(matchId);
    await house.clock.advance(threeDays - 1);
    expect(await isDue()).toBe(false);
    await house.clock.advance(1);
    expect(await isDue()).toBe(true);
    const { match: woken, told } = await house.revive(matchId);
    await house.clock.advance(0);
    await until(() => told.length === 1, 'the awakening');
    expect(woken.view(null)).toMatchObject({ woken: 1 });
  });

  test('[M11] match time stands still while its process is dead, and goes on while it is parked', async () => {
    const { match } = await house.create('sleeper');
    await house.clock.advance(1_000);
    await match.close('release');
    await house.clock.advance(60_000);
    const parked = await house.revive(match.claim.matchId);
    expect(parked.match.t).toBe(61_000);
    await parked.match.close('drop');
    await house.store.close();
    const later = await House.open(test_.database, engines, house.clock);
    const orphan = await later.create('sleeper');
    await later.clock.advance(2_000);
    await orphan.match.command(0, 'a', 'nudge', {});
    await orphan.match.close('drop');
    const survivor = await House.open(test_.database, engines);
    await survivor.clock.advance(3_600_000);
    const revived = await survivor.revive(orphan.match.claim.matchId);
    expect(revived.match.t).toBeGreaterThanOrEqual(2_000);
    expect(revived.match.t).toBeLessThan(10_000);
  });

  test('[M12] a mailbox holds 1,000 inputs; more are told to come back', async () => {
    const { match } = await house.create('sleeper');
    house.line.hold();
    const outcomes = Array.from({ length: 1_010 }, (_, i) => match.command(0, `c${i}`, 'nudge', {}));
    await until(() => house.line.sent.length === 2, 'the first commit');
    house.line.letGo();
    const codes = (await Promise.all(outcomes)).map((one) => (one.ok ? 'ok' : one.code));
    expect(codes.filter((code) => code === 'match/busy')).toHaveLength(9);
    expect(codes.slice(0, 1_001)).not.toContain('match/busy');
  });
});
