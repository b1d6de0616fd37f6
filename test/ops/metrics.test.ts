import { describe, expect, test } from 'vitest';
import { createEvents } from '../../src/ops/events.ts';
import { createInstruments } from '../../src/ops/instruments.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { databases } from '../support/databases.ts';
import { until } from '../support/server.ts';
import { parseExposition } from './exposition.ts';

function setUp() {
  const metrics = createMetrics({ games: ['whist'] });
  return { ...metrics, scrape: async () => parseExposition(await metrics.text()) };
}

describe('metrics', () => {
  test('[OP31] each instrument says what it means, under a name of the house', () => {
    for (const { name, help, type } of Object.values(createInstruments())) {
      expect(name).toMatch(/^(gamekeeper|ws)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z`].*\.$/);
    }
  });

  test('[OP31] a text that breaks lines or quotes breaks no scrape', async () => {
    const { readFrom, scrape } = setUp();
    const version = 'a"b\\c\nd';
    readFrom({ version });
    expect((await scrape()).value('gamekeeper_build_info', { version })).toBe(1);
  });

  test('[OP32] a game that is known has figures before its first move: a rate needs a zero to begin with', async () => {
    const { value } = await setUp().scrape();
    expect(value('gamekeeper_commands_total', { game: 'whist', outcome: 'refused' })).toBe(0);
    expect(value('gamekeeper_commits_total', { game: 'whist', status: 'fenced' })).toBe(0);
    expect(value('gamekeeper_refusals_total', { game: 'whist', code: 'match/fault' })).toBe(0);
    const ended = { event: 'match_ended', game: 'whist', reason: 'played' };
    expect(value('gamekeeper_events_total', ended)).toBe(0);
    for (const event of ['replay_flagged', 'slow_client_dropped'])
      expect(value('gamekeeper_events_total', { event, game: '', reason: '' })).toBe(0);
  });

  test('[OP35] what is not known has no figure, and a scrape does without it', async () => {
    const { readFrom, scrape } = setUp();
    expect((await scrape()).series('gamekeeper_database_waiting')).toEqual([]);
    readFrom({
      dependencies: () => ({ database: true, nats: false }),
      backlog: async () => ({ history: 3, publisher: null }),
      isDraining: () => true,
    });
    const { value, series } = await scrape();
    expect(value('gamekeeper_dependency_up', { dependency: 'database' })).toBe(1);
    expect(value('gamekeeper_dependency_up', { dependency: 'nats' })).toBe(0);
    expect(value('gamekeeper_draining')).toBe(1);
    expect(series('gamekeeper_stream_backlog_records')).toEqual([
      { name: 'gamekeeper_stream_backlog_records', labels: { reader: 'history' }, value: 3 },
    ]);
  });

  test('[OP35] figures that were looked up are gone when what they tell of is', async () => {
    const { readFrom, scrape } = setUp();
    let isThere = true;
    const seated = { game: 'whist', rooms: 2, people: 5, bots: 2, free: 1 };
    readFrom({ tables: () => (isThere ? [seated] : []) });
    expect((await scrape()).value('gamekeeper_seats', { game: 'whist', taken_by: 'person' })).toBe(5);
    isThere = false;
    expect((await scrape()).series('gamekeeper_seats')).toEqual([]);
  });

  test('[OP35] two scrapes at once are both whole', async () => {
    const { readFrom, scrape } = setUp();
    readFrom({ version: '1', backlog: async () => ({ history: 1 }) });
    for (const { value } of await Promise.all([scrape(), scrape(), scrape()]))
      expect([
        value('gamekeeper_build_info', { version: '1' }),
        value('gamekeeper_stream_backlog_records', { reader: 'history' }),
      ]).toEqual([1, 1]);
  });

  test('[OP36] a breaker has one state at a time; calls, retries and rejections are counted by guard', async () => {
    const { guards, scrape } = setUp();
    const guard = 'postgres';
    guards.onCall(guard, 2, true);
    const stateOf = async () =>
      (await scrape()).series('gamekeeper_breaker_state').filter(({ value }) => value === 1);
    expect((await stateOf()).map(({ labels }) => labels)).toEqual([{ guard, state: 'closed' }]);
    guards.onChange(guard, 'open');
    guards.onCall(guard, 2, false);
    guards.onRetry(guard);
    guards.onRejected(guard, 'unavailable');
    expect((await stateOf()).map(({ labels }) => labels)).toEqual([{ guard, state: 'open' }]);
    const { value } = await scrape();
    expect(value('gamekeeper_guard_call_duration_seconds_count', { guard })).toBe(2);
    expect(value('gamekeeper_guard_failures_total', { guard })).toBe(1);
    expect(value('gamekeeper_guard_retries_total', { guard })).toBe(1);
    expect(value('gamekeeper_guard_rejections_total', { guard, reason: 'unavailable' })).toBe(1);
  });

  test('[OP37] a business event is a line and a count, and no id is a label', async () => {
    const { event, text } = setUp();
    const logEvent = createEvents(createLogger({ level: 'silent' }), event);
    logEvent('match_ended', { matchId: 'm1', game: 'whist', reason: 'played' });
    logEvent('token_minted', { accountId: 'ann', tenantId: 'acme', roles: ['admin'] });
    const { value } = parseExposition(await text());
    expect(value('gamekeeper_events_total', { event: 'match_ended', game: 'whist', reason: 'played' })).toBe(
      1,
    );
    expect(value('gamekeeper_events_total', { event: 'token_minted', game: '', reason: '' })).toBe(1);
    expect(await text()).not.toMatch(/m1|ann|acme/);
  });

  test.each(databases)('[OP35] the pool of %s is what it has open', async (kind, open) => {
    const { database, close } = await open();
    const { readFrom, scrape } = setUp();
    readFrom({ pool: () => database.pool?.() });
    if (kind === 'pglite') expect((await scrape()).series('gamekeeper_database_connections_max')).toEqual([]);
    else {
      const asked = database.sql.query('select pg_sleep(0.3)');
      await until(() => database.pool!().busy === 1, 'it is asked');
      expect((await scrape()).value('gamekeeper_database_connections', { state: 'busy' })).toBe(1);
      await asked;
      const { value } = await scrape();
      expect(value('gamekeeper_database_connections', { state: 'busy' })).toBe(0);
      expect(value('gamekeeper_database_connections', { state: 'idle' })).toBeGreaterThan(0);
      expect(value('gamekeeper_database_connections_max')).toBe(10);
      expect(value('gamekeeper_database_waiting')).toBe(0);
    }
    await close();
  });
});
