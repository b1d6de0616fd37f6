/** How the process begins and ends, as its operator meets it. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openMatch, openTable, rejoin } from '../rooms/table.ts';
import { type Environment, freePort, makeData, type TestData } from '../support/server.ts';
import { spawnServer, startProcess } from './process.ts';

// The SDK tells of each reconnection.
vi.spyOn(console, 'info').mockImplementation(() => {});

let folder: string;
let busy: Server;
let busyPort: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gamekeeper-'));
  await writeFile(join(folder, 'file'), '');
  busyPort = await freePort();
  busy = createServer().listen(busyPort, '127.0.0.1');
});
afterAll(async () => {
  busy.close();
  await rm(folder, { recursive: true });
});

/** It ends by itself with one line that names the fault, and leaves no secret in it. */
async function expectRefusal(env: Environment, line: RegExp): Promise<void> {
  const { output, ended } = spawnServer(env);
  expect(await ended).toBe(1);
  const lines = output.stderr.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^Gamekeeper can't start: /);
  expect(lines[0]).toMatch(line);
  expect(output.stdout).not.toContain('is ready');
}

describe('what stops a start', () => {
  const long = 'x'.repeat(32);
  const cases: [what: string, env: () => Environment, line: RegExp][] = [
    ['a data folder that is a file', () => ({ DATA_DIR: join(folder, 'file') }), /data folder .*file/],
    [
      'a data folder that nobody can make',
      () => ({ DATA_DIR: '/dev/null/data' }),
      /data folder \/dev\/null\/data/,
    ],
    ['a wrong number', () => ({ PORT: '70000' }), /PORT is "70000": must be a whole number from 0 to 65535/],
    ['a wrong mode', () => ({ NODE_ENV: 'prod' }), /NODE_ENV .*development, production, test/],
    [
      'a database that is none',
      () => ({ DATABASE_URL: 'mysql://x' }),
      /DATABASE_URL: must be a URL such as postgres:/,
    ],
    [
      'a database that does not answer',
      () => ({ DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }),
      /^(?!.*secret).*database/i,
    ],
    ['production without keys', () => ({ NODE_ENV: 'production' }), /AUTH_KEYS is not set/],
    [
      'production with a short key',
      () => ({ NODE_ENV: 'production', AUTH_KEYS: 'a:short' }),
      /AUTH_KEYS: must be(?!.*short)/,
    ],
    ['the same key id twice', () => ({ AUTH_KEYS: `a:${long},a:${long}y` }), /AUTH_KEYS: must be(?!.*xxx)/],
  ];
  test.each(cases)('[R42] %s: one line on stderr, and exit code 1', async (_, env, line) => {
    await expectRefusal({ DATA_DIR: join(folder, 'unused'), PORT: '0', ...env() }, line);
  });

  test('[R42] a busy port: one line on stderr, exit code 1, and the data folder is free again', async () => {
    const env = { DATA_DIR: join(folder, 'busy'), LOG_LEVEL: 'silent' };
    await expectRefusal({ ...env, PORT: String(busyPort) }, new RegExp(`port ${busyPort} is in use`));
    (await startProcess({ ...env, PORT: '0' })).child.kill('SIGKILL');
  });

  // root may write anywhere
  test.skipIf(process.getuid?.() === 0)('[R42] a data folder without the right to write', async () => {
    const locked = join(folder, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    await expectRefusal({ DATA_DIR: locked, PORT: '0' }, /can't write to the data folder/);
  });
});

describe('a data folder', () => {
  let data: TestData;
  beforeAll(async () => void (data = await makeData('pglite')));
  afterAll(() => data.remove());

  test('[R43] [R44] is of one process; SIGTERM parks its matches and ends with 0, and the next finds them', async () => {
    const port = await freePort();
    const env = { ...data.env, PORT: String(port) };
    const url = `http://127.0.0.1:${port}`;
    const first = await startProcess(env);
    await expectRefusal({ ...env, PORT: '0' }, new RegExp(`is in use by process ${first.child.pid}`));
    const tables = [await openMatch(url), await openTable(url, {}, 2)];
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.output.stderr).toBe('');

    const second = await startProcess(env);
    for (const table of tables) {
      const room = await rejoin(table, 1);
      expect(room.state.seats[0]!.account).toBe('p0');
      expect(room.state.phase).toBe(table === tables[0] ? 'playing' : 'lobby');
    }
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  }, 60_000);
});
