/** The page in a real browser, against a real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import { sdkClient, sign, startServer, until, type TestServer } from '../support/server.ts';
import { chromium, openTab, type Tab } from './chromium.ts';

/** The leftmost column of the field with anything in it: on an empty board that is the piece's. */
const leftmost = `(() => {
  const canvas = document.getElementById('board');
  const cell = Math.floor(Math.min(canvas.width / 20, canvas.height / 20.6));
  const left = Math.floor((canvas.width - 10 * cell) / 2), top = Math.floor((canvas.height - 20 * cell) / 2);
  const { data } = canvas.getContext('2d').getImageData(left, top, cell * 10, cell * 20);
  for (let column = 0; column < 10; column++)
    for (let row = 0; row < 20; row++) {
      const at = 4 * (Math.floor((row + 0.5) * cell) * cell * 10 + Math.floor((column + 0.5) * cell));
      if (Math.max(data[at], data[at + 1], data[at + 2]) > 120) return column;
    }
  return -1;
})()`;

const status = `document.getElementById('status').textContent`;

/** Skipped where there is no browser; the variable CHROMIUM names one that stands elsewhere. */
describe.skipIf(!chromium)('in a browser (needs Chromium)', () => {
  let server: TestServer;
  let tab: Tab;

  beforeAll(async () => {
    if (!(await buildWeb())) throw new Error('the pages can not be built');
    server = await startServer();
    tab = await openTab();
  });

  afterAll(async () => {
    await tab?.close();
    await server?.close();
  });

  const press = async (code: string, windowsVirtualKeyCode: number): Promise<void> => {
    await tab.send('Input.dispatchKeyEvent', { type: 'keyDown', code, windowsVirtualKeyCode });
    await tab.send('Input.dispatchKeyEvent', { type: 'keyUp', code, windowsVirtualKeyCode });
  };
  const open = async (offer: string): Promise<void> => {
    await tab.send('Page.navigate', { url: 'about:blank' });
    await tab.send('Page.navigate', { url: server.url });
    await tab.shows(
      `document.querySelector('[name=${offer}]') !== null && document.readyState === 'complete'`,
    );
    await tab.run(`document.querySelector('[name=${offer}]').click()`);
    await tab.shows(`${status} === 'connected' && ${leftmost} >= 0`);
  };

  test('[CL10] a key moves the piece in the next frame, and the page has no errors', async () => {
    await open('solo');
    const before = await tab.run<number>(leftmost);
    await tab.run(`void (window.moved = new Promise((resolve) => addEventListener('keydown', () =>
      requestAnimationFrame(() => resolve(${leftmost})))))`);
    await press('ArrowLeft', 37);
    expect(await tab.run('window.moved')).toBe(before - 1);
    expect(tab.errors).toEqual([]);
  });

  test('[CL10] a match against a bot runs, and is the server’s', async () => {
    await open('bot');
    const id = await tab.run<string>(`document.getElementById('match-id').textContent`);
    for (let piece = 0; piece < 3; piece++) {
      await press('ArrowRight', 39);
      await press('Space', 32);
    }
    await tab.shows(`/^bot, medium · [1-9]/.test(document.querySelector('figcaption').textContent)`);
    const watcher = await sdkClient(server.url, sign('watcher')).joinById<TetrisTable>(id, {
      spectate: true,
    });
    await until(
      () => (watcher.state?.seats?.[0]?.placed ?? 0) >= 3,
      'the three pieces lie on the server’s board',
    );
    await watcher.leave();
    expect(tab.errors).toEqual([]);
  });
});
