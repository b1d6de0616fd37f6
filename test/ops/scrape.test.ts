/** A whole server is scraped while people play there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sdkClient, sign, startServer, type TestServer } from '../support/server.ts';
import { parseExposition, type Scraped } from './exposition.ts';

const scrapeToken = 'the-token-of-a-scraper';
let server: TestServer;
beforeAll(
  async () =>
    void (server = await startServer({
      METRICS_TOKEN: scrapeToken,
      BOT_DELAY_MS: '0',
      RATE_LIMIT_STRICT: '10',
    })),
);
afterAll(() => server.close());

const get = (token: string): Promise<Response> =>
  fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });

async function scrape(): Promise<Scraped> {
  const response = await get(scrapeToken);
  expect(response.status).toBe(200);
  return parseExposition(await response.text());
}

describe('a server that is scraped', () => {
  test('[OP30] [OP32] [OP34] [OP35] [OP37] shows who plays, what was moved, committed and refused', async () => {
    const room = await sdkClient(server.url, sign('ann')).create('whist', { rounds: 1 });
    await room.request('add_bot', { id: 'a', strength: 'weak' });
    await expect(room.request('remove_bot', { id: 'b', seat: 3 })).rejects.toMatchObject({
      reason: { code: 'seat/no_bot' },
    });
    // refused by the room: the match does not hear of them
    await expect(room.request('add_bot', { strength: 'weak' })).rejects.toThrow();
    const told = new Promise((resolve) => room.onMessage('refused', resolve));
    room.send('fly', {});
    await told;
    const watcher = await sdkClient(server.url, sign('eve', { permission: 'watch' })).joinById(room.roomId);
    await expect(watcher.request('add_bot', { id: 'c' })).rejects.toThrow();
    const { value } = await scrape();
    const game = 'whist';
    for (const code of ['command/invalid', 'command/unknown', 'seat/none'])
      expect([code, value('gamekeeper_refusals_total', { game, code })]).toEqual([code, 1]);
    expect(value('gamekeeper_rooms', { game })).toBe(1);
    const seats = ['person', 'bot', 'nobody'].map((taken_by) =>
      value('gamekeeper_seats', { game, taken_by }),
    );
    expect(seats).toEqual([1, 1, 2]);
    expect(value('gamekeeper_rooms', { game: 'tetris' })).toBe(0);
    expect(value('ws_connections_active')).toBe(2);
    expect(value('ws_connect_total')).toBe(2);
    expect(value('gamekeeper_commands_total', { game, outcome: 'accepted' })).toBe(1);
    expect(value('gamekeeper_refusals_total', { game, code: 'seat/no_bot' })).toBe(1);
    expect(value('gamekeeper_command_duration_seconds_count', { game })).toBe(2);
    expect(value('gamekeeper_commits_total', { game, status: 'ok' })).toBeGreaterThan(1);
    const counted = (event: string, of = '') =>
      value('gamekeeper_events_total', { event, game: of, reason: '' });
    expect([counted('match_created', game), counted('client_joined')]).toEqual([1, 2]);
    await Promise.all([room.leave(), watcher.leave()]);
  });

  test('[OP31] [OP33] shows what was asked, by pattern, and who was refused; no id is in it', async () => {
    const matchId = '0199f0a0-0000-7000-8000-00000000abcd';
    const headers = { authorization: `Bearer ${sign('ann')}` };
    await (await fetch(`${server.url}/v1/matches/${matchId}?x=hunter2`, { headers })).text();
    for (const token of ['not-the-scraper', sign('ann')]) await (await get(token)).text();
    const { value, series } = await scrape();
    const route = '/v1/matches/:id';
    expect(value('gamekeeper_http_requests_total', { route, method: 'GET', status: '4xx' })).toBe(1);
    expect(value('gamekeeper_http_errors_total', { route, code: 'history/not_found' })).toBe(1);
    for (const code of ['auth/malformed', 'auth/forbidden'])
      expect(value('gamekeeper_http_errors_total', { route: '/metrics', code })).toBe(1);
    expect(value('gamekeeper_http_upgrades_total', { code: 'ok' })).toBe(2);
    const all = series('gamekeeper_http_requests_total').concat(series('gamekeeper_events_total'));
    expect(JSON.stringify(all)).not.toMatch(/ann|hunter2|0199f0a0/);
  });

  test('[OP30] takes nobody who scrapes often for one who tries tokens', async () => {
    for (let i = 0; i < 20; i++) await scrape();
  });

  test('[OP35] [OP36] shows what it stands on', async () => {
    const { value, series } = await scrape();
    const dependencies = series('gamekeeper_dependency_up');
    expect(dependencies).toMatchObject([
      { labels: { dependency: expect.stringMatching(/^(postgres|pglite)$/) }, value: 1 },
    ]);
    const readers = series('gamekeeper_stream_backlog_records').map(({ labels }) => labels['reader']);
    expect(readers.toSorted()).toEqual(['history', 'moments']);
    expect(series('gamekeeper_breaker_state').filter((one) => one.value === 1)).toMatchObject([
      { labels: { state: 'closed' } },
    ]);
    expect(series('gamekeeper_build_info')).toHaveLength(1);
    expect(value('gamekeeper_draining')).toBe(0);
  });
});
