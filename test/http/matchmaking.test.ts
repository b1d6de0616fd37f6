import { Room, ServerError } from '@colyseus/core';
import { ColyseusSDK, MatchMakeError } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthError } from '../../src/auth/auth-error.ts';
import { ApiError } from '../../src/http/errors.ts';
import { startHttp, type TestHttp } from './support.ts';

const faults: Record<string, () => Error> = {
  token: () => new AuthError('auth/expired'),
  full: () => new ApiError(409, 'table/full', 'The table is full.'),
  coded: () => new ServerError(404, 'match/not_found: there is no such match'),
  plain: () => new ServerError(404, 'hunter2'),
  bug: () => new TypeError('hunter2'),
  text: () => Object.assign(new Error('hunter2'), { code: 'ECONNREFUSED' }),
  internal: () => Object.assign(new Error('hunter2'), { code: 'database/unreachable' }),
  strange: () => Object.assign(new Error('hunter2'), { code: 7 }),
};

class Open extends Room {}
class Auth extends Room {
  static override async onAuth(_token: string, options: { fault: string }): Promise<unknown> {
    throw faults[options.fault]!();
  }
}
class Create extends Room {
  override onCreate(options: { fault: string }): void {
    throw faults[options.fault]!();
  }
}

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp({ endpoints: {} }, { open: Open, auth: Auth, create: Create });
});
afterAll(() => http.close());

async function matchmake(path: string, body: string) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${http.url}/matchmake/${path}`, { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('matchmaking that fails', () => {
  test.each([
    ['auth', 'token', 401, 'auth/expired: The token has expired: ask its issuer for a new one.'],
    ['auth', 'full', 409, 'table/full: The table is full.'],
    ['auth', 'coded', 404, 'match/not_found: there is no such match'],
    ['create', 'coded', 404, 'match/not_found: there is no such match'],
  ])('[HT9] in %s with a code of ours (%s) keeps code and message', async (room, fault, status, error) => {
    expect(await matchmake(`create/${room}`, JSON.stringify({ fault }))).toEqual({
      status,
      body: { code: status, error },
    });
  });

  test.each(
    ['plain', 'bug', 'text', 'internal', 'strange'].flatMap((fault) => [
      ['auth', fault],
      ['create', fault],
    ]),
  )('[HT9] in %s with any other exception (%s) keeps its text to itself', async (room, fault) => {
    http.lines.length = 0;
    const { status, body } = await matchmake(`create/${room}`, JSON.stringify({ fault }));
    expect([status, body['code']]).toEqual([500, 500]);
    expect(body['error']).toMatch(/^internal: /);
    expect(JSON.stringify(http.lines.filter(({ level }) => level === 'error'))).toContain('hunter2');
  });

  test.each([
    ['create/nowhere', 520],
    ['join/open', 521],
    ['joinById/nowhere', 404],
    ['constructor/open', 520],
    ['toString/open', 520],
  ])('[HT9] as Colyseus itself refuses (%s), answers as the SDK expects it', async (path, status) => {
    const answer = await matchmake(path, '{}');
    expect([answer.status, answer.body['code']]).toEqual([status, status]);
  });

  test('[HT9] reaches a client of the SDK', async () => {
    const failure = await new ColyseusSDK(http.url)
      .create('auth', { fault: 'token' })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(MatchMakeError);
    expect(failure).toMatchObject({ code: 401, message: expect.stringMatching(/^auth\/expired: /) });
  });

  test.each(['[]', '"x"', '7', 'null', 'true'])(
    '[HT10] with options that are no object: %s',
    async (body) => {
      const answer = await matchmake('create/open', body);
      expect(answer).toEqual({
        status: 400,
        body: { code: 400, error: 'options/invalid: the options must be a JSON object' },
      });
    },
  );
});

test('[HT9] matchmaking that succeeds is untouched', async () => {
  const room = await new ColyseusSDK(http.url).create('open', {});
  expect(room.roomId).toMatch(/\w/);
  await room.leave();
});
