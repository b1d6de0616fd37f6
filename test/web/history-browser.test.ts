/** The history page in a real browser, against a real server, with matches that were really played. */
import { matchMaker } from '@colyseus/core';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { HistoryClient, type ListedMatch } from '../../client/history.ts';
import { sign, startServer, type TestServer, until } from '../support/server.ts';
import { chromium, openTab, type Tab } from './chromium.ts';
import { beginWhist, playMoment, playOn, playTetris, playWhist } from './matches.ts';

const line = `document.querySelector('.line')`;
const place = `${line}.valueAsNumber`;
const cards = `document.querySelectorAll('.hand .card:not(.back)').length`;

describe.skipIf(!chromium)('history in a browser (needs Chromium)', () => {
  let server: TestServer;
  let tab: Tab;
  let whist: ListedMatch;
  let tetris: ListedMatch;

  beforeAll(async () => {
    if (!(await buildWeb())) throw new Error('the pages can not be built');
    server = await startServer();
    [whist, tetris, tab] = await Promise.all([
      playWhist(server.url, 'ada', 2).then((id) => recorded(id, 0)),
      // whoever lies by hard drops alone is out
      playTetris(server.url, 'bob').then((id) => recorded(id, 1)),
      openTab(),
    ]);
  });

  afterAll(async () => {
    await tab?.close();
    await server?.close();
  });

  /** The match as history has it, with so many moments at least. */
  async function recorded(id: string, moments: number): Promise<ListedMatch> {
    const history = new HistoryClient(server.url, sign('reader'));
    const end = performance.now() + 20_000;
    for (;;) {
      const match = await history.match(id).catch(() => null);
      if (match && match.moments.length >= moments) return match;
      if (performance.now() > end)
        throw new Error(`no match ${id} with ${moments} moments came into history`);
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }

  let errorsBefore = 0;
  const newErrors = (): readonly string[] => tab.errors.slice(errorsBefore);
  const open = async (hash: string): Promise<void> => {
    errorsBefore = tab.errors.length;
    await tab.send('Page.navigate', { url: 'about:blank' });
    await tab.send('Page.navigate', { url: `${server.url}/history.html${hash}` });
    await tab.shows(`document.readyState === 'complete'`);
  };
  const click = (selector: string): Promise<void> =>
    tab.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
  const press = (key: string): Promise<void> =>
    tab.run(`void document.body.dispatchEvent(new KeyboardEvent('keydown',
      { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true }))`);

  test('[CL18] the list shows the matches with their players, scores and moments', async () => {
    await open('');
    await tab.shows(`document.querySelectorAll('#matches .row').length === 2`);
    const text = await tab.run<string>(`document.getElementById('matches').innerText`);
    expect(text).toContain('ada');
    expect(text).toContain('bob');
    for (const { id, players } of [whist, tetris]) {
      const shown = await tab.run<string[]>(
        `[...document.querySelectorAll('.row[href$="${id}"] .who small')].map((one) => one.textContent)`,
      );
      const ranked = players.toSorted((a, b) => a.placement - b.placement || a.seat - b.seat);
      expect(shown).toEqual(ranked.map(({ score }) => score.toLocaleString('en')));
    }
    expect(text).toContain('Elimination');
    expect(newErrors()).toEqual([]);
  });

  test('[CL18] filters narrow it, and stand in the address; where nothing fits it says so', async () => {
    await open('');
    await tab.shows(`document.querySelectorAll('#matches .row').length === 2`);
    const choose = (name: string, value: string): Promise<void> =>
      tab.run(`{
        const field = document.getElementById('filters').elements.namedItem('${name}');
        field.value = '${value}';
        field.dispatchEvent(new Event('change', { bubbles: true }));
      }`);
    await choose('game', 'whist');
    await tab.shows(`document.querySelectorAll('#matches .row').length === 1`);
    expect(await tab.run('location.hash')).toBe('#/?game=whist');
    expect(await tab.run(`document.querySelector('.row').hash`)).toBe(`#/match/${whist.id}`);
    await choose('moment', 'elimination');
    await tab.shows(`document.getElementById('note').textContent.startsWith('No finished match fits')`);
    await choose('mode', 'no such mode!');
    await tab.shows(`document.getElementById('note').textContent.includes('mode: must be')`);
    await click('[type=reset]');
    await tab.shows(`document.querySelectorAll('#matches .row').length === 2`);
    expect(newErrors()).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  test('[CL18] more of a long list comes on demand, each match once', async () => {
    const ids = await Promise.all(Array.from({ length: 23 }, () => playMoment(server.url, 'cleo')));
    await Promise.all(ids.map((id) => recorded(id, 0)));
    await open('#/?player=cleo');
    await tab.shows(`document.querySelectorAll('#matches .row').length === 20`);
    await click('#more');
    await tab.shows(`document.querySelectorAll('#matches .row').length === 23`);
    const listed = await tab.run<string[]>(
      `[...document.querySelectorAll('.row')].map(({ hash }) => hash.slice('#/match/'.length))`,
    );
    expect(listed.toSorted()).toEqual(ids.toSorted());
    expect(await tab.run(`document.getElementById('more').hidden`)).toBe(true);
  });

  test('[CL19] a whist match plays, with all hands open, to its end', async () => {
    await open(`#/match/${whist.id}`);
    await tab.shows(`${cards} === 52 && ${place} === 0`);
    await click('.play');
    await tab.shows(`${place} > 0`);
    await tab.run(`{
      const speed = document.querySelector('.controls select');
      speed.value = '16';
      speed.dispatchEvent(new Event('change'));
    }`);
    await tab.shows(
      `${place} === Number(${line}.max) && document.querySelector('.play').title.startsWith('Play')`,
    );
    const scores = await tab.run<string[]>(
      `[...document.querySelectorAll('.score')].map((one) => one.textContent)`,
    );
    const sides = await tab.run<string[]>(
      `[...document.querySelectorAll('.seat')].map((one) => one.dataset.seat)`,
    );
    expect(sides.map((seat, i) => [Number(seat), Number(scores[i])])).toEqual(
      whist.players.map(({ seat, score }) => [seat, score]),
    );
    expect(newErrors()).toEqual([]);
  });

  test('[CL19] a click on a moment goes there, in the list as on the line; keys move', async () => {
    await open(`#/match/${tetris.id}`);
    await tab.shows(`document.querySelectorAll('.mark').length === ${tetris.moments.length}`);
    const last = tetris.moments.length;
    await click(`.mark[data-moment="${last}"]`);
    await tab.shows(`${place} > 0`);
    const at = await tab.run<number>(place);
    const { seat } = tetris.moments.at(-1)!;
    await tab.shows(`document.querySelector('.boards figure[data-seat="${seat}"] .toast')`);
    await press('Home');
    await tab.shows(`${place} === 0`);
    await click(`.go[data-moment="${last}"]`);
    await tab.shows(`${place} === ${at}`);
    await press('.');
    await tab.shows(`${place} > ${at} || ${place} === Number(${line}.max)`);
    await press('Home');
    await press(' ');
    await tab.shows(`document.querySelector('.play').title.startsWith('Pause') && ${place} > 0`);
    expect(newErrors()).toEqual([]);
  });

  test('[CL19] the time line is dragged', async () => {
    await open(`#/match/${whist.id}`);
    await tab.shows(`${cards} === 52`);
    const drag = (to: string, event: string): Promise<void> =>
      tab.run(`{ ${line}.value = ${to}; ${line}.dispatchEvent(new Event('${event}')); }`);
    await drag(`${line}.max`, 'input');
    await tab.shows(`${cards} === 0`);
    await drag('0', 'change');
    await tab.shows(`${cards} === 52 && ${place} === 0`);
  });

  test('[CL19] its whole log can be kept as a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-download-'));
    await tab.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    await open(`#/match/${whist.id}`);
    await tab.shows(`document.querySelector('.match-head button:last-child')?.textContent === 'Download'`);
    await click('.match-head button:last-child');
    const file = join(folder, `whist-${whist.id}.ndjson`);
    await until(() => existsSync(file), 'the file is there');
    const [header, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(header!)).toMatchObject({ id: whist.id, game: 'whist' });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ kind: 'end' });
    await rm(folder, { recursive: true });
  });

  test('[CL20] a link to a place or a moment opens there', async () => {
    await open(`#/match/${tetris.id}?at=100`);
    await tab.shows(`${place} === 100`);
    await open(`#/match/${tetris.id}?moment=1`);
    await tab.shows(`${place} > 100 && document.querySelector('.toast')`);
    // where the browser gives no clipboard the link is in the address bar
    await tab.run(`delete Navigator.prototype.clipboard`);
    const at = await tab.run<number>(place);
    await click('.controls button[aria-label^="Copy the link"]');
    await tab.shows(`location.hash === '#/match/${tetris.id}?at=${at}'`);
    expect(newErrors()).toEqual([]);
  });

  test('[CL20] a page that goes away leaves its replay at once', async () => {
    await open(`#/match/${whist.id}`);
    await tab.shows(`${cards} === 52`);
    expect((await matchMaker.query({ name: 'replay' })).length).toBeGreaterThan(0);
    await tab.send('Page.navigate', { url: 'about:blank' });
    // one that is lost is kept for half a minute
    await expect.poll(() => matchMaker.query({ name: 'replay' }), { timeout: 10_000 }).toEqual([]);
  });

  test('[CL20] an id of no match says so, and offers to try again', async () => {
    await open('#/match/00000000-0000-7000-8000-000000000000');
    await tab.shows(`document.querySelector('.stage-note').textContent.includes('There is no such match.')`);
    expect(await tab.run(`document.querySelector('.stage-note button').textContent`)).toBe('Try again');
  });

  test('[CL19] a match that runs is shown with hidden hands, and with its result when it is over', async () => {
    const room = await beginWhist(server.url, 'dora', 1);
    await open(`#/match/${room.roomId}`);
    await tab.shows(`document.querySelectorAll('.card.back').length === 52`);
    expect(await tab.run(cards)).toBe(0);
    expect(await tab.run(`document.querySelector('.result').textContent`)).toContain('still runs');
    await playOn(room);
    await tab.shows(`document.querySelector('.result table')`);
    expect(await tab.run(`document.querySelector('.result').textContent`)).toContain('dora');
  });

  test('[CL19] a match is verified on demand', async () => {
    await open(`#/match/${whist.id}`);
    await tab.shows(`document.querySelector('.badge + button')`);
    await click('.badge + button');
    await tab.shows(`document.querySelector('.badge').textContent === '✓ verified'`);
    expect((await recorded(whist.id, 0)).verified).toBe(true);
  });

  test('[CL21] a moment is told on the page of the running match', async () => {
    await tab.send('Page.navigate', { url: 'about:blank' });
    await tab.send('Page.navigate', { url: server.url });
    await tab.shows(`document.querySelector('[name=bot]') && document.readyState === 'complete'`);
    await click('[name=bot]');
    await tab.shows(`document.getElementById('match-id').textContent !== ''`);
    await tab.run(`void (window.drops = setInterval(() => {
      for (const type of ['keydown', 'keyup'])
        document.body.dispatchEvent(new KeyboardEvent(type, { code: 'Space', bubbles: true, cancelable: true }));
    }, 30))`);
    await tab.shows(`document.getElementById('moments').textContent.includes('Elimination')`);
    await tab.run('clearInterval(window.drops)');
    await tab.shows(`!document.getElementById('again').hidden`);
    expect(await tab.run(`document.getElementById('again').href`)).toBe(
      await tab.run(
        `location.origin + '/history.html#/match/' + document.getElementById('match-id').textContent`,
      ),
    );
  });

  test('[CL20] a replay whose server was started again goes on from its place', async () => {
    await open(`#/match/${tetris.id}?at=100`);
    await tab.shows(`${place} === 100`);
    await server.stop();
    await tab.shows(`document.querySelector('.stage-note').textContent.includes('connection is lost')`);
    await server.start();
    await tab.shows(`document.querySelector('.stage-note button')?.textContent === 'Connect again'`);
    await click('.stage-note button');
    await tab.shows(`document.querySelector('.stage-note').textContent === '' && ${place} === 100`);
    await press('End');
    await tab.shows(`${place} === Number(${line}.max)`);
  });
});
