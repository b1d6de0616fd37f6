/** Those who come without the right to: refused before they are in, and nobody in the match notices. */
import { randomUUID } from 'node:crypto';
import type { SignOptions } from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forge, sdkClient, sign, startServer, type TestServer, until } from '../support/server.ts';
import { expectToGoOn } from './log.ts';
import { joinRaw, matchmake, RawClient } from './raw-client.ts';
import { cut, joinById, openMatch, type Table, tokenOf } from './table.ts';

let server: TestServer;
let table: Table;
beforeAll(async () => {
  server = await startServer({ AUTH_LEEWAY_SECONDS: '0' });
  table = await openMatch(server.url);
});
afterAll(() => server.close());

const claims = () => ({ sub: 'p0', tenantId: table.tenant, name: '', roles: [], perm: 'play' });
const usual: SignOptions = {
  algorithm: 'HS256',
  keyid: 'test',
  issuer: 'gamekeeper',
  audience: 'gamekeeper',
  expiresIn: '1h',
};
const { expiresIn: _, ...endless } = usual;

const badTokens: [what: string, code: string, token: () => string | null][] = [
  ['no token', 'auth/missing', () => null],
  ['no JSON Web Token', 'auth/malformed', () => 'garbage'],
  ['one of 5,000 characters', 'auth/malformed', () => `${forge(claims(), usual)}${'x'.repeat(5000)}`],
  ['an expired one', 'auth/expired', () => sign('p0', { tenantId: table.tenant }, -60)],
  ['one that never expires', 'auth/bad_claims', () => forge(claims(), endless)],
  ['one signed with another secret', 'auth/bad_signature', () => forge(claims(), usual, 'x'.repeat(40))],
  ['alg none', 'auth/bad_signature', () => forge(claims(), { ...usual, algorithm: 'none' })],
  ['alg HS512', 'auth/bad_signature', () => forge(claims(), { ...usual, algorithm: 'HS512' })],
  ['another issuer', 'auth/wrong_issuer', () => forge(claims(), { ...usual, issuer: 'other' })],
  ['another audience', 'auth/wrong_audience', () => forge(claims(), { ...usual, audience: 'other' })],
  ['an unknown key', 'auth/unknown_key', () => forge(claims(), { ...usual, keyid: 'other' })],
  ['no tenant', 'auth/bad_claims', () => forge({ ...claims(), tenantId: undefined }, usual)],
  [
    'an account that is no text',
    'auth/bad_claims',
    () => forge({ ...claims(), sub: undefined, roles: 'admin' }, usual),
  ],
];

describe('tokens', () => {
  test.each(badTokens)('[R25] %s opens no match: 401 %s', async (_, code, token) => {
    for (const [method, target] of [
      ['joinOrCreate', 'whist'],
      ['create', 'whist'],
      ['join', 'whist'],
      ['joinById', table.matchId],
    ] as const) {
      const { status, body } = await matchmake(server.url, method, target, token());
      expect({ status, error: body.error?.split(':')[0] }).toEqual({ status: 401, error: code });
      expect(body.sessionId).toBeUndefined();
    }
    await expectToGoOn(table);
  });

  test('[R25] a token that only watches gets no seat, and one for another match does not get in', async () => {
    const watching = sign('p0', { tenantId: table.tenant, permission: 'watch' });
    const room = await joinById(server.url, watching, table.matchId);
    expect(room.state.seats[0]!.hand ?? '').toBe('');
    await room.leave();
    const elsewhere = sign('p0', { tenantId: table.tenant, matchId: randomUUID() });
    expect((await matchmake(server.url, 'joinById', table.matchId, elsewhere)).status).toBeGreaterThanOrEqual(
      400,
    );
    await expectToGoOn(table);
  });
});

describe('matches of others', () => {
  const stranger = () => sign('p0', { tenantId: `t-${randomUUID()}` });

  test('[R26] a match of another tenant can not be joined, neither to play nor to watch', async () => {
    for (const options of [{}, { spectate: true }]) {
      const { status, body } = await matchmake(server.url, 'joinById', table.matchId, stranger(), options);
      expect({ status, error: body.error?.split(':')[0] }).toEqual({ status: 404, error: 'match/not_found' });
      expect(body.sessionId).toBeUndefined();
    }
    await expectToGoOn(table);
  });

  test.each([
    '0',
    'whist',
    '../whist',
    '%00',
    '__proto__',
    'constructor',
    'x'.repeat(100),
    '01a1f81c-86e8-792f-9bc0-fde485d3cf7',
    '01A1F81C-86E8-792F-9BC0-FDE485D3CF79',
    '00000000-0000-0000-0000-000000000000',
    "' or 1=1 --",
    '01a1f81c-86e8-792f-9bc0-fde485d3cf79',
  ])('[R27] %j is the id of no match', async (id) => {
    const { status, body } = await matchmake(
      server.url,
      'joinById',
      encodeURIComponent(id),
      tokenOf(table.tenant, 0),
    );
    // the same as of another tenant's match, so that an id tells nothing
    expect(status).toBe(404);
    expect(body.sessionId).toBeUndefined();
    await expectToGoOn(table);
  });

  test.each([
    { turnMs: 0 },
    { turnMs: null },
    { turnMs: 2 ** 53 },
    { rounds: 27 },
    { rounds: '1' },
    { botDelayMs: -1 },
    { mode: 'Über alles' },
    { spectate: 'yes' },
    { unknown: 1 },
    { tenantId: 'another' },
    { request: { spectate: false } },
    '[]',
    '"text"',
  ])('[R28] options %j make no match', async (options) => {
    const { status, body } = await matchmake(
      server.url,
      'create',
      'whist',
      tokenOf(table.tenant, 0),
      options,
    );
    expect({ status, error: body.error?.split(':')[0] }).toEqual({ status: 400, error: 'options/invalid' });
  });

  test('[R28] options that reach for the prototype are not even read', async () => {
    const options = '{"__proto__": {"spectate": true}, "x": 1}';
    const { status, body } = await matchmake(
      server.url,
      'create',
      'whist',
      tokenOf(table.tenant, 0),
      options,
    );
    expect([status, body.error?.split(':')[0]]).toEqual([400, 'http/bad_key']);
  });
});

describe('sockets', () => {
  const place = (sessionId: string) => ({ roomId: table.matchId, processId: 'any', sessionId });
  const isClosed = (socket: RawClient) => until(() => socket.closed !== null, 'the socket is closed');

  test('[R30] without a reservation a socket gets in nowhere', async () => {
    const session = table.rooms[0]!.sessionId;
    for (const [id, room] of [
      [session, table.matchId],
      ['other', table.matchId],
      ['__proto__', table.matchId],
      ['constructor', table.matchId],
      [session, '__proto__'],
      [session, 'constructor'],
      [session, randomUUID()],
    ] as const) {
      const socket = new RawClient(
        server.url,
        { ...place(id), roomId: room },
        { _authToken: tokenOf(table.tenant, 0) },
      );
      await isClosed(socket);
      expect(socket.framesOf(10)).toEqual([]);
    }
    await expectToGoOn(table);
  });

  test('[R31] a reconnection token that is forged, of another match or of another session brings nobody back', async () => {
    const other = await openMatch(server.url);
    const [mine, next] = table.rooms.map(({ reconnectionToken }) => reconnectionToken.split(':')[1]!);
    const { sessionId } = table.rooms[0]!;
    const foreign = other.rooms[0]!.reconnectionToken.split(':')[1]!;
    for (const token of [
      '',
      'x',
      '.',
      `${sessionId}.`,
      `${sessionId}.${'A'.repeat(43)}`,
      mine!.slice(0, -3),
      next!,
      foreign,
    ]) {
      const query = { reconnectionToken: token, _authToken: tokenOf(table.tenant, 0) };
      const socket = new RawClient(server.url, place(sessionId), query);
      await isClosed(socket);
      expect(socket.framesOf(10)).toEqual([]);
    }
    const client = sdkClient(server.url, tokenOf(table.tenant, 0));
    await expect(client.reconnect(`${table.matchId}:${foreign}`)).rejects.toThrow();
    await expect(client.reconnect(`${other.matchId}:${mine}`)).rejects.toThrow();
    await expectToGoOn(table);
  });

  test('[R31] a stolen reconnection token is worth nothing without a token of the same account', async () => {
    const victim = await joinRaw(server.url, 'joinById', table.matchId, tokenOf(table.tenant, 3));
    await until(() => table.rooms[3]!.connection.isOpen === false);
    const thieves = [
      tokenOf(table.tenant, 'thief'),
      tokenOf(table.tenant, 1),
      sign('p3', { tenantId: 'dev' }),
      'x',
      '',
    ];
    const steal = async (): Promise<void> => {
      for (const token of thieves) {
        const query = { reconnectionToken: victim.reconnectionToken, _authToken: token };
        const socket = new RawClient(server.url, place(victim.reconnectionToken.split('.')[0]!), query);
        await isClosed(socket);
        expect(socket.framesOf(10)).toEqual([]);
      }
    };
    await steal();
    expect(victim.closed).toBeNull();
    victim.socket.terminate();
    await until(() => !table.rooms[0]!.state.seats[3]!.connected);
    await steal();
    table.rooms[3] = await joinById(server.url, tokenOf(table.tenant, 3), table.matchId);
    await until(() => table.rooms[0]!.state.seats[3]!.connected);
    await expectToGoOn(table);
  });

  test('[R32] an expired token still brings its player back into their seat, but opens nothing new', async () => {
    const short = sign('p2', { tenantId: table.tenant }, 1);
    const room = await joinById(server.url, short, table.matchId);
    table.rooms[2] = room;
    await until(() => Date.now() > expiryOf(short), 'the token has expired');
    expect((await matchmake(server.url, 'joinById', table.matchId, short)).status).toBe(401);
    let isBack = false;
    room.onReconnect(() => void (isBack = true));
    cut(room);
    await until(() => isBack);
    await expectToGoOn(table);
  });

  const expiryOf = (token: string): number =>
    (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number }).exp * 1000;
});
