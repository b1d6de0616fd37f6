/** Whole runs: of the command, and of its parts. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenLoopPlan, planOf, type ScenarioPlan } from '../../loadtest/arguments.ts';
import type { Summary } from '../../loadtest/report.ts';
import { run } from '../../loadtest/run.ts';
import { asLines } from '../../loadtest/scenario.ts';
import { targetAt } from '../../loadtest/target.ts';
import { WhistCrowd } from '../../loadtest/whist.ts';
import { databases, serverUrl } from '../support/databases.ts';
import { authSecret, startServer, type TestServer } from '../support/server.ts';

const root = join(import.meta.dirname, '../..');
let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'gamekeeper-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function loadtest(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const options = { cwd: root, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['loadtest/main.ts', 'whist', ...args], options, (error, out, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, errors }),
    );
  });
}

/** A server of its own is there sooner on PostgreSQL than on the embedded database. */
const database = databases.some(([kind]) => kind === 'postgres') ? ['--database', serverUrl] : [];
const slowMs = 60_000;
const key = `test:${authSecret}`;
const here = (): string[] => ['--url', server.url, '--auth-key', key];

test('[LT15] [LT16] plays moves, tells each second, and percentiles in the end; a p99 that is missed is an error', async () => {
  const json = join(folder, 'summary.json');
  const args = [...here(), '--sockets', '20', '--rate', '40', '--ramp', '1', '--seconds', '3'];
  const more = ['--workers', '2', '--watchers', '2', '--json', json, '--p99', '0.1'];
  const { code, out, errors } = await loadtest([...args, ...more]);
  expect(code).toBe(1);
  expect(errors).toMatch(/^The p99 of moves is .* not below 0\.1\n$/);
  expect(out.match(/^ +\d+ s .* sockets .* moves\/s .* errors$/gm)).toHaveLength(4);
  expect(out).toMatch(/p99\.9/);
  expect(out).not.toContain(authSecret);
  const summary = JSON.parse(await readFile(json, 'utf8')) as Summary;
  expect(summary).toMatchObject({ seconds: 3, errors: {} });
  expect(summary.milliseconds['joins']).toMatchObject({ count: 20 });
  expect(summary.milliseconds['moves']!['count']).toBeGreaterThan(20);
});

test('[LT11] a server that limits the load ends it at once, with what to do', async () => {
  const limiting = createServer((_, response) => response.writeHead(429, { 'Retry-After': '5' }).end());
  await once(limiting.listen(0, '127.0.0.1'), 'listening');
  const target = targetAt(`http://127.0.0.1:${(limiting.address() as AddressInfo).port}`, null, false);
  const never = new AbortController().signal;
  const hint = /^The server limits this load.*RATE_LIMIT_PER_ADDRESS=0.*MAX_SOCKETS_PER_ADDRESS=0$/;
  try {
    const open = planOf(['whist', '--sockets', '4', '--ramp', '1']) as OpenLoopPlan;
    await expect(run({ plan: open, target, core: null, say: () => {} })).rejects.toThrow(hint);
    const stock = planOf(['whist', '--clients', '1']) as ScenarioPlan;
    await expect(asLines(stock, new WhistCrowd(stock, target), () => {}, never)).rejects.toThrow(hint);
  } finally {
    limiting.close();
  }
});

test(
  '[LT13] without --url a server is started, and nothing is left of it',
  async () => {
    const env = { TMPDIR: folder, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', PORT: '1' };
    const before = await readdir(folder);
    const { code, out } = await loadtest(
      [...database, '--sockets', '4', '--ramp', '1', '--seconds', '1'],
      env,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/errors: none/);
    expect(await readdir(folder)).toEqual(before);
  },
  slowMs,
);

test(
  '[LT13] an interrupted run ends what it has started, and says so',
  async () => {
    const args = ['whist', ...database, '--sockets', '4', '--ramp', '1', '--seconds', '60'];
    const options = { cwd: root, env: { ...process.env, TMPDIR: folder } };
    const before = await readdir(folder);
    const child = spawn(process.execPath, ['loadtest/main.ts', ...args], options);
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.stdout.once('data', () => child.kill('SIGINT'));
    const [code] = (await once(child, 'exit')) as [number];
    expect({ code, errors: String(Buffer.concat(errors)) }).toEqual({
      code: 1,
      errors: 'The load was interrupted\n',
    });
    expect(await readdir(folder)).toEqual(before);
  },
  slowMs,
);

test('[LT17] stock clients play match after match, told in lines where there is no terminal', async () => {
  const args = ['--clients', '8', '--think', '0', '--rounds', '1', '--seconds', '5'];
  const { code, out, errors } = await loadtest([...here(), ...args]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const lines = out.split('\n').filter(Boolean);
  expect(lines.every((line) => /^ +\d+ s +\d+ clients .* 0 errors$/.test(line))).toBe(true);
  const [, joins, ended] = /(\d+) joins .* (\d+) seats/.exec(lines.at(-1)!)!;
  expect(Number(joins)).toBeGreaterThan(8);
  expect(Number(ended)).toBeGreaterThanOrEqual(4);
});

test('[LT14] what is wrong with the arguments is one line', async () => {
  const { code, out, errors } = await loadtest(['--sockets', 'many']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(errors).toMatch(/^--sockets must be .*\n$/);
});
