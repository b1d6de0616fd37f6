import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry, MatchEvent } from '../../src/match/engine.ts';
import { newId, T0 } from '../history/support.ts';
import { Course } from '../match/course.ts';
import { recordsOf, serve, type Served } from './served.ts';

const seed = '0123456789abcdef0123456789abcdef';
const whist = await Course.play({ game: 'whist', seed });
const tetris = await Course.play({ game: 'tetris', seed, bots: ['strong'], options: { players: 3 } });
const moment = { tenantId: 'acme', game: 'tetris', seat: 0, data: { rows: 4 }, at: T0, type: 'tetris' };

let served: Served;
let whistId: string;
let tetrisId: string;
beforeAll(async () => {
  served = await serve();
  whistId = await served.keep(whist);
  tetrisId = await served.keep(tetris);
  const lock = tetris.events.find(({ type }) => type === 'piece_lock')!;
  const end = tetris.events.at(-1)!;
  await served.stream.appendMoments([
    { ...moment, matchId: tetrisId, number: 1, n: lock.n, t: lock.t },
    { ...moment, matchId: tetrisId, number: 2, n: end.n, t: end.t },
  ]);
});
afterAll(() => served.close());

type Line = Record<string, unknown> & { readonly kind: string };

const parse = (text: string): Line[] => {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
};
const linesOf = async (id: string): Promise<Line[]> => parse(await (await served.ask(`${id}/replay`)).text());
const ofKind = (lines: readonly Line[], kind: string): unknown[] =>
  lines.filter((line) => line.kind === kind).map(({ kind: _, ...rest }) => rest);
const withoutId = ({ id: _, ...entry }: Entry): object => entry;
const untimed = ({ t: _, ...event }: MatchEvent): object => event;

async function refusal(response: Promise<Response>): Promise<unknown[]> {
  const answer = await response;
  const { error } = (await answer.json()) as { error: Record<string, string> };
  expect(error['request_id']).toBe(answer.headers.get('x-request-id'));
  return [answer.status, error['code']];
}

describe('GET /v1/matches/:id/replay', () => {
  test.each([
    ['whist', () => whistId, whist],
    ['Tetris', () => tetrisId, tetris],
  ])('[RP60] [RP61] all of a match of %s: header, entries, events, moments, end', async (_, id, course) => {
    const response = await served.ask(`${id()}/replay`);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = parse(await response.text());
    const { players, startedAt, endedAt, mode } = await served.history.get('acme', id());
    const header = { id: id(), players, startedAt, endedAt, mode, verified: null, events: 'recorded' };
    expect(lines[0]).toMatchObject({ kind: 'match', ...header, ...(course.log[0]!.data as object) });
    expect(ofKind(lines, 'entry')).toEqual(course.log.map(withoutId));
    expect(ofKind(lines, 'event')).toEqual(course.events);
    const moments = ofKind(lines, 'moment');
    expect(moments).toHaveLength(id() === tetrisId ? 2 : 0);
    const counts = { entries: course.log.length, events: course.events.length, moments: moments.length };
    expect(lines.at(-1)).toEqual({ kind: 'end', ...counts });
  });

  test('[RP61] events follow their entry, and moments the events of the entry', async () => {
    let n = 0;
    let stage = '';
    const after: Record<string, string[]> = { event: ['entry', 'event'], moment: ['event', 'moment'] };
    for (const line of (await linesOf(tetrisId)).slice(1, -1)) {
      if (line.kind === 'entry') expect(line['n']).toBe(++n);
      else {
        expect(line['n']).toBe(n);
        expect(after[line.kind]).toContain(stage);
      }
      stage = line.kind;
    }
  });

  test.each([
    ['whist', whist],
    ['Tetris', tetris],
  ])('[RP62] of %s when the stream has forgotten: events as they follow from the log', async (_, course) => {
    const id = await served.keep(course);
    await served.opened.database.sql.query('delete from match_entry where match_id = $1 and n < 20', [id]);
    const lines = await linesOf(id);
    expect(lines[0]).toMatchObject({ events: 'derived' });
    expect(ofKind(lines, 'entry')).toEqual(course.log.map(withoutId));
    const events = ofKind(lines, 'event') as MatchEvent[];
    expect(events.map(untimed)).toEqual(course.events.map(untimed));
    // a tick is 17 ms, and entries are at most 15 ticks apart
    for (const [i, { t }] of events.entries()) expect(Math.abs(t - course.events[i]!.t)).toBeLessThan(300);
  });

  test('[RP62] of a version that is not here any more: without events', async () => {
    const old = await Course.play({ game: 'whist', seed });
    old.log[0] = { ...old.log[0]!, data: { ...(old.log[0]!.data as object), version: '0' } };
    const id = await served.keep(old);
    expect((await linesOf(id))[0]).toMatchObject({ version: '0', events: 'recorded' });
    await served.opened.database.sql.query('delete from match_entry where match_id = $1', [id]);
    const lines = await linesOf(id);
    expect(lines[0]).toMatchObject({ version: '0', events: 'none' });
    expect(lines.at(-1)).toEqual({ kind: 'end', entries: old.log.length, events: 0, moments: 0 });
    expect(await refusal(served.ask(`${id}/verify`, { method: 'POST' }))).toEqual([
      409,
      'replay/unknown_version',
    ]);
  });

  test('[RP63] compressed where the client takes it, and readable from the first part on', async () => {
    const plain = await (await served.ask(`${tetrisId}/replay`)).text();
    const headers = {
      Authorization: `Bearer ${served.tokenOf('acme')}`,
      'Accept-Encoding': 'br, gzip;q=0.5',
    };
    const request = get(`${served.url}/v1/matches/${tetrisId}/replay`, { headers });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    const parts: Buffer[] = [];
    for await (const part of answer.pipe(createGunzip())) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString()).toBe(plain);
    expect(parts[0]!.toString()).toBe(plain.slice(0, plain.indexOf('\n') + 1));
  });

  test.each(['identity', 'gzip;q=0', 'br', '', '*;q=0, gzip;q=0'])(
    '[RP63] not compressed for Accept-Encoding %j',
    async (accepted) => {
      const response = await served.ask(`${whistId}/replay`, { headers: { 'Accept-Encoding': accepted } });
      expect(response.headers.get('content-encoding')).toBeNull();
    },
  );

  test('[RP64] who has it is told so; when something about it has changed it comes again', async () => {
    const id = await served.keep(whist);
    const etagOf = async (headers: Record<string, string> = {}): Promise<string> =>
      (await served.ask(`${id}/replay`, { headers })).headers.get('etag')!;
    const etag = await etagOf({ 'Accept-Encoding': 'identity' });
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(await etagOf({ 'Accept-Encoding': 'gzip' })).not.toBe(etag);
    const again = (tag: string) =>
      served.ask(`${id}/replay`, { headers: { 'Accept-Encoding': 'identity', 'If-None-Match': tag } });
    for (const tag of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const response = await again(tag);
      expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await again('"x"')).status).toBe(200);
    expect((await served.ask(`${id}/verify`, { method: 'POST' })).status).toBe(200);
    expect((await again(etag)).status).toBe(200);
  });

  test('[RP64] the same bytes each time, as the tag says', async () => {
    const one = async () =>
      createHash('sha1')
        .update(await (await served.ask(`${tetrisId}/replay`)).text())
        .digest('hex');
    expect(await one()).toBe(await one());
  });

  test('[RP64] HEAD has the same headers and no body', async () => {
    const [head, whole] = await Promise.all([
      served.ask(`${whistId}/replay`, { method: 'HEAD' }),
      served.ask(`${whistId}/replay`),
    ]);
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
    await whole.text();
  });

  test('[RP65] before the result it is refused, and holds no seed', async () => {
    const running = recordsOf(await Course.play({ game: 'whist', seed }, 40));
    await served.stream.append(running);
    const { matchId } = running[0]!;
    for (const [path, init] of [
      ['replay', {}],
      ['verify', { method: 'POST' }],
    ] as const) {
      const response = await served.ask(`${matchId}/${path}`, init);
      expect(await response.clone().text()).not.toContain(seed);
      expect(await refusal(Promise.resolve(response))).toEqual([409, 'history/not_over']);
    }
  });

  test('[RP65] of a match that is none, or of another tenant: in the same words', async () => {
    const texts = new Set<string>();
    for (const [id, tenant] of [
      [newId(), 'acme'],
      ['x', 'acme'],
      [whistId, 'rival'],
      ['%27', 'acme'],
    ] as const) {
      for (const [path, init] of [
        ['replay', {}],
        ['verify', { method: 'POST' }],
      ] as const) {
        const response = await served.ask(`${id}/${path}`, init, tenant);
        texts.add(((await response.clone().json()) as { error: { message: string } }).error.message);
        expect(await refusal(Promise.resolve(response))).toEqual([404, 'history/not_found']);
      }
    }
    expect(texts.size).toBe(1);
  });

  test('[RP65] without a valid token it is 401, whatever is asked for', async () => {
    for (const [path, init] of [
      [`${whistId}/replay`, {}],
      ['x/replay', {}],
      [`${whistId}/verify`, { method: 'POST' }],
    ] as const) {
      expect(await refusal(served.askAs(null, path, init))).toEqual([401, 'auth/missing']);
      expect(await refusal(served.askAs(served.tokenOf('acme', -60), path, init))).toEqual([
        401,
        'auth/expired',
      ]);
    }
  });

  test('[H35] a token for one match is for its replay and verification, and for no other', async () => {
    const token = served.tokenOf('acme', 60, { matchId: whistId });
    expect((await served.askAs(token, `${whistId}/replay`, { method: 'HEAD' })).status).toBe(200);
    expect((await served.askAs(token, `${whistId}/verify`, { method: 'POST' })).status).toBe(200);
    expect(await refusal(served.askAs(token, `${tetrisId}/replay`))).toEqual([403, 'auth/forbidden']);
    const verify = served.askAs(token, `${tetrisId}/verify`, { method: 'POST' });
    expect(await refusal(verify)).toEqual([403, 'auth/forbidden']);
  });

  test('[RP67] of one account four at the same time, whatever came of those before', async () => {
    const statusOf = async (response: Promise<Response>): Promise<number> => {
      const answer = await response;
      await answer.text();
      return answer.status;
    };
    const many = Array.from({ length: 60 }, () => statusOf(served.ask(`${tetrisId}/replay`)));
    const elsewhere = await statusOf(served.ask(`${tetrisId}/replay`, {}, 'rival'));
    const statuses = await Promise.all(many);
    expect(elsewhere).toBe(404);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    for (let i = 0; i < 5; i++) expect(await statusOf(served.ask('x/replay'))).toBe(404);
    expect(await refusal(served.ask('x/replay'))).toEqual([404, 'history/not_found']);
    expect(await statusOf(served.ask(`${tetrisId}/replay`))).toBe(200);
  });

  test('[RP66] a log that breaks off is cut off, never ended', async () => {
    const id = await served.keep(whist);
    const { sql } = served.opened.database;
    const broken = structuredClone(whist);
    broken.log[200] = { ...broken.log[200]!, type: 'peek' };
    const other = await served.keep(broken);
    await sql.query(
      'update match_replay set log = (select log from match_replay where match_id = $2) where match_id = $1',
      [id, other],
    );
    await sql.query('delete from match_entry where match_id = $1', [id]);
    // the cut may overtake the headers
    const read = async () => (await served.ask(`${id}/replay`)).text();
    await expect(read()).rejects.toThrow();
    expect(served.lines.filter(({ matchId }) => matchId === id)).toMatchObject([{ level: 'error' }]);
    expect((await served.ask(`${whistId}/replay`)).status).toBe(200);
  });

  test('[RP66] a record that is cut short has a code', async () => {
    const id = await served.keep(whist);
    await served.opened.database.sql.query(
      'update match_replay set log = substring(log for 100) where match_id = $1',
      [id],
    );
    expect(await refusal(served.ask(`${id}/replay`))).toEqual([422, 'history/bad_log']);
  });
});

describe('POST /v1/matches/:id/verify', () => {
  const verify = async (id: string): Promise<unknown> =>
    (await served.ask(`${id}/verify`, { method: 'POST' })).json();
  const flagged = (id: string) =>
    served.lines.filter(({ event, matchId }) => event === 'replay_flagged' && matchId === id);

  test('[RP46] a match as it was played is verified, and history says so', async () => {
    for (const [id, { log }] of [
      [whistId, whist],
      [tetrisId, tetris],
    ] as const) {
      expect(await verify(id)).toEqual({ verified: true, entries: log.length, hashes: expect.any(Number) });
      expect(await served.history.get('acme', id)).toMatchObject({ verified: true, flaw: null });
      expect((await linesOf(id))[0]).toMatchObject({ verified: true, flaw: null });
      expect(flagged(id)).toEqual([]);
    }
  });

  test('[RP46] one that was changed is flagged, once, and a replay of it says so', async () => {
    const id = await served.keep(whist);
    await served.opened.database.sql.query(
      'update match_players set score = score + 1 where match_id = $1 and seat = 2',
      [id],
    );
    const flaw = `entry ${whist.log.length}: seat 2: the play and the record differ in score`;
    for (let i = 0; i < 2; i++) expect(await verify(id)).toMatchObject({ verified: false, flaw });
    expect(await served.history.get('acme', id)).toMatchObject({ verified: false, flaw });
    expect(flagged(id)).toEqual([expect.objectContaining({ level: 'warn', tenantId: 'acme', flaw })]);
    await served.opened.database.sql.query('delete from match_entry where match_id = $1', [id]);
    expect((await linesOf(id))[0]).toMatchObject({ verified: false, flaw, events: 'none' });
  });

  test.each([
    ['cut short', 'substring(log for 100)'],
    ['overwritten', `set_byte(log, 50, get_byte(log, 50) # 255)`],
    ['of an unknown form', `set_byte(log, 0, 99)`],
  ])('[RP47] a record that is %s is flagged', async (_, change) => {
    const id = await served.keep(whist);
    await served.opened.database.sql.query(`update match_replay set log = ${change} where match_id = $1`, [
      id,
    ]);
    for (let i = 0; i < 2; i++)
      expect(await verify(id)).toMatchObject({ verified: false, flaw: 'the replay record can not be read' });
    expect(await served.history.get('acme', id)).toMatchObject({ verified: false });
    expect(flagged(id)).toHaveLength(1);
  });

  test('[RP48] many who ask at once have one answer', async () => {
    const id = await served.keep(tetris);
    const answers = await Promise.all(Array.from({ length: 60 }, () => verify(id)));
    for (const answer of answers) expect(answer).toMatchObject({ verified: true });
  });
});
