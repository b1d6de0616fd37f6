import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEvents } from '../../src/ops/events.ts';
import { colyseusLogger, createLogger, redact } from '../../src/ops/logger.ts';
import { alice, tokensAt } from '../auth/support.ts';

const { token } = tokensAt(0).sign(alice, 60);

function recorder(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  const log = createLogger({ level }, { write: (line: string) => void lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('the log', () => {
  test('[OP1] is a line of JSON with level and time', () => {
    const { log, lines, last } = recorder('info');
    log.info({ matchId: 'm1' }, 'it began');
    log.debug({}, 'not shown');
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      matchId: 'm1',
      msg: 'it began',
    });
  });

  test.each([
    ['a token in a field', { token }],
    ['a token deep in a field', { request: { deep: [{ headers: { authorization: `Bearer ${token}` } }] } }],
    ['a token in any field', { whatever: `?token=${token}&x=1` }],
    ['a token that is cut', { path: token.slice(0, 60) }],
    ['a cookie', { headers: { cookie: 'hunter2', 'set-cookie': ['hunter2', 'hunter2'] } }],
    ['an opaque bearer', { text: 'Authorization: Bearer hunter2' }],
    [
      'a secret',
      { secret: 'hunter2', password: 'hunter2', reconnectionToken: 'hunter2', _authToken: 'hunter2' },
    ],
    ['a secret with quotes', { secret: 'a"hunter2\\"hunter2' }],
    ['a URL with a password', { url: 'postgres://user:hunter2@host/db' }],
    ['an error', { error: new Error(`refused ${token} at postgres://user:hunter2@host/db`) }],
  ])('[OP1] does not hold %s', (_, fields) => {
    const { log, lines, last } = recorder();
    log.error(fields, `see ${token}`);
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).not.toContain(token.split('.')[1]!.slice(0, 20));
    expect(last()).toMatchObject({ level: 'error', msg: 'see [token]' });
  });

  test('[OP1] leaves whatever is no secret as it is, and JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'tokens', 'seat', 'n'), fc.jsonValue()), (fields) => {
        const { log, last } = recorder();
        log.info({ fields }, 'x');
        expect(last()['fields']).toEqual(JSON.parse(JSON.stringify(fields)));
      }),
    );
  });

  test('[OP1] stays JSON whatever a secret holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (secret, cookies) => {
        const line = JSON.stringify({ secret, cookie: cookies.join(), password: secret, after: 1 });
        expect(JSON.parse(redact(line))).toMatchObject({ secret: '[redacted]', after: 1 });
      }),
    );
  });

  test('[OP2] has what Colyseus says', () => {
    const { log, last } = recorder();
    colyseusLogger(log).error('room %s failed', 'r1', { code: 7 });
    expect(last()).toMatchObject({ level: 'error', from: 'colyseus', msg: 'room r1 failed { code: 7 }' });
    colyseusLogger(log).info('noise');
    expect(last()).toMatchObject({ level: 'debug', msg: 'noise' });
  });

  test('[OP3] has a line for a business event', () => {
    const { log, last } = recorder();
    createEvents(log)('match_created', { matchId: 'm1', tenantId: 'acme', game: 'whist' });
    expect(last()).toMatchObject({
      level: 'info',
      event: 'match_created',
      matchId: 'm1',
      tenantId: 'acme',
      game: 'whist',
    });
    createEvents(log)('slow_client_dropped', { sessionId: 's1' });
    expect(last()).toMatchObject({ level: 'warn', event: 'slow_client_dropped' });
  });
});
