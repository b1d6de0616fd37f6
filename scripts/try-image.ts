/**
 * Tries the image where no engine is: carries out the steps of the Dockerfile in temporary folders, starts what comes of it as
 * an engine would, plays, stops, starts again. `node scripts/try-image.ts`, as root on Linux: about a minute.
 * `--modules <folder>` takes packages from there in place of `npm ci`: no registry is needed then, and the size says nothing.
 */
import { ColyseusSDK } from '@colyseus/sdk';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createKeyRing } from '../src/auth/key-ring.ts';
import { createTokens } from '../src/auth/tokens.ts';
import { loadConfig } from '../src/config.ts';
import { freePort } from './cluster/ports.ts';
import { carryOut, shell } from './image/carry-out.ts';
import { canContain, Contained } from './image/contained.ts';
import { environmentOf, type Stage, wordsOf } from './image/dockerfile.ts';

const startMs = 60_000;

const { values } = parseArgs({ options: { modules: { type: 'string' } } });
const modules = values.modules && resolve(values.modules);

if (canContain) await tryImage();
else {
  console.error('This needs Linux, root, and the right to make namespaces (unshare).');
  process.exitCode = 1;
}

async function tryImage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gamekeeper-image-'));
  try {
    // the user of the image is to look into it
    chmodSync(folder, 0o755);
    const stages = carryOut({ context: dirname(import.meta.dirname), into: folder, run });
    const stage = stages.at(-1)!;
    const tree = join(folder, stage.name);
    say('built', `${sizeOf(join(tree, 'app'))}, of it packages ${sizeOf(join(tree, 'app/node_modules'))}`);
    const variables = {
      AUTH_KEYS: `try:${randomBytes(32).toString('hex')}`,
      PORT: String(await freePort()),
    };
    const matchId = await trySession(tree, stage, variables, play);
    await trySession(tree, stage, variables, (url, token) => comeBack(url, token, matchId));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With links to packages of before, which a server then sees in their place (`Contained`). */
function run(command: string, folder: string): void {
  const links = `mkdir node_modules && ln -s '${modules}'/* '${modules}'/.bin node_modules/`;
  shell(modules === undefined ? command : command.replace(/^npm ci( --\S+)*/, () => links), folder);
}

/** Starts it, does `work`, and stops it as an engine does. */
async function trySession<T>(
  tree: string,
  stage: Stage,
  variables: Readonly<{ AUTH_KEYS: string; PORT: string }>,
  work: (url: string, token: string) => Promise<T>,
): Promise<T> {
  const url = `http://127.0.0.1:${variables.PORT}`;
  const began = performance.now();
  const server = new Contained({ tree, stage, variables, modules });
  try {
    await ready(server, url);
    say('ready', `after ${elapsed(began)}, ${memoryOf(server.pid)}`);
    await look(url);
    checkHealth(stage, variables.PORT);
    const result = await work(url, tokenOf(variables));
    say('memory', memoryOf(server.pid));
    const signal = stage.steps.find(({ name }) => name === 'STOPSIGNAL')!.text as NodeJS.Signals;
    const asked = performance.now();
    const code = await server.stop(signal);
    if (code !== 0) throw new Error(`it ended with ${code}`);
    say('stopped', `by ${signal}, as process 1, with code 0, after ${elapsed(asked)}`);
    return result;
  } catch (error) {
    console.error(server.output);
    throw error;
  } finally {
    await server.kill();
  }
}

async function ready(server: Contained, url: string): Promise<void> {
  const end = performance.now() + startMs;
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (server.hasEnded || performance.now() > end) throw new Error('it did not become ready');
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

async function look(url: string): Promise<void> {
  const page = await fetch(url);
  const token = await fetch(`${url}/dev/token`, { method: 'POST' });
  if (!page.ok || !(await page.text()).includes('<script')) throw new Error(`/ gives ${page.status}`);
  if (token.status !== 404) throw new Error(`/dev/token gives ${token.status}`);
  say('pages', 'are at /, and /dev/token is not there');
}

function checkHealth(stage: Stage, port: string): void {
  const [, ...words] = wordsOf(stage.steps.find(({ name }) => name === 'HEALTHCHECK')!);
  const env = { ...environmentOf(stage), PORT: port };
  const { status } = spawnSync(process.execPath, words, { env });
  if (status !== 0) throw new Error(`HEALTHCHECK ended with ${status}`);
  if (spawnSync(process.execPath, words, { env: { ...env, PORT: '1' } }).status !== 1)
    throw new Error('HEALTHCHECK is content with a server that is not there');
  say('healthy', 'says its HEALTHCHECK');
}

/** A round of whist with three bots begins. Gives the id of the match. */
async function play(url: string, token: string): Promise<string> {
  const room = await client(url, token).create<{ phase: string }>('whist', {});
  for (const id of ['1', '2', '3']) await room.request('add_bot', { id, strength: 'weak' });
  await room.request('ready', { id: '4', ready: true });
  await phase(room, (now) => now !== 'lobby');
  say('played', `whist with three bots: it is at "${room.state.phase}"`);
  const { roomId } = room;
  await room.leave(false);
  return roomId;
}

/** The match is there again, from /data. */
async function comeBack(url: string, token: string, matchId: string): Promise<void> {
  const room = await client(url, token).joinById<{ phase: string }>(matchId);
  await phase(room, (now) => now !== 'lobby');
  say('revived', `the match of before, from /data: it is at "${room.state.phase}"`);
  await room.leave(false);
}

async function phase(
  room: { state: { phase: string }; onStateChange: (told: () => void) => void },
  holds: (phase: string) => boolean,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => void (holds(room.state?.phase ?? 'lobby') && resolve());
    room.onStateChange(look);
    look();
  });
}

function client(url: string, token: string): ColyseusSDK {
  const sdk = new ColyseusSDK(url);
  sdk.auth.token = token;
  return sdk;
}

function tokenOf(variables: { AUTH_KEYS: string }): string {
  const { keys, ...auth } = loadConfig(variables).auth;
  const tokens = createTokens({ ...auth, keys: createKeyRing(keys!), now: Date.now });
  const ann = { accountId: 'ann', tenantId: 'try', name: 'Ann', roles: [], permission: 'play' } as const;
  return tokens.sign(ann, 600).token;
}

function sizeOf(path: string): string {
  const { stdout } = spawnSync('du', ['-sm', path], { encoding: 'utf8' });
  return `${Number.parseInt(stdout, 10)} MB`;
}

function memoryOf(pid: number): string {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return `${Math.round(Number(stdout) / 1024)} MiB resident`;
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}

function say(what: string, how: string): void {
  console.log(`${what.padEnd(8)} ${how}`);
}
