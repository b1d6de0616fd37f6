import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { healthEndpoints } from '../../src/ops/health.ts';
import { startHttp, type TestHttp } from '../http/support.ts';

const never = () => new Promise<void>(() => {});
const well = async () => {};
let database: () => Promise<unknown> = well;
let redis: () => Promise<unknown> = well;
let isDraining = false;
let http: TestHttp;

beforeAll(async () => {
  const checks = [
    { name: 'database', check: () => database() },
    { name: 'lobby', check: well },
    { name: 'redis', isNeeded: false, check: () => redis() },
  ];
  http = await startHttp({
    endpoints: healthEndpoints({
      checks,
      backlog: async () => ({ history: 3, publisher: null }),
      isDraining: () => isDraining,
      keepMs: 0,
    }),
  });
});
afterAll(() => http.close());
beforeEach(() => void (database = redis = well));

async function get(path: string) {
  const response = await fetch(http.url + path);
  return { status: response.status, body: await response.json() };
}

test('[OP4] the process lives, whatever its checks say', async () => {
  database = never;
  expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'live' } });
});

test('[OP5] [OP14] the server is ready when all checks hold, however far the readers of the stream are behind', async () => {
  expect(await get('/health/ready')).toEqual({
    status: 200,
    body: {
      status: 'ready',
      checks: { database: 'ok', lobby: 'ok', redis: 'ok' },
      backlog: { history: 3, publisher: null },
    },
  });
});

test.each([
  ['rejects', () => Promise.reject(new Error('hunter2'))],
  [
    'throws',
    () => {
      throw new Error('hunter2');
    },
  ],
  ['does not answer', never],
])('[OP5] the server is not ready when a check %s', async (_, check) => {
  database = check;
  const { status, body } = await get('/health/ready');
  expect(status).toBe(503);
  expect(body).toEqual({
    status: 'not_ready',
    checks: { database: 'failed', lobby: 'ok', redis: 'ok' },
    backlog: { history: 3, publisher: null },
    error: { code: 'health/not_ready', message: expect.any(String), request_id: expect.any(String) },
  });
  expect(JSON.stringify(body)).not.toContain('hunter2');
});

test('[OP43] what is not needed is shown, and the server is ready without it', async () => {
  redis = () => Promise.reject(new Error('hunter2'));
  expect(await get('/health/ready')).toMatchObject({
    status: 200,
    body: { status: 'ready', checks: { database: 'ok', redis: 'failed' } },
  });
});

test('[OP43] who is told that the server is not ready is told when to ask again', async () => {
  database = () => Promise.reject(new Error('hunter2'));
  const { headers } = await fetch(`${http.url}/health/ready`);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('[OP42] a crowd that asks is one question to what is needed', async () => {
  let asked = 0;
  const check = async () => asked++;
  const { ready } = healthEndpoints({ checks: [{ name: 'database', check }], keepMs: 60_000 });
  for (let i = 0; i < 3; i++) await Promise.all(Array.from({ length: 100 }, () => ready({})));
  expect(asked).toBe(1);
});

test('[OP42] a failure counts for a tenth of a second: whoever asks once all is back learns so', async () => {
  let isAway = true;
  const check = async () => {
    if (isAway) throw new Error('away');
  };
  const { ready } = healthEndpoints({ checks: [{ name: 'database', check }], keepMs: 60_000 });
  const status = async () => ((await ready({})) as Response).status;
  expect(await status()).toBe(503);
  isAway = false;
  expect(await status()).toBe(503);
  await vi.waitFor(async () => expect(await status()).toBe(200));
});

test('[CL70] a server that is about to end lives, and is not ready whatever its checks say', async () => {
  isDraining = true;
  try {
    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'live' } });
    expect(await get('/health/ready')).toEqual({
      status: 503,
      body: {
        status: 'draining',
        error: { code: 'health/draining', message: expect.any(String), request_id: expect.any(String) },
      },
    });
  } finally {
    isDraining = false;
  }
});
