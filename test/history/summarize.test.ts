import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/history/summarize.ts';
import { event, finishedLog, player, T0 } from './support.ts';

describe('rows from a log', () => {
  test('[H4] the match is dated by the records of its start and its result', () => {
    const log = finishedLog({ startedAt: T0, endedAt: T0 + 123_456 });
    expect(summarize(log)!.match).toEqual({
      id: log[0]!.matchId,
      tenantId: 'acme',
      gameType: 'whist',
      roomId: log[0]!.matchId,
      mode: 'casual',
      playerCount: 1,
      tournamentId: null,
      startedAt: new Date(T0),
      endedAt: new Date(T0 + 123_456),
    });
  });

  test('[H4] the duration is match time, which stands still with the server, or what the game says of a player', () => {
    const players = [player(), player({ seat: 1, stats: { duration_ms: 777 } })];
    const rows = summarize(finishedLog({ resultT: 20_500, endedAt: T0 + 86_400_000, players }))!.players;
    expect(rows.map(({ durationMs }) => durationMs)).toEqual([20_000, 777]);
  });

  test('[H4] a match of three months, whose duration no column of 32 bits holds, is no reason to lose it', () => {
    const months = summarize(finishedLog({ resultT: 90 * 86_400_000 }))!;
    expect(months.players[0]!.durationMs).toBe(2 ** 31 - 1);
  });

  test('[H4] what comes after the result is no part of the log', () => {
    const log = finishedLog();
    const after = {
      ...log[3]!,
      n: 5,
      entries: [{ n: 5, t: 99_999, type: 'away', seat: 0, data: null }],
      events: [],
    };
    expect(summarize([...log, after])).toEqual(summarize(log));
    expect(summarize(log)!.log.entries.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  test('[H5] figures with a column leave stats; 1.5 lines and 2^40 pieces fit in none', () => {
    const stats = { lines_cleared: 40, garbage_sent: 1.5, pieces_placed: 2 ** 40, tSpins: 3 };
    const [row] = summarize(finishedLog({ players: [player({ stats })] }))!.players;
    expect(row).toMatchObject({
      linesCleared: 40,
      garbageSent: null,
      garbageReceived: null,
      piecesPlaced: null,
    });
    expect(row!.stats).toEqual({ garbage_sent: 1.5, pieces_placed: 2 ** 40, tSpins: 3 });
  });

  test('[H20] hashes that were told up to the end are kept, none is no fault, one that is none is refused', () => {
    const log = finishedLog();
    const hash = (n: number, data: unknown) => ({ ...event(n, 0, 'state_hash', data) });
    const withHashes = log.map((record) => ({
      ...record,
      events: [...record.events, hash(record.n, { hash: `h${record.n}` })],
    }));
    const after = { ...log[3]!, n: 5, entries: [], events: [hash(5, { hash: 'late' })] };
    expect(summarize([...withHashes, after])!.log.hashes).toEqual(
      [1, 2, 3, 4].map((n) => ({ n, hash: `h${n}` })),
    );
    expect(summarize(log)!.log.hashes).toEqual([]);
    const odd = { ...log[2]!, events: [hash(3, { hash: 7 })] };
    expect(() => summarize(log.with(2, odd))).toThrow('state_hash.hash');
  });

  test('[H3] no result, no rows: an empty log, one that goes on, one that ended with nobody', () => {
    expect(summarize([])).toBeNull();
    expect(summarize(finishedLog().slice(0, 3))).toBeNull();
    expect(summarize(finishedLog({ players: [] }))).toBeNull();
  });

  test.each([0, 1, 2])('[H6] a log with a result but without its record %i is refused', (missing) => {
    const log = finishedLog().toSpliced(missing, 1);
    expect(() => summarize(log)).toThrow(expect.objectContaining({ code: 'history/bad_log' }));
  });

  test.each([{ tenantId: 'rival' }, { game: 'tetris' }])(
    '[H6] a log with a record of %j is refused',
    (other) => {
      for (const at of [0, 1, 2, 3]) {
        const log = finishedLog();
        expect(() => summarize(log.with(at, { ...log[at]!, ...other }))).toThrow(
          expect.objectContaining({ code: 'history/bad_log' }),
        );
      }
    },
  );

  test('[H6] a result in which two have one seat is refused', () => {
    const log = finishedLog({ players: [player(), player({ account: 'bob' })] });
    expect(() => summarize(log)).toThrow('match_result.players: two have one seat');
  });

  test.each([
    ['a score that is no number', { score: Number.NaN }],
    ['a score beyond exact integers', { score: 2 ** 53 }],
    ['half a placement', { placement: 1.5 }],
    ['an account that fits in no column', { account: 'x'.repeat(65) }],
    ['stats of text', { stats: { tricks: '7' as unknown as number } }],
  ])('[H6] %s is refused, and named', (_, fields) => {
    const log = finishedLog({ players: [player(fields)] });
    const field = Object.keys(fields)[0]!;
    expect(() => summarize(log)).toThrow(
      expect.objectContaining({
        code: 'history/bad_log',
        message: expect.stringContaining(`players.0.${field}`),
      }),
    );
  });
});
