/** Pages of other origins in a real browser, with the stock SDK, against a real server. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, sign, startServer, type TestServer } from '../support/server.ts';
import { chromium, openTab, type Tab } from '../web/chromium.ts';

const sdk = readFileSync(join(import.meta.dirname, '../../node_modules/@colyseus/sdk/dist/colyseus.js'));

let site: Server;
let server: TestServer;
let tab: Tab;
let port: number;

describe.skipIf(!chromium)('a page of another origin', () => {
  beforeAll(async () => {
    port = await freePort();
    site = createServer((request, response) => {
      if (request.url === '/sdk.js') return void response.end(sdk);
      response.setHeader('Content-Type', 'text/html').end('<script src="/sdk.js"></script>');
    });
    await new Promise<void>((resolve) => site.listen(port, '127.0.0.1', resolve));
    server = await startServer({ ALLOWED_ORIGINS: `http://localhost:${port}` });
    tab = await openTab();
  });
  afterAll(async () => {
    await tab.close();
    await server.close();
    site.close();
  });

  const open = async (host: string) => {
    await tab.send('Page.navigate', { url: `http://${host}:${port}/` });
    await tab.shows(`location.host === '${host}:${port}' && 'Colyseus' in window`);
  };
  /** What the page learns: the value, or the message of the error. */
  const inPage = (expression: string) =>
    tab.run<string>(
      `(async () => String(await (${expression})))().catch((error) => 'failed: ' + error.message)`,
    );
  const play = () =>
    inPage(`(async () => {
      const client = new Colyseus.Client('${server.url}');
      client.auth.token = '${sign('ann')}';
      const room = await client.joinOrCreate('whist');
      await new Promise((resolve) => room.onStateChange.once(resolve));
      const matches = await client.http.get('/v1/matches');
      await room.leave();
      return 'joined, and read ' + JSON.stringify(matches.data);
    })()`);

  test('[HT17] [HT18] that may ask plays with the stock SDK, and reads answers with their headers', async () => {
    await open('localhost');
    expect(await play()).toMatch(/^joined, and read \{/);
    const idOf = `fetch('${server.url}/health/live').then((answer) => answer.headers.get('X-Request-Id'))`;
    expect(await inPage(idOf)).toMatch(/^[\w-]{36}$/);
    const post = `fetch('${server.url}/dev/token', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'x' } })`;
    expect(await inPage(`${post}.then((answer) => answer.status)`)).toBe('200');
  });

  test('[HT17] [HT19] that may not ask gets nothing, by HTTP or socket', async () => {
    await open('127.0.0.1');
    expect(await play()).toMatch(/^failed: /);
    expect(await inPage(`fetch('${server.url}/health/live')`)).toBe('failed: Failed to fetch');
    const socket = `new Promise((resolve) => {
      const socket = new WebSocket('${server.url.replace('http', 'ws')}/');
      socket.onopen = () => resolve('open');
      socket.onclose = () => resolve('closed');
    })`;
    expect(await inPage(socket)).toBe('closed');
    await open('localhost');
    expect(await inPage(socket)).toBe('open');
  });
});
