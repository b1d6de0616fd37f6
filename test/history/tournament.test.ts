import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { games } from '../../rooms/index.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory } from '../../src/history/history.ts';
import { summarize } from '../../src/history/summarize.ts';
import { systemClock } from '../../src/match/clock.ts';
import type { MatchSetup } from '../../src/match/engine.ts';
import { parseJoinOptions } from '../../src/match/match-options.ts';
import { Matches } from '../../src/match/matches.ts';
import { repeatMatch } from '../../src/match/rematch.ts';
import { setupOf } from '../../src/solo/setup.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';
import { playWhist } from './games.ts';
import { finishedLog, newId } from './support.ts';

const tournamentId = newId();

describe('matches of a tournament', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase('pglite');
  });
  afterAll(() => opened.close());

  test('[H29] their events say it, and so does history', async () => {
    const { database } = opened;
    const stream = openEventStream({ sql: database.sql });
    const history = createHistory({ database, stream });
    const { matchId, records, events } = playWhist(1, { tournamentId });
    const of = (type: string) => events.find((event) => event.type === type)!.data;
    expect([of('match_start'), of('match_result')]).toMatchObject([{ tournamentId }, { tournamentId }]);
    await stream.append(records);
    await history.record(matchId);
    expect((await history.get('acme', matchId)).tournamentId).toBe(tournamentId);
  });

  test('[H29] the events of all others say nothing of it', () => {
    const { events, records } = playWhist(1);
    for (const { data } of events) expect(data).not.toHaveProperty('tournamentId');
    expect(summarize(records)!.match.tournamentId).toBeNull();
  });

  test('[H29] one that is no id is no valid log', () => {
    const records = finishedLog();
    const [start] = records[1]!.events;
    Object.assign(start!.data as object, { tournamentId: "x'; drop table matches" });
    expect(() => summarize(records)).toThrow('match_start.tournamentId');
  });

  test.each(games.map((game) => [game.name, game] as const))(
    '[H29] no client says it when it makes or joins a match of %s',
    (_, game) => {
      const defaults = { turnMs: 30_000, botDelayMs: 700 };
      expect(parseJoinOptions(game.options, defaults, {}).options).not.toHaveProperty('tournamentId');
      expect(() => parseJoinOptions(game.options, defaults, { tournamentId })).toThrow('tournamentId');
    },
  );

  test('[H29] nor with a solo result', () => {
    const figures = { score: 1, lines: 1, level: 1, pieces: 1, duration_ms: 1 };
    const body = { game: 'tetris', options: { tournamentId }, ...figures };
    expect(() => setupOf(games, body)).toThrow('tournamentId');
  });

  test('[H29] nor by a rematch', async () => {
    const { sql } = opened.database;
    const store = await openMatchStore({ sql, processId: newId(), now: Date.now });
    const matches = new Matches({ store, clock: systemClock, games });
    const options = { mode: 'ranked', turnMs: 1_000, botDelayMs: 10, rounds: 1, tournamentId };
    const seats = { phase: 'over' as const, list: [] };
    const view = { seats, options, startedAt: null, deadline: null, game: null };
    const id = await repeatMatch(matches, matches.game('whist'), 'acme', view);
    const [record] = await openEventStream({ sql }).read(id);
    await store.close();
    const { tournamentId: _, ...others } = options;
    expect((record!.entries[0]!.data as MatchSetup).options).toEqual(others);
  });
});
