/** Real matches on a real store, watched. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Game } from '../../src/match/game.ts';
import { Matches } from '../../src/match/matches.ts';
import { createMetrics, type Metrics } from '../../src/ops/metrics.ts';
import type { MatchStore } from '../../src/store/match-store.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { CounterEngine } from '../match/engines/counter.ts';
import { SleeperEngine } from '../match/engines/sleeper.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';
import { parseExposition } from './exposition.ts';

const engines = { sleeper: () => new SleeperEngine(), counter: () => new CounterEngine() };
const games = Object.entries(engines).map(
  ([name, make]) => ({ name, version: '1', engines: { '1': make } }) as unknown as Game,
);

describe('metrics of matches', () => {
  let data: TestDatabase;
  let store: MatchStore;
  let metrics: Metrics;
  const clock = new FakeClock();

  beforeAll(async () => {
    data = await openTestDatabase('pglite');
    store = await openMatchStore({ sql: data.database.sql, processId: randomUUID(), now: clock.now });
  });
  afterAll(() => data.close());

  async function open(name: string) {
    metrics = createMetrics({ games: games.map((game) => game.name) });
    const matches = new Matches({ store, clock, games, observer: metrics.matches });
    const options = { mode: 'test', turnMs: 10_000, botDelayMs: 500 };
    const claim = await matches.create(matches.game(name), 'tenant', options);
    const ignore = { told: () => {}, lost: () => {}, fault: () => {} };
    const match = await matches.open(claim, ignore);
    match.start();
    return match;
  }
  const scrape = async () => parseExposition(await metrics.text());

  test('[OP32] commands are counted by outcome and code, and timed with their steps; so are commits', async () => {
    const match = await open('sleeper');
    await Promise.all(['a', 'b', 'c'].map((id) => match.command(0, id, 'nudge', {})));
    const refused = await match.command(0, 'd', 'snore', {});
    const code = refused.ok ? '' : refused.code;
    const scraped = await scrape();
    const game = 'sleeper';
    expect(scraped.value('gamekeeper_commands_total', { game, outcome: 'accepted' })).toBe(3);
    expect(scraped.value('gamekeeper_commands_total', { game, outcome: 'refused' })).toBe(1);
    expect(scraped.value('gamekeeper_refusals_total', { game, code })).toBe(1);
    expect(scraped.value('gamekeeper_command_duration_seconds_count', { game })).toBe(4);
    // `a` alone, `b` and `c` while it was committed, and `d`, which wrote nothing
    const batches = { wait: 3, rules: 3, tell: 3 };
    for (const [step, count] of Object.entries(batches))
      expect(scraped.value('gamekeeper_command_step_duration_seconds_count', { game, step })).toBe(count);
    expect(scraped.value('gamekeeper_commits_total', { game, status: 'ok' })).toBe(2);
    expect(scraped.value('gamekeeper_commit_duration_seconds_count', { game })).toBe(2);
    expect(scraped.value('gamekeeper_committed_entries_total', { game })).toBe(3);
    await match.close('remove');
  });

  test('[OP32] the steps of a command are no longer than all of it', async () => {
    const match = await open('sleeper');
    await match.command(0, 'a', 'nudge', {});
    const { value } = await scrape();
    const steps = ['wait', 'rules', 'commit', 'tell'].map((step) =>
      value('gamekeeper_command_step_duration_seconds_sum', { game: 'sleeper', step })!,
    );
    const total = value('gamekeeper_command_duration_seconds_sum', { game: 'sleeper' })!;
    expect(steps.reduce((sum, one) => sum + one, 0)).toBeCloseTo(total, 6);
    await match.close('remove');
  });

  test('[OP32] ticks are not observed, and no command of a game that ticks waits for a commit', async () => {
    const match = await open('counter');
    const game = 'counter';
    await clock.advance(1_000);
    expect((match.view(null) as { tick: number }).tick).toBeGreaterThan(0);
    expect((await scrape()).value('gamekeeper_command_duration_seconds_count', { game })).toBe(0);
    await match.command(0, 'a', 'rate', { rate: 1 });
    const scraped = await scrape();
    expect(scraped.value('gamekeeper_command_duration_seconds_count', { game })).toBe(1);
    expect(scraped.value('gamekeeper_command_step_duration_seconds_count', { game, step: 'rules' })).toBe(1);
    expect(scraped.value('gamekeeper_command_step_duration_seconds_count', { game, step: 'commit' })).toBe(0);
    await match.close('remove');
  });

  test('[OP32] a commit that another process has overtaken is counted by its status', async () => {
    const match = await open('sleeper');
    await store.claim(match.claim.matchId);
    await match.command(0, 'a', 'nudge', {});
    const { value } = await scrape();
    expect(value('gamekeeper_commits_total', { game: 'sleeper', status: 'fenced' })).toBe(1);
    expect(value('gamekeeper_committed_entries_total', { game: 'sleeper' })).toBe(0);
  });

  test('[OP32] a command that comes too late, or is one too many, is counted without the rules', async () => {
    const match = await open('sleeper');
    const game = 'sleeper';
    const counted = async (code: string) =>
      (await scrape()).value('gamekeeper_refusals_total', { game, code });
    const ids = Array.from({ length: 1_003 }, (_, i) => `many ${i}`);
    const outcomes = await Promise.all(ids.map((id) => match.command(0, id, 'nudge', {})));
    const busy = outcomes.filter((one) => !one.ok && one.code === 'match/busy').length;
    expect(busy).toBeGreaterThan(0);
    expect(await counted('match/busy')).toBe(busy);
    await store.claim(match.claim.matchId);
    await Promise.all(['a', 'b'].map((id) => match.command(0, id, 'nudge', {})));
    await match.command(0, 'c', 'nudge', {});
    expect(await counted('match/moved')).toBe(3);
    const { value } = await scrape();
    expect(value('gamekeeper_commands_total', { game, outcome: 'refused' })).toBe(busy + 3);
    expect(value('gamekeeper_command_duration_seconds_count', { game })).toBe(1_003 - busy);
  });
});
