import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canContain } from '../../scripts/image/contained.ts';

// A small project around the real launcher. Its npm is a script that writes down how it was called, so that no registry is
// needed; .ci/run installs for real.
let project: string;
const at = (path: string) => join(project, path);

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

function installNode(): void {
  mkdirSync(at('node_modules/node/bin'), { recursive: true });
  symlinkSync(process.execPath, at('node_modules/node/bin/node'));
}

/** An npm whose commands succeed where `good` names them, and then bring node. */
function installNpm(good: readonly string[]): void {
  write(
    'npm.cjs',
    `const fs = require('node:fs');
     fs.appendFileSync('npm.log', process.argv[2] + '\\n');
     if (!${JSON.stringify(good)}.includes(process.argv[2])) process.exit(1);
     fs.mkdirSync('node_modules/node/bin', { recursive: true });
     fs.symlinkSync(process.execPath, 'node_modules/node/bin/node');`,
  );
}

const environment = () => ({ PATH: process.env['PATH'], npm_execpath: at('npm.cjs') });
const npmCalls = () =>
  existsSync(at('npm.log')) ? readFileSync(at('npm.log'), 'utf8').trim().split('\n') : [];

function launch(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: project,
    encoding: 'utf8',
    env: environment(),
  });
}

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'gamekeeper-run-'));
  mkdirSync(at('scripts'));
  cpSync('scripts/run.mjs', at('scripts/run.mjs'));
  write('package-lock.json', '{"lockfileVersion": 3}');
  write(
    'say.ts',
    'console.log(JSON.stringify([process.execPath, process.argv.slice(2)])); process.exitCode = 7;',
  );
  installNpm(['ci']);
});
afterEach(() => rmSync(project, { recursive: true }));

describe('the launcher', () => {
  test('[SC1] runs the file under the Node of the project, and gives its code back', () => {
    const { stdout, status } = launch('say.ts', 'a', 'b c');
    expect(JSON.parse(stdout)).toEqual([process.execPath, ['a', 'b c']]);
    expect(status).toBe(7);
  });

  test('[SC1] tells by its code that a signal ended the file', () => {
    write('die.ts', "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
    expect(launch('die.ts').status).toBe(128 + 9);
  });

  test('[SC1] without a file says how it is used', () => {
    expect(launch()).toMatchObject({ status: 1, stderr: 'usage: node scripts/run.mjs <file> [arguments]\n' });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('[SC2] passes %s on', async (signal) => {
    write(
      'wait.ts',
      `process.on('${signal}', () => process.exit(5)); setInterval(() => {}, 1000); console.log('up');`,
    );
    const child = spawn(process.execPath, ['scripts/run.mjs', 'wait.ts'], {
      cwd: project,
      env: environment(),
    });
    child.stdout.once('data', () => child.kill(signal));
    expect(await new Promise((done) => child.once('exit', done))).toBe(5);
  });
});

describe('what is missing', () => {
  test('[SC3] is installed once', () => {
    expect(launch('say.ts').status).toBe(7);
    expect(launch('say.ts')).toMatchObject({ status: 7, stderr: '' });
    expect(npmCalls()).toEqual(['ci']);
  });

  test('[SC3] is installed again when package-lock.json has changed', () => {
    launch('say.ts');
    write('package-lock.json', '{"lockfileVersion": 3, "packages": {}}');
    rmSync(at('node_modules'), { recursive: true });
    expect(launch('say.ts').status).toBe(7);
    expect(npmCalls()).toEqual(['ci', 'ci']);
  });

  test('[SC3] is not installed where somebody has just run npm, but is where the lock file is younger', () => {
    installNode();
    write('node_modules/.package-lock.json', '{}');
    expect(launch('say.ts')).toMatchObject({ status: 7, stderr: '' });
    expect(npmCalls()).toEqual([]);

    rmSync(at('node_modules'), { recursive: true });
    installNode();
    write('node_modules/.package-lock.json', '{}');
    utimesSync(at('node_modules/.package-lock.json'), 1, 1);
    rmSync(at('node_modules/node'), { recursive: true });
    expect(launch('say.ts').status).toBe(7);
    expect(npmCalls()).toEqual(['ci']);
  });

  test('[SC3] is installed by npm install where npm ci fails', () => {
    installNpm(['install']);
    const { status, stderr } = launch('say.ts');
    expect(stderr).toContain('trying `npm install`');
    expect(status).toBe(7);
    expect(npmCalls()).toEqual(['ci', 'install']);
  });

  test('[SC3] Node alone: its install script is run where npm did not', () => {
    write(
      'node_modules/node/installArchSpecificPackage.js',
      `
      require('node:fs').mkdirSync('bin'); require('node:fs').symlinkSync(process.execPath, 'bin/node');`,
    );
    write('npm.cjs', '');
    expect(launch('say.ts').status).toBe(7);
  });

  test('[SC4] and can not be had: says so, and runs nothing', () => {
    installNpm([]);
    const { status, stdout, stderr } = launch('say.ts');
    expect(stderr).toContain('The packages could not be installed.');
    expect([status, stdout]).toEqual([1, '']);
    expect(existsSync(at('node_modules/.gamekeeper-lock'))).toBe(false);
  });

  test('[SC4] Node alone, and can not be had', () => {
    write('npm.cjs', '');
    write('node_modules/node/installArchSpecificPackage.js', '');
    expect(launch('say.ts')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Node 24 could not be installed'),
    });
  });
});

describe('the suite', () => {
  // Port 1 of this machine: nothing listens there.
  const nowhere = {
    TEST_DATABASE_URL: 'postgres://127.0.0.1:1/x',
    TEST_NATS_URL: 'nats://127.0.0.1:1',
    TEST_REDIS_URL: 'redis://127.0.0.1:1',
  };
  const suite = (env: Record<string, string>) =>
    spawnSync(process.execPath, ['scripts/test.ts', 'test/scripts/spec-ids.test.ts'], {
      encoding: 'utf8',
      env: { PATH: `${resolve('node_modules/.bin')}:${process.env['PATH']}`, ...nowhere, ...env },
    });

  test('[SC5] says what is skipped without PostgreSQL, NATS and Redis, and goes on', () => {
    const { status, stdout } = suite({});
    for (const [name, variable] of [
      ['PostgreSQL', 'TEST_DATABASE_URL'],
      ['NATS', 'TEST_NATS_URL'],
      ['Redis', 'TEST_REDIS_URL'],
    ])
      expect(stdout).toContain(
        `Without ${name} (none at 127.0.0.1:1; ${variable} names another) its tests are skipped`,
      );
    expect(stdout.includes('the trial of the image is skipped')).toBe(!canContain);
    expect(stdout).toContain('3 passed');
    expect(status).toBe(0);
  });

  test.each([
    ['PostgreSQL', 'TEST_DATABASE_URL'],
    ['NATS', 'TEST_NATS_URL'],
    ['Redis', 'TEST_REDIS_URL'],
  ])('[SC5] fails without %s where CI=true', async (missing, variable) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const present = Object.entries(nowhere).map(([name, url]) => [name, url.replace(/:1\b/, `:${port}`)]);
    const { status, stdout, stderr } = suite({
      ...Object.fromEntries(present),
      [variable]: nowhere[variable as keyof typeof nowhere],
      CI: 'true',
    });
    other.close();
    expect(stderr).toContain(`${missing} does not answer at 127.0.0.1:1, and CI=true demands it`);
    expect([status, stdout]).toEqual([1, '']);
  });
});
