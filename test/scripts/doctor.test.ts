/** What the doctor finds out about real servers, folders and limits, well and ill. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check, Finding } from '../../scripts/doctor/check.ts';
import { checks } from '../../scripts/doctor/checks.ts';
import { examine } from '../../scripts/doctor/examine.ts';
import { clockOf } from '../../scripts/doctor/machine.ts';
import { weaknessOf } from '../../scripts/doctor/secrets.ts';
import { type Config, type Environment, loadConfig } from '../../src/config.ts';
import { lockFolder } from '../../src/database/folder-lock.ts';
import { databases, openTestDatabase, createServerDatabase, serverUrl } from '../support/databases.ts';
import { hasNats, hasNatsProgram, natsUrl } from '../support/nats.ts';
import { hasRedisServer, RedisServer } from '../support/redis-server.ts';
import { freePort, startServer, until } from '../support/server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gamekeeper-doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = `k:${randomBytes(32).toString('hex')}`;

/** A busy machine is no broken server. */
const patientMs = 20_000;

/** All findings in this environment, by their subject. */
async function findings(env: Environment, root = folder): Promise<Map<string, Finding>> {
  const given = { DATA_DIR: join(folder, 'data'), PORT: '0', ...env };
  let config: Config | null = null;
  try {
    config = loadConfig(given);
  } catch {
    // a check says so
  }
  const found = await examine(checks, { config, env: given, root }, patientMs);
  return new Map(found.map((finding) => [finding.what, finding]));
}

const level = (found: Map<string, Finding>, what: string) => found.get(what)?.level;

async function listening(handle: Parameters<typeof createServer>[1] = () => {}): Promise<[Server, number]> {
  const server = createServer(handle as () => void).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}

describe('the command', () => {
  const main = 'scripts/doctor.ts';
  const { PATH = '' } = process.env;
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [main, ...args], {
      encoding: 'utf8',
      env: { PATH, DATA_DIR: join(folder, 'cli'), PORT: '0', ...env },
    });

  test('[DR1] [DR2] [DR3] with nothing configured all is well, in lines without colours, and nothing is left', () => {
    const { status, stdout, stderr } = run([]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^\d+ well, \d+ to look at, 0 to mend$/);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(ok {2}|warn) {2}\S.* {2}\S/);
    expect(stdout).toMatch(/^ok +database +embedded/m);
    expect(stdout).not.toContain('\u001B');
    expect([status, stderr]).toEqual([0, '']);
    expect(readdirSync(folder)).not.toContain('cli');
  });

  test('[DR1] [DR2] [DR4] [DR5] --json is an object; a configuration that is not valid fails, and shows no secret', () => {
    const { status, stdout } = run(['--json'], {
      AUTH_KEYS: 'k:tooshort',
      DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
    });
    const { ok, findings: found } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
    expect(found.find(({ what }) => what === 'configuration')).toMatchObject({
      level: 'fail',
      value: expect.stringMatching(/^AUTH_KEYS: must be kid:secret/),
    });
    expect(found.map(({ what }) => what)).not.toContain('database');
    expect(stdout).not.toContain('tooshort');
    expect([ok, status]).toEqual([false, 1]);
  });

  test('[DR2] --help says how it is used; what it does not know is an error', () => {
    expect(run(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage: npm run doctor'),
    });
    expect(run(['--jsn'])).toMatchObject({ status: 2, stderr: expect.stringContaining("'--jsn'") });
  });

  test.skipIf(process.platform === 'win32')('[DR12] a low limit of open files fails', () => {
    const command = `ulimit -n 256 && exec '${process.execPath}' ${main}`;
    const { status, stdout } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { PATH, DATA_DIR: folder, PORT: '0' },
    });
    expect(stdout).toMatch(/^fail +open files +256 +→ raise it to 65536/m);
    expect(status).toBe(1);
  });
});

test('[DR12] a clock that lost its battery fails, one that jumps is named', () => {
  const now = Date.UTC(2026, 10, 20);
  expect(clockOf(now, now + 5)).toEqual({ level: 'ok', what: 'clock', value: '2026-11-20T00:00:00.000Z' });
  expect(clockOf(now, now + 7_000)).toMatchObject({ level: 'warn', value: 'it jumped by -7000 ms just now' });
  expect(clockOf(86_400_000, 86_400_000).level).toBe('fail');
});

describe('whatever is asked', () => {
  test('[DR5] passwords are not shown, of servers that are not there', async () => {
    const found = await findings({
      DATABASE_URL: 'postgres://ann:pass%40word1@127.0.0.1:1/x',
      REDIS_URL: 'redis://:pass%40word2@127.0.0.1:1',
      NATS_URL: 'nats://ann:pass%40word3@127.0.0.1:1,nats://tokenword4@127.0.0.1:1',
    });
    for (const what of ['database', 'Redis', 'NATS']) expect(level(found, what), what).toBe('fail');
    expect(JSON.stringify([...found])).not.toMatch(/pass(%40|@)word|tokenword/);
  });

  test('[DR5] [DR6] nor where they hold a percent sign that is no encoding', async () => {
    const found = await findings({
      DATABASE_URL: 'postgres://ann:100%word1@127.0.0.1:1/x',
      REDIS_URL: 'redis://:100%word2@127.0.0.1:1',
      NATS_URL: 'nats://ann:100%word3@127.0.0.1:1',
    });
    expect(found.get('configuration')).toMatchObject({
      level: 'fail',
      value: expect.stringMatching('percent-encoded'),
    });
    expect(JSON.stringify([...found])).not.toContain('100%');
  });

  test('[DR5] nor where a check itself repeats them', async () => {
    const env = {
      METRICS_TOKEN: 'a-token-of-sixteen',
      AUTH_KEYS: key,
      DATABASE_URL: 'postgres://a:b%40cdef@h/x',
    };
    const tells: Check = {
      what: 'all',
      look: () => [
        { level: 'ok', what: 'all', value: Object.values(env).join(' '), todo: 'b@cdef b%40cdef' },
      ],
    };
    const shown = JSON.stringify(await examine([tells], { config: null, env, root: folder }));
    for (const secret of ['a-token-of-sixteen', key.slice(2), 'b@cdef', 'b%40cdef'])
      expect(shown).not.toContain(secret);
  });

  test('[DR6] servers that never say a word fail, each, and all else is looked at', async () => {
    const [silent, port] = await listening();
    const found = await findings({
      DATABASE_URL: `postgres://ann@127.0.0.1:${port}/x`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      NATS_URL: `nats://127.0.0.1:${port}`,
    });
    for (const what of ['database', 'Redis', 'NATS']) expect(level(found, what), what).toBe('fail');
    expect(level(found, 'Node')).toBe('ok');
    silent.close();
  });

  test('[DR6] a check that never ends has failed in time', async () => {
    const never: Check = { what: 'patience', look: () => new Promise(() => {}) };
    expect(await examine([never], { config: null, env: {}, root: folder }, 10)).toEqual([
      {
        level: 'fail',
        what: 'patience',
        value: 'no answer within 0.01 s',
        todo: 'look at the network, and at its address',
      },
    ]);
  });

  test('[DR6] a check that throws is a failure of what it looked at', async () => {
    const throws: Check = {
      what: 'luck',
      look() {
        throw new Error('none\nat all');
      },
    };
    expect(await examine([throws], { config: null, env: {}, root: folder })).toEqual([
      { level: 'fail', what: 'luck', value: 'none' },
    ]);
  });
});

const hasServer = databases.some(([kind]) => kind === 'postgres');

describe.skipIf(!hasServer)('PostgreSQL', () => {
  test('[DR7] an empty database is well, a migrated one is up to date, one of a newer version is not', async () => {
    const { database, url, close } = await openTestDatabase('postgres');
    const empty = await createServerDatabase();
    try {
      const [fresh, migrated] = await Promise.all([
        findings({ DATABASE_URL: empty.url }),
        findings({ DATABASE_URL: url! }),
      ]);
      expect(fresh.get('tables')).toMatchObject({
        level: 'ok',
        value: expect.stringContaining('at the start'),
      });
      expect(migrated.get('tables')).toMatchObject({ level: 'ok', value: 'up to date' });
      expect(migrated.get('database')!.value).toMatch(/^PostgreSQL \d/);
      for (const what of ['database', 'database clock', 'database pool'])
        expect(level(migrated, what), what).toBe('ok');
      expect(migrated.get('database latency')!.value).toMatch(/^\d+\.\d ms$/);
      expect(migrated.get('durability')!.value).toMatch(/^synchronous_commit \w+, fsync \w+$/);

      await database.sql.query("insert into migration (name) values ('20990101_flying')");
      expect(level(await findings({ DATABASE_URL: url! }), 'tables')).toBe('warn');
    } finally {
      await close();
      await empty.drop();
    }
  });

  test('[DR7] a user that may make no tables fails; so does a pool that is larger than the server', async () => {
    const { database, url, close } = await openTestDatabase('postgres');
    const user = `doctor_${randomBytes(6).toString('hex')}`;
    const { sql } = database;
    try {
      await sql.query('drop table migration');
      await sql.query(`create role ${user} login password '${user}'`);
      await sql.query('revoke create on schema public from public');
      const as = new URL(url!);
      [as.username, as.password] = [user, user];
      const found = await findings({ DATABASE_URL: as.href, DATABASE_POOL: '200' });
      expect(found.get('tables')).toMatchObject({
        level: 'fail',
        todo: expect.stringContaining('GRANT CREATE'),
      });
      const [row] = await sql.query<{ most: number }>(
        "select current_setting('max_connections')::int as most",
      );
      expect(level(found, 'database pool')).toBe(row!.most < 204 ? 'fail' : 'ok');
    } finally {
      await sql.query(`drop role if exists ${user}`);
      await close();
    }
  });

  test('[DR5] [DR7] a database that is not there is named, its password is not', async () => {
    const url = new URL(serverUrl);
    url.pathname = 'doctor_has_none';
    url.password = 'hunter22hunter';
    const { value } = (await findings({ DATABASE_URL: url.href })).get('database')!;
    expect(value).toContain('doctor_has_none');
    expect(value).not.toContain('hunter22');
  });
});

const clusterEnv = { DATABASE_URL: 'postgres://127.0.0.1:1/x' };

describe.skipIf(!hasRedisServer)('Redis', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await RedisServer.open()));
  afterAll(() => server?.close());

  test('[DR8] what it is, and how far', async () => {
    const found = await findings({ ...clusterEnv, REDIS_URL: server.url });
    for (const what of ['Redis', 'Redis clock', 'Redis memory', 'Redis on disk', 'cluster host'])
      expect(level(found, what), what).toBe('ok');
    expect(found.get('Redis')!.value).toMatch(/^\d+\.\d+\.\d+$/);
    expect(level(found, 'cluster keys')).toBe('warn');
    const withKeys = await findings({ ...clusterEnv, REDIS_URL: server.url, AUTH_KEYS: key });
    expect(withKeys.has('cluster keys')).toBe(false);
  });

  test('[DR8] one that throws keys away is to be told not to', async () => {
    spawnSync('redis-cli', ['-p', `${server.port}`, 'config', 'set', 'maxmemory-policy', 'allkeys-lru']);
    const found = await findings({ ...clusterEnv, REDIS_URL: server.url });
    expect(found.get('Redis memory')).toMatchObject({
      level: 'warn',
      todo: expect.stringContaining('noeviction'),
    });
  });

  test('[DR5] [DR8] a wrong password', async () => {
    spawnSync('redis-cli', ['-p', `${server.port}`, 'config', 'set', 'requirepass', 'right-one']);
    const found = await findings({ ...clusterEnv, REDIS_URL: server.url.replace('//', '//:wrong-one@') });
    expect(found.get('Redis')).toMatchObject({
      level: 'fail',
      value: expect.stringMatching(/WRONGPASS|NOAUTH/),
    });
    expect(JSON.stringify([...found])).not.toContain('wrong-one');
  });
});

describe('NATS', () => {
  test.skipIf(!hasNats)('[DR9] with JetStream it is well', async () => {
    const found = await findings({ NATS_URL: natsUrl });
    for (const what of ['NATS', 'NATS payload', 'JetStream']) expect(level(found, what), what).toBe('ok');
  });

  test.skipIf(!hasNatsProgram)('[DR9] without JetStream, or for small messages, it is not', async () => {
    const port = await freePort();
    const file = join(folder, 'nats.conf');
    writeFileSync(file, `host: 127.0.0.1\nport: ${port}\nmax_payload: 64KB\n`);
    const child = spawn('nats-server', ['-c', file], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    try {
      let found = await findings({ NATS_URL: `nats://127.0.0.1:${port}` });
      while (!found.has('NATS payload') && child.exitCode === null)
        found = await findings({ NATS_URL: `nats://127.0.0.1:${port}` });
      expect(found.get('JetStream')).toMatchObject({ level: 'fail', todo: expect.stringContaining('-js') });
      expect(level(found, 'NATS payload')).toBe('fail');
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });
});

describe('where it listens', () => {
  test('[DR10] a port of somebody else fails, one of Gamekeeper is well', async () => {
    const [stranger, port] = await listening((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{}'));
    expect(level(await findings({ PORT: String(port) }), 'port')).toBe('fail');
    stranger.close();

    const server = await startServer();
    try {
      const found = await findings({ PORT: new URL(server.url).port });
      expect(found.get('port')).toMatchObject({ level: 'ok', value: expect.stringContaining('already') });
    } finally {
      await server.close();
    }
  });

  test('[DR10] outside production it is not to be reached from elsewhere', async () => {
    expect(level(await findings({ HOST: '0.0.0.0' }), 'host')).toBe('fail');
    expect(level(await findings({ HOST: '0.0.0.0', NODE_ENV: 'production', AUTH_KEYS: key }), 'host')).toBe(
      'ok',
    );
    expect(level(await findings({ HOST: '203.0.113.7' }), 'port')).toBe('fail');
  });
});

describe('the data folder', () => {
  test('[DR3] [DR11] is looked at, and stays as it was', async () => {
    const data = join(folder, 'looked-at');
    const found = await findings({ DATA_DIR: data });
    expect(found.get('data folder')).toMatchObject({ level: 'ok', value: expect.stringContaining('(new)') });
    expect(found.get('disk')!.value).toMatch(/^\d+ MiB free/);
    expect(readdirSync(folder)).not.toContain('looked-at');
    expect(
      (await findings({ DATA_DIR: data, DATABASE_URL: 'postgres://127.0.0.1:1/x', AUTH_KEYS: key })).has(
        'disk',
      ),
    ).toBe(false);
  });

  test('[DR11] one that another process holds is named, and left to it', async () => {
    const data = join(folder, 'held');
    const unlock = lockFolder(join(data, 'db'));
    expect(level(await findings({ DATA_DIR: data }), 'data folder')).toBe('warn');
    unlock();
    expect(level(await findings({ DATA_DIR: data }), 'data folder')).toBe('ok');
    lockFolder(join(data, 'db'))();
  });

  test('[DR11] one that this user may not write to fails', () => {
    const data = join(folder, 'theirs');
    mkdirSync(data, { mode: 0o555 });
    chmodSync(folder, 0o755);
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout } = spawnSync(process.execPath, ['scripts/doctor.ts'], {
      encoding: 'utf8',
      env: { DATA_DIR: data, PORT: '0', PATH: process.env['PATH'] },
      ...nobody,
    });
    expect(stdout).toMatch(/^fail +data folder +.*theirs can't be written to/m);
  });
});

describe('secrets', () => {
  test('[DR13] what chance makes is well', () => {
    for (let i = 0; i < 2_000; i++) {
      const bytes = createHash('sha256').update(`${i}`).digest();
      for (const form of ['hex', 'base64', 'base64url'] as const)
        expect(weaknessOf(bytes.toString(form)), bytes.toString(form)).toBeNull();
    }
  });

  test.each([
    ['a'.repeat(40), 'repeats itself'],
    ['0f3a9c0f3a9c0f3a9c0f3a9c0f3a9c0f3a9c', 'repeats itself'],
    ['please-change-me-before-you-go-live!', 'has known words'],
    ['Zwölf Boxkämpfer jagen Viktor quer über den Deich', 'reads like a sentence'],
    ['the_quick_brown_fox_jumps_over_it_all', 'reads like a sentence'],
    ['aabbaababbbabaabbaaabbbababbaabb', 'has few different characters'],
  ])('[DR13] %s is weak', (secret, why) => {
    expect(weaknessOf(secret)).toBe(why);
  });

  test('[DR13] in production weak keys fail, elsewhere they are named; they are not shown', async () => {
    const AUTH_KEYS = `weak:${'ab'.repeat(20)},good:${randomBytes(32).toString('hex')}`;
    const production = await findings({ NODE_ENV: 'production', AUTH_KEYS });
    expect(production.get('AUTH_KEYS')).toMatchObject({
      level: 'fail',
      value: 'the secret of weak repeats itself',
    });
    expect(level(production, 'METRICS_TOKEN')).toBe('warn');
    expect(level(await findings({ AUTH_KEYS }), 'AUTH_KEYS')).toBe('warn');
    const well = await findings({ AUTH_KEYS: key, METRICS_TOKEN: randomBytes(32).toString('hex') });
    expect(well.get('AUTH_KEYS')).toMatchObject({ level: 'ok', value: '1 (k); k signs' });
    expect(level(well, 'METRICS_TOKEN')).toBe('ok');
  });

  test.skipIf(process.platform === 'win32')('[DR13] files that others may read fail', async () => {
    const root = mkdtempSync(join(folder, 'root-'));
    expect((await findings({}, root)).has('secret files')).toBe(false);
    writeFileSync(join(root, '.env'), 'AUTH_KEYS=x', { mode: 0o644 });
    expect(level(await findings({}, root), 'secret files')).toBe('fail');
    chmodSync(join(root, '.env'), 0o600);
    expect(level(await findings({}, root), 'secret files')).toBe('ok');
  });
});

describe('what comes from outside', () => {
  const production = { NODE_ENV: 'production', AUTH_KEYS: key };

  test.each([
    [{ ALLOWED_ORIGINS: '*' }, 'ok'],
    [{ ...production, ALLOWED_ORIGINS: '*' }, 'warn'],
    [{ ...production, ALLOWED_ORIGINS: 'http://play.example.org' }, 'warn'],
    [{ ...production, ALLOWED_ORIGINS: 'https://play.example.org' }, 'ok'],
    [production, 'ok'],
  ])('[DR14] origins: %j', async (env, expected) => {
    expect(level(await findings(env), 'ALLOWED_ORIGINS')).toBe(expected);
  });

  test('[DR14] proxies that are everyone fail', async () => {
    expect(level(await findings({ TRUSTED_PROXIES: '0.0.0.0/0' }), 'TRUSTED_PROXIES')).toBe('fail');
    expect(level(await findings({ TRUSTED_PROXIES: '10.0.0.0/8' }), 'TRUSTED_PROXIES')).toBe('ok');
    expect((await findings(production)).get('TRUSTED_PROXIES')!.todo).toContain('behind a proxy');
  });

  test('[DR5] [DR14] a collector answers, or does not; what its address holds is not shown', async () => {
    let asked = 0;
    const [collector, port] = await listening((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          asked++;
          socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
        });
    });
    const found = await findings({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/key-of-mine` });
    expect(found.get('traces')).toMatchObject({ level: 'ok', value: `127.0.0.1:${port} answers` });
    await until(() => asked === 1);
    collector.close();
    expect(level(await findings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }), 'traces')).toBe(
      'warn',
    );
    expect(JSON.stringify([...found])).not.toContain('key-of-mine');
  });
});

test('[DR15] a folder without packages and pages is not fit, this checkout is', async () => {
  const bare = await findings({});
  expect(level(bare, 'Node')).toBe('ok');
  expect(level(bare, 'packages')).toBe('fail');
  expect(level(bare, 'web pages')).toBe('warn');

  const root = mkdtempSync(join(folder, 'checkout-'));
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, 'web', 'dist'), { recursive: true });
  writeFileSync(join(root, 'web/dist/index.html'), '<!doctype html>');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  const stale = await findings({}, root);
  expect([level(stale, 'packages'), level(stale, 'web pages')]).toEqual(['warn', 'ok']);
  writeFileSync(join(root, 'node_modules/.package-lock.json'), '{}');
  expect(level(await findings({}, root), 'packages')).toBe('ok');
});
