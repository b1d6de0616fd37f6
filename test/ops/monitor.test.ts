import { Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { ColyseusSDK } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvents } from '../../src/ops/events.ts';
import { createLogger } from '../../src/ops/logger.ts';
import type { Envelope } from '../../src/http/errors.ts';
import { adminMonitor } from '../../src/ops/monitor.ts';
import { alice, tokensAt } from '../auth/support.ts';
import { sendRaw, startHttp, type TestHttp } from '../http/support.ts';

const tokens = tokensAt(0);
const admin = tokens.sign(alice, 60).token;
const player = tokens.sign({ ...alice, roles: ['player'] }, 60).token;
const expired = tokensAt(-100).sign(alice, 60).token;

const State = schema({ hidden: t.string().default('ace of spades') }, 'State');
let calls = 0;
class Table extends Room<{ state: InstanceType<typeof State>; metadata: object }> {
  override state = new State();
  override onCreate(): void {
    this.metadata = { game: 'table', players: 2, phase: 'play', started: '11-20 14:18:20', tenantId: 'acme' };
  }
  dangerous(): void {
    calls++;
  }
}

const events: string[] = [];
let http: TestHttp;
let roomId: string;
beforeAll(async () => {
  const logEvent = createEvents(
    createLogger({ level: 'info' }, { write: (line: string) => void events.push(line) }),
  );
  const mounts = { '/monitor': adminMonitor({ tokens, logEvent, secureCookie: false }) };
  http = await startHttp({ endpoints: {}, mounts }, { table: Table });
  ({ roomId } = await new ColyseusSDK(http.url).create('table'));
});
afterAll(() => http.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(http.url + path, { method, headers, redirect: 'manual' });
const as = (token: string) => ({ Authorization: `Bearer ${token}` });

/** Path as it is, which fetch would tidy up. */
const rawGet = (path: string, token: string, method = 'GET') =>
  sendRaw(
    http.port,
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
  );

describe('who may look', () => {
  const paths = () => [
    '/monitor',
    '/monitor/',
    '/MONITOR/',
    '/monitor/api',
    `/monitor/api/room?roomId=${roomId}`,
    `/monitor/api/room/call?roomId=${roomId}&method=dangerous&args=[]`,
    '/monitor/assets/index.js',
    '/monitor/anything',
  ];

  test('[OP6] nobody without a valid token', async () => {
    const cookie = (token: string) => ({ Cookie: `gamekeeper_admin=${token}` });
    for (const path of paths()) {
      for (const headers of [{}, as('nonsense'), as(expired), cookie('nonsense'), cookie(expired)]) {
        const answer = await get(path, headers);
        const text = await answer.text();
        expect([path, answer.status, JSON.parse(text).error.code]).toEqual([
          path,
          401,
          expect.stringMatching(/^auth\/(missing|malformed|expired)$/),
        ]);
      }
    }
  });

  test('[OP6] nobody without the role', async () => {
    for (const path of paths()) {
      for (const headers of [as(player), { Cookie: `gamekeeper_admin=${player}` }]) {
        const answer = await get(path, headers);
        expect([path, answer.status, ((await answer.json()) as Envelope).error.code]).toEqual([
          path,
          403,
          'auth/forbidden',
        ]);
      }
    }
    expect((await get(`/monitor?token=${player}`)).status).toBe(403);
  });

  test('[OP7] a browser that brings its token once', async () => {
    const answer = await get(`/monitor?token=${admin}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/monitor/']);
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toBe(`gamekeeper_admin=${admin}; Path=/monitor; HttpOnly; SameSite=Strict`);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');

    const page = await get('/monitor/', { Cookie: `other=1; ${cookie.split(';')[0]}` });
    expect(await page.text()).toContain('<title>Colyseus Stats</title>');
    expect(events.at(-1)).toContain('monitor_opened');
    expect(events.join('')).not.toContain(admin);
  });

  test('[OP7] in production by a cookie that goes over TLS only', () => {
    const handler = adminMonitor({ tokens, logEvent: () => {}, secureCookie: true });
    const set: unknown[] = [];
    const response = {
      setHeader: () => {},
      cookie: (...args: unknown[]) => set.push(args),
      redirect: () => {},
    };
    handler({ query: { token: admin }, headers: {} } as never, response as never, () => {});
    expect(set).toMatchObject([
      ['gamekeeper_admin', admin, { secure: true, httpOnly: true, sameSite: 'strict' }],
    ]);
  });
});

describe('what an admin sees', () => {
  test('[OP8] the rooms, with columns of ours', async () => {
    const body = (await (await get('/monitor/api', as(admin))).json()) as {
      columns: unknown[];
      rooms: object[];
    };
    expect(body.columns).toEqual([
      { metadata: 'game' },
      'roomId',
      { metadata: 'players' },
      { metadata: 'phase' },
      { metadata: 'started' },
      'processId',
      { metadata: 'tenantId' },
    ]);
    expect(body.rooms).toMatchObject([
      { roomId, name: 'table', clients: 1, metadata: { players: 2, phase: 'play', tenantId: 'acme' } },
    ]);
  });

  test('[OP6] the whole state of a room, hidden or not', async () => {
    const answer = await get(`/monitor/api/room?roomId=${roomId}`, as(admin));
    expect(await answer.json()).toMatchObject({ roomId, state: { hidden: 'ace of spades' } });
    expect(answer.headers.get('cache-control')).toContain('no-');
  });

  test('[OP8] its pages, and what they load', async () => {
    expect((await get('/monitor', as(admin))).headers.get('location')).toBe('/monitor/');
    const page = await (await get('/monitor/', as(admin))).text();
    const assets = [...page.matchAll(/"\.(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(assets).toHaveLength(2);
    for (const asset of assets) expect((await get(`/monitor${asset}`, as(admin))).status).toBe(200);
  });
});

describe('the call of any method', () => {
  const query = () => `?roomId=${roomId}&method=dangerous&args=[]`;

  test.each([
    '/monitor/api/room/call',
    '/monitor/api/room/call/',
    '/monitor/api/room/CALL',
    '/MONITOR/api/room/call',
    '/monitor/api/room%252Fcall',
    '/monitor/api/%72oom/c%61ll',
    '/monitor/api/room/call;x',
  ])('[OP9] is closed at %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await rawGet(path + query(), admin, method);
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
      expect(answer).toContain('"monitor/closed"');
    }
    expect(await rawGet(path + query(), admin, 'HEAD')).toMatch(/^HTTP\/1.1 403 /);
    expect(calls).toBe(0);
  });

  test.each([
    '//monitor/api/room/call',
    '/%6donitor/api/room/call',
    '/x/../monitor/api/room/call',
    '/monitor%2Fapi/room/call',
    '/monitor//api/room/call',
    '/monitor/api//room//call',
    '/monitor/api/room%2Fcall',
    '/monitor/api/x%2F..%2Froom/call',
    '/monitor/api/room/call/.',
    '/monitor/api/room/call%00',
  ])('[OP9] is nowhere else either: %s', async (path) => {
    expect(await rawGet(path + query(), admin)).toMatch(/^HTTP\/1.1 40[34] /);
    expect(await rawGet(path + query(), player)).toMatch(/^HTTP\/1.1 40[34] /);
    expect(calls).toBe(0);
  });

  test('[OP9] and nothing but the pages, the list and the inspector is reachable', async () => {
    for (const path of [
      '/monitor/api/',
      '/monitor/api/other',
      '/monitor/assets/../index.html',
      '/monitor/index.html',
    ]) {
      expect(await rawGet(path, admin)).toMatch(/^HTTP\/1.1 404 /);
    }
    expect(await rawGet('/monitor/api', admin, 'POST')).toMatch(/^HTTP\/1.1 404 /);
  });
});
