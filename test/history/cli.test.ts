import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { createHistory } from '../../src/history/history.ts';
import { encodeReplay } from '../../src/history/replay-record.ts';
import { makeData, type TestData } from '../support/server.ts';
import { playTetris, playWhist } from './games.ts';

const script = join(import.meta.dirname, '../../scripts/history.ts');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(env: TestData['env'], ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

async function using<T>(env: TestData['env'], work: (database: Database) => Promise<T>): Promise<T> {
  const { database: where, dataDir } = loadConfig(env);
  const at = where.url === null ? { dataDir: join(dataDir, 'db') } : { url: where.url };
  const database = await openDatabase({ ...at, entities });
  try {
    await migrate(database);
    return await work(database);
  } finally {
    await database.close();
  }
}

const whist = playWhist(1);
const tetris = playTetris('keys', 5);

describe('npm run history', () => {
  let data: TestData;
  beforeAll(async () => {
    data = await makeData();
    await using(data.env, async (database) => {
      const stream = openEventStream({ sql: database.sql });
      const history = createHistory({ database, stream });
      await stream.append([...whist.records, ...tetris.records]);
      for (const { matchId } of [whist, tetris]) await history.record(matchId);
    });
  });
  afterAll(() => data.remove());

  const kindsOf = (text: string) =>
    Map.groupBy(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { kind: string; id?: string }),
      ({ kind }) => kind,
    );

  test('[H33] exports to the terminal, and tells elsewhere how far it is', async () => {
    const { code, stdout, stderr } = await run(data.env, 'export', '--from', '2026-01-01');
    expect([code, stderr]).toEqual([0, 'exported 2 matches\n']);
    const kinds = kindsOf(stdout);
    expect(kinds.get('match')).toHaveLength(2);
    expect(kinds.get('event')).toHaveLength(whist.events.length + tetris.events.length);
  });

  test('[H33] exports to a packed file, which has its name once it is whole', async () => {
    const folder = data.env['DATA_DIR']!;
    const file = join(folder, 'x.ndjson.gz');
    const { code, stdout } = await run(data.env, 'export', '--game', 'tetris', '--out', file);
    expect([code, stdout]).toEqual([0, '']);
    const text = gunzipSync(await readFile(file)).toString();
    expect(kindsOf(text).get('match')).toMatchObject([{ id: tetris.matchId }]);
    const failed = await run(data.env, 'export', '--from', 'soon', '--out', join(folder, 'y.ndjson'));
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/^from: must be an ISO date[^\n]*\n$/),
    ]);
    expect((await readdir(folder)).filter((name) => /ndjson/.test(name))).toEqual(['x.ndjson.gz']);
  });

  test.each([
    ['an unknown option', ['export', '--sinse', '2026-01-01'], 1, /^Unknown option '--sinse'/],
    ['a game that is no name', ['export', '--game', 'x y'], 1, /^game: must be/],
    ['a folder that is not there', ['export', '--out', '/nowhere/x.ndjson'], 1, /^ENOENT: no such file/],
    ['an unknown command', ['import'], 2, /^Usage:/],
  ])('[H33] %s is told in a line', async (_, args, code, message) => {
    const ended = await run(data.env, ...args);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, '', expect.stringMatching(message)]);
    expect(ended.stderr).not.toContain('\n    at ');
  });

  test('[H33] says what it can do', async () => {
    const { code, stdout } = await run({}, '--help');
    expect(code).toBe(0);
    for (const word of ['export', 'verify', '--from', '--out']) expect(stdout).toContain(word);
  });

  test('[H33] an embedded folder that a server uses is told as such, and so is one that is not there', async () => {
    const { DATABASE_URL: _, ...env } = data.env;
    await using(env, async () => {
      const { code, stderr } = await run(env, 'export');
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/is in use by process \d+: stop that one[^\n]*\n$/),
      ]);
    });
    const nowhere = await run({ ...env, DATA_DIR: join(env['DATA_DIR']!, 'none') }, 'export');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringMatching(/^there is no data in .*: set DATA_DIR/),
    ]);
  });

  test('[H34] verifies: what is as it was played is marked, what was tampered with is printed', async () => {
    const before = await run(data.env, 'verify');
    expect([before.code, before.stdout]).toEqual([0, '']);
    expect(before.stderr).toContain('2 matches, 0 of them tampered with');
    const marks = () =>
      using(data.env, async ({ sql }) => {
        const rows = await sql.query<{ id: string; verified: boolean }>('select id, verified from matches');
        return Object.fromEntries(rows.map(({ id, verified }) => [id, verified]));
      });
    expect(await marks()).toEqual({ [whist.matchId]: true, [tetris.matchId]: true });
    const entries = whist.entries.map((entry) =>
      entry.type === 'bid' ? { ...entry, data: { bid: 0 } } : entry,
    );
    const log = await encodeReplay({ entries, hashes: whist.hashes });
    await using(data.env, ({ sql }) =>
      sql.query('update match_replay set log = $2 where match_id = $1', [whist.matchId, log]),
    );
    const after = await run(data.env, 'verify', '--game', 'whist');
    expect([after.code, after.stdout]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^${whist.matchId} whist [^\n]+\n$`)),
    ]);
    expect(await marks()).toEqual({ [whist.matchId]: false, [tetris.matchId]: true });
  });
});
