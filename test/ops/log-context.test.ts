import { createEndpoint } from '@colyseus/core';
import { context, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createMac } from '../../src/auth/mac.ts';
import { logCommands } from '../../src/ops/command-log.ts';
import { createPersonal, requestFields } from '../../src/ops/log-context.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { openTracing } from '../../src/ops/tracing.ts';
import { alice, key, tokensAt } from '../auth/support.ts';
import { startHttp, type TestHttp } from '../http/support.ts';
import { startCollector } from '../support/otlp.ts';
import { until } from '../support/server.ts';

const tokens = tokensAt(0);
const personal = createPersonal(createMac(createKeyRing([key('k1')]), 'log'));
const lines: Record<string, unknown>[] = [];
const log = createLogger(
  { level: 'info' },
  { write: (line: string) => void lines.push(JSON.parse(line)) },
  { fields: requestFields, personal },
);
const said = (what: string) => lines.find(({ msg }) => msg === what);
beforeEach(() => void lines.splice(0));

describe('lines of a request', () => {
  let http: TestHttp;
  let release = (): void => {};

  beforeAll(async () => {
    const answer = async () => {
      log.info({}, 'within');
      log.info({ requestId: 'of its own' }, 'named');
      // what lives on, such as a room
      void new Promise<void>((resolve) => (release = resolve)).then(() => log.info({}, 'left behind'));
      return {};
    };
    const traced = async () => {
      const span = trace.getTracer('test').startSpan('a');
      context.with(trace.setSpan(context.active(), span), () => log.info({}, 'traced'));
      const { traceId } = span.spanContext();
      span.end();
      return { traceId };
    };
    http = await startHttp({
      authenticate: (token) => tokens.verify(token),
      endpoints: {
        answer: createEndpoint('/answer', { method: 'GET' }, answer),
        traced: createEndpoint('/traced', { method: 'GET' }, traced),
      },
    });
  });
  afterAll(() => http.close());

  test('[OP39] have its id; what it left behind has not', async () => {
    const headers = { 'x-request-id': 'r-7', authorization: `Bearer ${tokens.sign(alice, 60).token}` };
    const response = await fetch(`${http.url}/answer`, { headers });
    await response.text();
    await until(() => http.lines.some(({ msg }) => msg === 'request'), 'it is over');
    release();
    await until(() => said('left behind'), 'it is told');
    log.info({}, 'outside');
    expect(said('within')).toMatchObject({ requestId: 'r-7', accountId: 'alice' });
    expect(said('within')).not.toHaveProperty('traceId');
    expect(said('named')).toMatchObject({ requestId: 'of its own' });
    for (const what of ['left behind', 'outside'])
      for (const id of ['requestId', 'accountId']) expect(said(what)).not.toHaveProperty(id);
  });

  test('[OP39] have its trace where that is kept', async () => {
    const collector = await startCollector();
    const { close } = await openTracing({ endpoint: collector.url, share: 1, service: 'tests' }, { log });
    const { traceId } = (await (await fetch(`${http.url}/traced`)).json()) as { traceId: string };
    expect(said('traced')).toMatchObject({ traceId, requestId: expect.any(String) });
    await close();
    await collector.close();
  });
});

describe('personal data', () => {
  test('[OP40] are hashes in every line, the same for the same', () => {
    const fields = ['address', 'remoteAddress', 'ip', 'email', 'deviceId'];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.string({ minLength: 8 }), (field, value) => {
        log.info({ [field]: value, accountId: 'ann' }, 'x');
        const line = lines.at(-1)!;
        expect(line[field]).toMatch(/^#[0-9a-f]{12}$/);
        expect(line).toMatchObject({ [field]: personal(value), accountId: 'ann' });
      }),
    );
  });

  test('[OP40] are told apart, and nobody without the key can guess them', () => {
    const other = createPersonal(createMac(createKeyRing([key('k2')]), 'log'));
    const hashes = ['10.0.0.1', '10.0.0.2'].flatMap((value) => [personal(value), other(value)]);
    expect(new Set(hashes).size).toBe(4);
  });

  test('[OP40] of a logger that knows no key are not shown at all', () => {
    const shown: string[] = [];
    createLogger({ level: 'info' }, { write: (line: string) => void shown.push(line) }).info(
      { address: '10.0.0.1', email: ['ann@example.org'] },
      'x',
    );
    expect(shown[0]).not.toMatch(/10\.0\.0\.1|ann@example/);
  });

  test.each([
    'GET /monitor?token=hunter2&x=1',
    'ws://a/p/r?sessionId=s&_authToken=hunter2',
    'ws://a/p/r?reconnectionToken=hunter2#x',
    'Cookie: gamekeeper_admin=hunter2; other=hunter2',
  ])('[OP1] nor does a secret stand in %s', (text) => {
    log.info({ text, deep: [{ text }] }, text);
    expect(JSON.stringify(lines.at(-1))).not.toContain('hunter2');
    expect(JSON.stringify(lines.at(-1))).toContain('[redacted]');
  });
});

test('[OP41] a command is a line at debug alone, without its fields', () => {
  const outcomes = [
    { ok: true, n: 4 },
    { ok: false, code: 'whist/must_follow_suit', message: 'you have hearts' },
  ] as const;
  const batch = {
    matchId: 'm1',
    game: 'whist',
    commands: outcomes.map((outcome, seat) => ({ name: 'play', seat, arrivedAt: 10, outcome })),
    entries: 1,
    beganAt: 11,
    ruledAt: 12,
    committedAt: 13,
    toldAt: 14,
  };
  logCommands(log).handled(batch);
  expect(lines).toEqual([]);
  const debug = createLogger({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) });
  logCommands(debug).handled(batch);
  const usual = { level: 'debug', msg: 'command', matchId: 'm1', game: 'whist', command: 'play', ms: 4 };
  expect(lines).toMatchObject([
    { ...usual, seat: 0, n: 4 },
    { ...usual, seat: 1, code: 'whist/must_follow_suit' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('hearts');
});
