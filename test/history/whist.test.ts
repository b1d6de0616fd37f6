import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { Published } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory } from '../../src/history/history.ts';
import type { Entry, Input, MatchSetup, Result, Standing } from '../../src/match/engine.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { newId, T0 } from './support.ts';

const options = { mode: 'ranked', turnMs: 1_000, botDelayMs: 10, rounds: 3 };
const setup: MatchSetup = { game: 'whist', version: '1', options, seed: '0123456789abcdef'.repeat(2) };
const create: Entry = { n: 1, t: 0, type: 'create', seat: null, data: setup };

/** A whole match of one person, who lets every turn pass, and three bots: each batch of the engine is a record. */
function playMatch(matchId: string): { records: Published[]; result: Result } {
  const base = { matchId, tenantId: 'acme', game: 'whist', epoch: 1 };
  const records: Published[] = [{ ...base, n: 1, at: T0, entries: [create], events: [] }];
  const engine = new RulesEngine(whistRules);
  engine.open(null, [create]);
  const handle = (input: Input): Standing => {
    const { entries, events, ...standing } = engine.handle([input]);
    records.push({ ...base, n: entries[0]!.n, at: T0 + input.t, entries, events });
    return standing;
  };
  const command = (name: string, payload: object): Standing =>
    handle({ kind: 'command', t: 5, seat: 0, id: `${name}-${records.length}`, name, payload });
  handle({ kind: 'seat', t: 5, change: { type: 'sit', account: 'ada' } });
  for (const seat of [1, 2, 3]) command('add_bot', { seat, strength: 'weak' });
  let { result, wakeAt } = command('ready', { ready: true });
  while (!result) ({ result, wakeAt } = handle({ kind: 'wake', t: wakeAt! }));
  return { records, result };
}

describe.each(databases)('a match of whist on %s', (_kind, open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test('[H16] its history is its result, and its replay folds to the same result', async () => {
    const { database } = opened;
    const stream = openEventStream({ sql: database.sql });
    const history = createHistory({ database, stream });
    const matchId = newId();
    const { records, result } = playMatch(matchId);
    await stream.append(records);
    expect(await history.record(matchId)).toBe(true);

    const { players, mode, playerCount } = await history.get('acme', matchId);
    expect({ mode, playerCount }).toEqual({ mode: 'ranked', playerCount: 4 });
    const durationMs = expect.any(Number);
    expect(players).toEqual(
      result.players.map(({ account, ...rest }) => ({ ...rest, accountId: account, durationMs })),
    );

    const { header, entries } = await history.log('acme', matchId);
    expect(header).toMatchObject({
      id: matchId,
      ...setup,
      players,
      mode: 'ranked',
      verified: null,
      flaw: null,
    });
    const { n, result: replayed } = new RulesEngine(whistRules).open(null, entries);
    expect(replayed).toEqual(result);
    expect(n).toBe(records.at(-1)!.entries.at(-1)!.n);
  });
});
