import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { games } from '../../rooms/index.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import type { Principal } from '../../src/auth/principal.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { writeMatch } from '../../src/history/recorder.ts';
import { summarize } from '../../src/history/summarize.ts';
import { simulate } from '../../src/match/simulate.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import { type SoloBody, soloBody } from '../../src/solo/body.ts';
import { createSolo, type Solo, type SoloDeps } from '../../src/solo/solo.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { honest, playTetris, seed } from './support.ts';

const now = 1_795_161_600_000;
const play = playTetris({ ticks: 1800 });
const withInputs = honest(play);
const { inputs: _inputs, seed: _seed, ...claim } = withInputs;
const bodyOf = (fields: object = withInputs): SoloBody => soloBody.parse(fields);

let accounts = 0;
const player = (fields: Partial<Principal> = {}): Principal => ({
  accountId: `player-${accounts++}`,
  tenantId: 'acme',
  name: '',
  roles: [],
  permission: 'play',
  ...fields,
});

function soloOn(database: Database, fields: Partial<SoloDeps> = {}): Solo {
  return createSolo({
    database,
    now: () => now,
    games,
    simulate: (one) => simulate(games, one),
    addToHistory: (em, records) => writeMatch({ ...database, em: () => em }, summarize(records)!),
    ...fields,
  });
}

describe.each(databases)('solo results on %s', (_kind, open) => {
  let opened: TestDatabase;
  let database: Database;
  let history: History;
  let solo: Solo;
  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    history = createHistory({ database, stream: openEventStream({ sql: database.sql }) });
    solo = soloOn(database);
  });
  afterAll(() => opened.close());

  const resultsOf = async ({ tenantId, accountId }: Principal) =>
    (await history.list(tenantId, { player: accountId })).items;
  const count = async (table: string): Promise<number> =>
    Number((await database.sql.query<{ n: string }>(`select count(*) as n from ${table}`))[0]!.n);

  test('[SR1] [SR13] with inputs that give it is verified, and in history with the figures of the play', async () => {
    const who = player();
    // a clock of the client's own has no say in it
    const { id, verified, replayed } = await solo.post(who, bodyOf({ ...withInputs, duration_ms: 1 }), null);
    expect([verified, replayed]).toEqual([true, false]);
    expect(await resultsOf(who)).toEqual([
      {
        id,
        game: 'tetris',
        mode: 'solo',
        playerCount: 1,
        tournamentId: null,
        verified: null,
        moments: [],
        startedAt: new Date(now - 30_000).toISOString(),
        endedAt: new Date(now).toISOString(),
        players: [
          {
            seat: 0,
            accountId: who.accountId,
            placement: 1,
            score: withInputs.score,
            durationMs: 30_000,
            stats: {
              lines_cleared: withInputs.lines,
              pieces_placed: withInputs.pieces,
              level: withInputs.level,
              garbage_sent: 0,
              garbage_received: 0,
              attack: play.results[0]!.stats['attack'],
              verified: 1,
            },
          },
        ],
      },
    ]);
    const columns = 'lines_cleared, pieces_placed, duration_ms, stats';
    const [row] = await database.sql.query<{ stats: object }>(
      `select ${columns} from match_players where match_id = $1`,
      [id],
    );
    expect(row).toMatchObject({
      lines_cleared: withInputs.lines,
      pieces_placed: withInputs.pieces,
      duration_ms: 30_000,
      stats: { level: withInputs.level, verified: 1 },
    });
  });

  test.each([
    ['lost', playTetris({ startLevel: 12 }, ['weak'])],
    ['that ended by its lines', playTetris({ lines: 4 }, ['strong'])],
    ['given up', playTetris({ ticks: 777 })],
    ['given up before the first tick was over', playTetris({ ticks: 1 })],
  ] as const)('[SR1] [SR3] a play %s is verified', async (_name, one) => {
    const who = player();
    const { verified } = await solo.post(who, bodyOf(honest(one)), null);
    const [{ score, stats }] = one.results as [(typeof one.results)[0]];
    expect(verified).toBe(true);
    expect((await resultsOf(who))[0]!.players).toMatchObject([
      {
        score,
        durationMs: stats['duration_ms'],
        stats: { lines_cleared: stats['lines_cleared'], verified: 1 },
      },
    ]);
  });

  test('[SR3] an hour is what a play may take', async () => {
    const limits: number[] = [];
    const watched = soloOn(database, {
      simulate: (one) => (limits.push(one.mostTicks), simulate(games, one)),
    });
    await watched.post(player(), bodyOf(), null);
    expect(limits).toEqual([60 * 60 * 60]);
  });

  test('[SR15] its replay folds to its result', async () => {
    const who = player();
    const { id } = await solo.post(who, bodyOf(), null);
    const { header, entries } = await history.log(who.tenantId, id);
    expect(header).toMatchObject({
      id,
      game: 'tetris',
      version: '1',
      seed,
      options: { mode: 'solo', players: 1 },
    });
    const { result } = new TickEngine(tetrisRules).open(null, entries);
    const { score, stats } = result!.players[0]!;
    expect(result!.players[0]!.account).toBe(who.accountId);
    expect(header.players[0]).toMatchObject({ score, durationMs: stats['duration_ms'] });
    expect([score, stats['lines_cleared'], stats['pieces_placed'], stats['level']]).toEqual([
      withInputs.score,
      withInputs.lines,
      withInputs.pieces,
      withInputs.level,
    ]);
  });

  test('[SR5] without inputs it is kept as claimed, not verified', async () => {
    const who = player();
    const { id, verified } = await solo.post(
      who,
      bodyOf({ ...claim, score: 999_999_999, duration_ms: 61_000 }),
      null,
    );
    expect(verified).toBe(false);
    const [match] = await resultsOf(who);
    expect(match).toMatchObject({ id, startedAt: new Date(now - 61_000).toISOString() });
    expect(match!.players[0]).toMatchObject({
      score: 999_999_999,
      durationMs: 61_000,
      stats: { lines_cleared: claim.lines, pieces_placed: claim.pieces, level: claim.level, verified: 0 },
    });
    const { entries } = await history.log(who.tenantId, id);
    expect(entries.map(({ type }) => type)).toEqual(['create', 'sit', 'start', 'claim']);
    expect(entries[3]!.data).toMatchObject({ score: 999_999_999 });
  });

  test('[SR4] the same inputs of another account are a result of theirs', async () => {
    const [one, other] = [player(), player()];
    const first = await solo.post(one, bodyOf(), 'k');
    const second = await solo.post(other, bodyOf(), 'k');
    expect(second).toEqual({ id: expect.not.stringContaining(first.id), verified: true, replayed: false });
    expect(await resultsOf(other)).toHaveLength(1);
  });

  describe('once only', () => {
    test('[SR10] a key that comes again, later, has the same answer', async () => {
      const who = player();
      const first = await solo.post(who, bodyOf(), 'k');
      expect(await solo.post(who, bodyOf(), 'k')).toEqual({ ...first, replayed: true });
      expect(await solo.post(who, bodyOf({ ...withInputs, idempotency_key: 'k' }), 'k')).toEqual({
        ...first,
        replayed: true,
      });
      expect(await resultsOf(who)).toHaveLength(1);
    });

    test('[SR10] ten at the same time, of two processes, make one result', async () => {
      const { url } = opened;
      const other = url === undefined ? database : await openDatabase({ url, entities });
      const who = player();
      const posts = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? solo : soloOn(other)).post(who, bodyOf(), 'k'),
      );
      const answers = await Promise.all(posts);
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(await resultsOf(who)).toHaveLength(1);
      if (other !== database) await other.close();
    });

    test('[SR10] a body that is refused leaves its key free', async () => {
      const who = player();
      await expect(solo.post(who, bodyOf({ ...withInputs, score: 1 }), 'k')).rejects.toThrow('score');
      expect((await solo.post(who, bodyOf(), 'k')).replayed).toBe(false);
    });

    test.each([{ score: claim.score + 1 }, { inputs: [], seed }, { options: { players: 1 } }])(
      '[SR11] another body (%j) is refused, whatever else it is',
      async (fields) => {
        const who = player();
        await solo.post(who, bodyOf(claim), 'k');
        await expect(solo.post(who, bodyOf({ ...claim, ...fields }), 'k')).rejects.toMatchObject({
          status: 422,
          code: 'solo/key_reused',
        });
        expect(await resultsOf(who)).toHaveLength(1);
      },
    );

    test('[SR11] another body at the same time is refused, one of the two', async () => {
      const who = player();
      const bodies = [claim, { ...claim, score: 7 }].map(bodyOf);
      const settled = await Promise.allSettled(bodies.map((body) => solo.post(who, body, 'k')));
      expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'solo/key_reused' },
      });
    });

    test('[SR11] the same account name in another tenant has keys of its own', async () => {
      const who = player();
      const first = await solo.post(who, bodyOf(claim), 'k');
      const second = await solo.post({ ...who, tenantId: 'rival' }, bodyOf({ ...claim, score: 3 }), 'k');
      expect(second.id).not.toBe(first.id);
    });

    test('[SR12] without a key each is another', async () => {
      const who = player();
      await Promise.all([solo.post(who, bodyOf(), null), solo.post(who, bodyOf(), null)]);
      expect(await resultsOf(who)).toHaveLength(2);
    });

    test('[SR13] where history can not take it, its key is not taken either', async () => {
      const who = player();
      const failing = soloOn(database, {
        addToHistory: async (em, records) => {
          await writeMatch({ ...database, em: () => em }, summarize(records)!);
          throw new Error('the disk is full');
        },
      });
      await expect(failing.post(who, bodyOf(), 'k')).rejects.toThrow('the disk is full');
      expect(await resultsOf(who)).toEqual([]);
      expect(await solo.post(who, bodyOf(claim), 'k')).toMatchObject({ verified: false, replayed: false });
    });
  });

  describe('refused, and nothing is kept', () => {
    async function refusal(fields: object): Promise<unknown> {
      const before = [await count('matches'), await count('match_replay'), await count('solo_key')];
      const refused = await solo
        .post(player(), bodyOf({ ...withInputs, ...fields }), 'k')
        .catch((error: unknown) => error);
      expect([await count('matches'), await count('match_replay'), await count('solo_key')]).toEqual(before);
      return refused;
    }

    test.each([
      ['score', withInputs.score + 1],
      ['score', 0],
      ['score', Number.MAX_SAFE_INTEGER],
      ['lines', withInputs.lines + 1],
      ['level', withInputs.level + 1],
      ['pieces', withInputs.pieces - 1],
    ])('[SR2] %s forged to %d', async (field, value) => {
      expect(await refusal({ [field]: value })).toMatchObject({
        status: 422,
        code: 'solo/not_reproduced',
        message: expect.stringMatching(new RegExp(`^${field}: .*not ${value}`)),
      });
    });

    test.each([
      ['cut short', { inputs: withInputs.inputs.slice(0, -20) }],
      ['empty', { inputs: [] }],
      ['without its beginning', { inputs: withInputs.inputs.slice(20) }],
      ['of another seed', { seed: 'f'.repeat(32) }],
      ['of another level', { options: { ...withInputs.options, startLevel: 15 } }],
      ['of a play that went on', { options: { ...withInputs.options, ticks: 18_000 } }],
    ])('[SR2] a log %s', async (_name, fields) => {
      expect(await refusal(fields)).toMatchObject({
        status: 422,
        code: expect.stringMatching('^(solo/not_reproduced|simulate/refused)$'),
      });
    });

    test.each(['chess', 'whist'])('[SR7] the game %s', async (game) => {
      expect(await refusal({ game, options: {} })).toMatchObject({ status: 400, code: 'solo/unknown_game' });
    });

    test.each([
      { players: 2 },
      { players: 0 },
      { startLevel: 99 },
      { cheat: true },
      { ticks: 1.5 },
      { mode: 'ranked' },
    ])('[SR7] the options %j', async (options) => {
      expect(await refusal({ options })).toMatchObject({ status: 400, code: 'options/invalid' });
      const { inputs: _, ...unverified } = withInputs;
      await expect(solo.post(player(), bodyOf({ ...unverified, options }), null)).rejects.toMatchObject({
        code: 'options/invalid',
      });
    });
  });
});
