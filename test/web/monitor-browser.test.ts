/** The monitor's pages and the playground in a real browser, over a real server. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { admin, startMonitor, type TestMonitor } from '../ops/monitor-support.ts';
import { command, move, openTable, type Table } from '../rooms/table.ts';
import { databases } from '../support/databases.ts';
import { sdkClient, sign, startServer, type TestServer } from '../support/server.ts';
import { chromium, openTab, type Tab } from './chromium.ts';
import { playWhist } from './matches.ts';

const canRun = chromium !== null && databases.some(([kind]) => kind === 'postgres');

describe.skipIf(!canRun)('the monitor in a browser (needs Chromium and PostgreSQL)', () => {
  let server: TestServer;
  let monitor: TestMonitor;
  let tab: Tab;
  let table: Table;
  let before = 0;
  const newErrors = (): readonly string[] => tab.errors.slice(before);
  const open = async (path: string): Promise<void> => {
    before = tab.errors.length;
    await tab.send('Page.navigate', { url: 'about:blank' });
    await tab.send('Page.navigate', { url: monitor.url + path });
    await tab.shows(`document.readyState === 'complete' && location.pathname.length > 1`);
  };
  const text = (selector: string) => tab.run<string>(`document.querySelector('${selector}').innerText`);

  beforeAll(async () => {
    if (!(await buildWeb())) throw new Error('the pages can not be built');
    server = await startServer();
    monitor = await startMonitor(server);
    [table, tab] = await Promise.all([openTable(server.url), openTab()]);
    for (const seat of table.rooms.keys()) await command(table, seat, 'ready');
    await open(`/monitor/matches?token=${admin}`);
  });
  afterAll(async () => {
    await tab?.close();
    await monitor?.close();
    await server?.close();
  });

  test('[OP7] [OP16] one who has signed in sees the list; a click leads to a match', async () => {
    expect(await tab.run('location.href')).toBe(`${monitor.url}/monitor/matches`);
    await tab.shows(`document.querySelectorAll('#matches tbody tr').length === 1`);
    expect(await text('#matches')).toContain(table.matchId);
    await tab.run(`document.querySelector('#matches a').click()`);
    await tab.shows(`document.querySelector('#match h2')?.textContent === 'Whist'`);
    expect(await tab.run('location.pathname')).toBe(`/monitor/matches/${table.matchId}`);
    expect(newErrors()).toEqual([]);
  });

  test('[OP16] filters stand in the address, and where nothing fits it says so', async () => {
    await open('/monitor/matches?game=tetris');
    await tab.shows(`document.getElementById('note').textContent.includes('fits these filters')`);
    await tab.run(`{
      const field = document.getElementById('filters').elements.namedItem('game');
      field.value = 'whist';
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }`);
    await tab.shows(`document.querySelectorAll('#matches tbody tr').length === 1`);
    expect(await tab.run('location.search')).toBe('?game=whist');
  });

  test('[OP17] a match keeps itself up to date, and fits a telephone', async () => {
    await open(`/monitor/matches/${table.matchId}`);
    await tab.shows(`document.querySelectorAll('#seats tbody tr').length === 4`);
    const { n } = await move(table);
    await tab.shows(`document.querySelector('#log tbody td')?.textContent === '${n}'`);
    expect(await text('#seats')).toContain('connected');
    await tab.send('Emulation.setDeviceMetricsOverride', {
      width: 360,
      height: 640,
      deviceScaleFactor: 1,
      mobile: true,
    });
    expect(await tab.run('document.documentElement.scrollWidth')).toBe(360);
    await tab.send('Emulation.clearDeviceMetricsOverride');
    expect(newErrors()).toEqual([]);
  });

  test('[OP17] one that is over is shown too; of none it says that there is none', async () => {
    const matchId = await playWhist(server.url, 'ada', 1);
    await open(`/monitor/matches/${matchId}`);
    await tab.shows(`document.querySelector('#log tbody') !== null`);
    expect(newErrors()).toEqual([]);
    await open('/monitor/matches/01a1f968-0000-7000-8000-000000000000');
    await tab.shows(`document.getElementById('note').textContent === 'There is no match of this id.'`);
  });

  test('[OP20] what a player is called is text, and nothing runs', async () => {
    const name = `<img src=x onerror="document.title='taken'"><b>`;
    const client = sdkClient(server.url, sign('mallory', { name }));
    const room = await client.create('whist', { mode: 'page' });
    await open(`/monitor/matches/${room.roomId}`);
    await tab.shows(`document.querySelector('#seats tbody tr')`);
    expect(await text('#seats')).toContain(name);
    expect(await tab.run(`document.querySelectorAll('main img, main b').length`)).toBe(0);
    expect(await tab.run('document.title')).toMatch(/^Match /);
    const run = `{ const made = document.createElement('script'); made.textContent = 'window.ran = 1'; document.body.append(made); }`;
    await tab.run(run);
    expect(await tab.run('window.ran === undefined')).toBe(true);
    await room.leave();
  });

  test('[OP9] the list of rooms works under its policy', async () => {
    await open('/monitor/');
    await tab.shows(`document.body.innerText.includes('playing')`);
    expect(await text('[role=grid]')).toContain('whist');
  });

  test('[OP23] the playground asks no other server, whatever its address says', async () => {
    let asked = 0;
    const stranger = createServer((_, response) => response.end(String(++asked))).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    await open('/playground/');
    await tab.shows(`document.body.innerText.includes('Join a room')`);
    await tab.shows(`[...document.querySelectorAll('option')].some(({ value }) => value === 'whist')`);
    expect(newErrors()).toEqual([]);
    await open(`/playground/?endpoint=http://127.0.0.1:${port}`);
    await tab.shows(`document.body.innerText.includes('Join a room')`);
    for (let i = 0; newErrors().length === 0 && i < 500; i++)
      await new Promise((resume) => setTimeout(resume, 20));
    expect(newErrors().join()).toContain('connect-src');
    expect(asked).toBe(0);
    stranger.close();
  });
});
