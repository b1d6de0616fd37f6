import { Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { ColyseusSDK } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { developmentPlayground } from '../../src/ops/playground.ts';
import { sendRaw, startHttp, type TestHttp } from '../http/support.ts';

const State = schema({ shown: t.string().default('') }, 'State');
class Table extends Room<{ state: InstanceType<typeof State> }> {
  override state = new State();
  override onCreate(): void {
    this.onMessage('wave', () => {});
  }
}

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp(
    { endpoints: {}, mounts: { '/playground': developmentPlayground() } },
    { table: Table },
  );
});
afterAll(() => http.close());

const get = (path: string, method = 'GET') => fetch(http.url + path, { method, redirect: 'manual' });
const raw = (path: string, method = 'GET') =>
  sendRaw(http.port, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
const joins = Room.prototype['_onJoin' as keyof Room];

test('[OP21] until somebody asks for it nothing of it is loaded, and rooms are as they were', async () => {
  expect((await get('/playground/profiling/status')).status).toBe(403);
  expect(Room.prototype['_onJoin' as keyof Room]).toBe(joins);
  expect((await get('/playground/')).status).toBe(200);
  expect(Room.prototype['_onJoin' as keyof Room]).not.toBe(joins);
  const room = await new ColyseusSDK(http.url).create('table');
  const types = await new Promise((resolve) =>
    room.onMessage('__playground_message_types' as never, resolve),
  );
  expect(types).toHaveProperty('wave');
  await room.leave();
});

test('[OP22] its pages, what they load, and the rooms', async () => {
  expect((await get('/playground')).headers.get('location')).toBe('/playground/');
  const page = await (await get('/playground/')).text();
  const assets = [...page.matchAll(/"\.(\/(?:assets\/)?[\w.-]+\.\w+)"/g)].map(([, path]) => path!);
  expect(assets.length).toBeGreaterThanOrEqual(5);
  for (const asset of assets)
    expect([asset, (await get(`/playground${asset}`)).status]).toEqual([asset, 200]);
  expect(await (await get('/playground/rooms')).json()).toMatchObject({ rooms: ['table'] });
});

describe('the rest', () => {
  test.each([
    '/profiling/start',
    '/profiling/stop',
    '/profiling/status',
    '/profiling/profile.cpuprofile',
    '/profiling/report.html',
    '/PROFILING/start',
    '//profiling/start',
    '/profiling/start/',
    '/%70rofiling/start',
    '/profiling%2Fstart',
    '/x/../profiling/start',
    '/profiling/start;x',
  ])('[OP22] is closed: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      expect(await raw(`/playground${path}`, method)).toMatch(/^HTTP\/1.1 40[034] /);
  });

  test('[OP22] the profiler says so', async () => {
    expect(await (await get('/playground/profiling/start', 'POST')).json()).toMatchObject({
      error: { code: 'playground/closed' },
    });
  });

  test.each(['/__apidocs', '/presence', '/assets/../index.html', '/index.html', '/rooms/x', '/assets/'])(
    '[OP22] is not there: %s',
    async (path) => {
      expect(await raw(`/playground${path}`)).toMatch(/^HTTP\/1.1 404 /);
      expect(await raw(`/playground${path}`, 'POST')).toMatch(/^HTTP\/1.1 404 /);
    },
  );
});
