import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forge, sign, startServer, type TestServer } from '../support/server.ts';
import { honest, playTetris, seed } from './support.ts';

const body = honest(playTetris({ ticks: 1800 }));
const { inputs, seed: _seed, ...claim } = body;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Asked {
  readonly token?: string | null;
  readonly key?: string;
}

let accounts = 0;
const newAccount = (): string => `ada-${accounts++}`;

async function postText(text: string, { token = sign(newAccount()), key }: Asked = {}) {
  const headers = {
    'Content-Type': 'application/json',
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...(key !== undefined && { 'Idempotency-Key': key }),
  };
  const response = await fetch(`${server.url}/api/solo_results`, { method: 'POST', headers, body: text });
  const answer = (await response.json()) as {
    id?: string;
    verified?: boolean;
    error?: { code: string; message: string };
  };
  return { status: response.status, replayed: response.headers.get('idempotent-replayed'), ...answer };
}

const post = (fields: object = body, asked: Asked = {}) => postText(JSON.stringify(fields), asked);

async function read(path: string, token: string): Promise<Response> {
  return fetch(`${server.url}/v1/matches${path}`, { headers: { Authorization: `Bearer ${token}` } });
}

const listed = async (query: string, token: string) =>
  ((await (await read(query, token)).json()) as { items: { id: string }[] }).items.map(({ id }) => id);

async function refusal(fields: object, asked: Asked = {}): Promise<unknown[]> {
  const { status, error } = await post(fields, asked);
  return [status, error?.code];
}

describe('POST /api/solo_results', () => {
  test('[SR1] [SR14] is 201, and the result is listed, by its tenant alone, with its replay', async () => {
    const account = newAccount();
    const token = sign(account);
    const { status, id, verified, replayed } = await post(body, { token });
    expect([status, verified, replayed]).toEqual([201, true, null]);
    for (const query of ['', '&game=tetris', `&player=${account}`])
      expect(await listed(`?mode=solo${query}`, token)).toContain(id);
    for (const query of ['?mode=casual', '?game=whist', '?player=nobody'])
      expect(await listed(query, token)).not.toContain(id);
    const lines = (await (await read(`/${id}/replay`, token)).text()).trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('{"kind":"entry"'))).toHaveLength(4 + inputs.length + 1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ id, seed, options: { mode: 'solo' } });

    const rival = sign(account, { tenantId: 'rival' });
    expect(await listed('?mode=solo', rival)).toEqual([]);
    for (const path of [`/${id}`, `/${id}/replay`]) expect((await read(path, rival)).status).toBe(404);
  });

  test('[SR5] [SR14] without inputs it is 201 and not verified; its replay is the claim', async () => {
    const token = sign(newAccount());
    const { status, id, verified } = await post(claim, { token });
    expect([status, verified]).toEqual([201, false]);
    expect(await (await read(`/${id}`, token)).json()).toMatchObject({
      mode: 'solo',
      playerCount: 1,
      players: [{ score: claim.score, stats: { level: claim.level, verified: 0 } }],
    });
    expect((await read(`/${id}/replay`, token)).status).toBe(200);
  });

  test('[RP45] [RP46] is verified again by the server, and a claim is not', async () => {
    const token = sign(newAccount());
    const verify = async (fields: object) => {
      const { id } = await post(fields, { token });
      const headers = { Authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/v1/matches/${id}/verify`, { method: 'POST', headers })).json();
    };
    expect(await verify(body)).toEqual({ verified: true, entries: 4 + inputs.length + 1, hashes: 0 });
    expect(await verify(claim)).toEqual({ verified: null, entries: 4, hashes: 0 });
  });

  test('[SR1] tetris is meant where no game is named', async () => {
    const { game: _game, ...nameless } = body;
    expect(await post(nameless)).toMatchObject({ status: 201, verified: true });
  });

  test('[SR2] a forged score is refused, and the next post is served', async () => {
    const token = sign(newAccount());
    expect(await refusal({ ...body, score: body.score + 100 }, { token })).toEqual([
      422,
      'solo/not_reproduced',
    ]);
    expect(await listed(`?player=ada-${accounts - 1}`, token)).toEqual([]);
    expect((await post(body, { token })).status).toBe(201);
  });
});

describe('the token', () => {
  const expired = (): string => sign('ada', {}, -60);

  test.each([
    ['missing', () => null, 'auth/missing'],
    ['expired', expired, 'auth/expired'],
    ['changed', () => `${sign('ada')}x`, 'auth/bad_signature'],
    ['malformed', () => 'x', 'auth/malformed'],
  ])('[SR9] that is %s is 401', async (_name, token, code) => {
    expect(await refusal(body, { token: token() })).toEqual([401, code]);
    expect(await refusal(claim, { token: token(), key: 'k' })).toEqual([401, code]);
  });

  test('[SR9] that nobody signed is 401', async () => {
    const token = forge({ sub: 'ada', tenantId: 'dev', exp: 9_999_999_999 }, { algorithm: 'none' });
    expect((await refusal(body, { token }))[0]).toBe(401);
  });

  test.each([{ permission: 'watch' }, { matchId: '01a1f7f8-3000-7000-8000-000000000000' }] as const)(
    '[SR9] that says %j is 403',
    async (claims) => {
      expect(await refusal(body, { token: sign('ada', claims) })).toEqual([403, 'auth/forbidden']);
    },
  );
});

describe('the idempotency key', () => {
  test('[SR10] in the header, quoted or not, or in the body, is the same key', async () => {
    const token = sign(newAccount());
    const first = await post(body, { token, key: 'one-key' });
    expect(first).toMatchObject({ status: 201, replayed: null });
    const again = { ...first, replayed: 'true' };
    expect(await post(body, { token, key: '"one-key"' })).toEqual(again);
    expect(await post({ ...body, idempotency_key: 'one-key' }, { token })).toEqual(again);
    expect(await post({ ...body, idempotency_key: 'one-key' }, { token, key: 'one-key' })).toEqual(again);
    expect(await listed('?mode=solo', token)).toContain(first.id);
  });

  test('[SR10] survives the server', async () => {
    const token = sign(newAccount());
    const first = await post(body, { token, key: 'k' });
    await server.stop();
    await server.start();
    expect(await post(body, { token, key: 'k' })).toEqual({ ...first, replayed: 'true' });
  });

  test('[SR11] with another body is 422', async () => {
    const token = sign(newAccount());
    await post(body, { token, key: 'k' });
    expect(await refusal(claim, { token, key: 'k' })).toEqual([422, 'solo/key_reused']);
    expect(await refusal({ ...body, score: 1 }, { token, key: 'k' })).toEqual([422, 'solo/key_reused']);
  });

  test.each(['', '""', 'a b', 'é', 'x'.repeat(256), '"'])('[SR12] %j is no key', async (key) => {
    expect(await refusal(claim, { key })).toEqual([400, 'solo/bad_key']);
  });

  test('[SR12] that differs from the one in the body is refused', async () => {
    expect(await refusal({ ...claim, idempotency_key: 'a' }, { key: 'b' })).toEqual([400, 'solo/bad_key']);
  });
});

describe('bad input', () => {
  test.each([
    {},
    { ...claim, score: undefined },
    { ...claim, score: -1 },
    { ...claim, score: 1.5 },
    { ...claim, score: '7' },
    { ...claim, score: 2 ** 53 },
    { ...claim, lines: 2 ** 31 },
    { ...claim, level: 0 },
    { ...claim, pieces: null },
    { ...claim, duration_ms: -1 },
    { ...claim, accountId: 'somebody-else' },
    { ...claim, game: '../x' },
    { ...claim, options: [] },
    { ...claim, seed: 'F'.repeat(32) },
    { ...claim, seed: 'f'.repeat(31) },
    { ...claim, idempotency_key: '' },
    { ...claim, inputs: 'AAAA', seed },
    { ...claim, inputs },
  ])('[SR6] body number %# does not fit', async (fields) => {
    expect(await refusal(fields)).toEqual([400, 'http/invalid']);
  });

  test.each(['NaN', 'Infinity', '-', '[1,', '1e', '"\u0000"'])(
    '[SR6] %j among the inputs is no JSON',
    async (text) => {
      const whole = JSON.stringify({ ...body, inputs: ['HERE'] });
      const { status, error } = await postText(whole.replace('["HERE"]', `[[1,${text}]]`));
      expect([status, error?.code]).toEqual([400, 'http/malformed']);
    },
  );

  test('[SR6] a log that is cut short on its way is no JSON', async () => {
    const text = JSON.stringify(body);
    const { status, error } = await postText(text.slice(0, text.length / 2));
    expect([status, error?.code]).toEqual([400, 'http/malformed']);
  });

  test.each([
    ['no pair', [1]],
    ['a number', 7],
    ['nothing', null],
    ['an object', { tick: 1, actions: 64 }],
    ['a triple', [1, 64, 0]],
    ['a tick of 0', [0, 64]],
    ['a negative tick', [-1, 64]],
    ['half a tick', [1.5, 64]],
    ['a tick as text', ['1', 64]],
    ['NaN, which JSON writes as null', [Number.NaN, 64]],
    ['a tick of 2^53', [2 ** 53, 64]],
  ])('[SR8] %s among the inputs', async (_name, input) => {
    const { status, error } = await post({ ...body, inputs: [input, ...inputs] });
    expect([status, error?.code]).toEqual([400, 'solo/bad_inputs']);
    expect(error!.message).toContain('inputs.0');
  });

  test('[SR8] two inputs in one tick, such as two hard drops, and inputs out of order', async () => {
    const [first] = inputs as [unknown];
    expect(await refusal({ ...body, inputs: [first, ...inputs] })).toEqual([400, 'solo/bad_inputs']);
    expect(await refusal({ ...body, inputs: inputs.toReversed() })).toEqual([400, 'solo/bad_inputs']);
  });

  test.each([-1, 256, 1.5, '64', null, [64], 2 ** 53])('[SR8] the actions %j', async (actions) => {
    expect(await refusal({ ...body, inputs: [[1, actions], ...inputs] })).toEqual([
      400,
      'simulate/bad_input',
    ]);
  });

  test('[SR8] inputs that the rules refuse, and inputs after the end, however late', async () => {
    expect(await refusal({ ...body, inputs: [[1, 0], ...inputs] })).toEqual([422, 'simulate/refused']);
    for (const tick of [1801, 1900, 100_000, 10_000_000, Number.MAX_SAFE_INTEGER])
      expect(await refusal({ ...body, inputs: [...inputs, [tick, 64]] })).toEqual([422, 'simulate/refused']);
  });

  test('[SR7] a game that is none, and options that it has not', async () => {
    expect(await refusal({ ...claim, game: 'whist' })).toEqual([400, 'solo/unknown_game']);
    expect(await refusal({ ...claim, options: { players: 8 } })).toEqual([400, 'options/invalid']);
  });
});

describe('a long log', () => {
  const padded = (bytes: number): string => JSON.stringify(body).padEnd(bytes, ' ');

  test('[HT4] [SR6] may have 524,288 bytes, and not one more; elsewhere the usual limit holds', async () => {
    expect((await postText(padded(524_288))).status).toBe(201);
    const { status, error } = await postText(padded(524_289));
    expect([status, error?.code, error?.message]).toEqual([
      413,
      'http/too_large',
      'The body may have 524288 bytes at most.',
    ]);
    const other = await fetch(`${server.url}/dev/token?x=/api/solo_results`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}'.padEnd(65_537, ' '),
    });
    expect(other.status).toBe(413);
  });

  test('[SR8] of 40,000 inputs in the wrong place is refused where its play ends', async () => {
    const many = Array.from({ length: 40_000 }, (_, i) => [i + 1, 64]);
    const { status, error } = await post({ ...body, inputs: many });
    expect([status, error?.code]).toEqual([422, 'simulate/refused']);
  });
});
