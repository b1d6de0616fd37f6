/**
 * The launcher behind `npm start`, `npm test` and the rest: node scripts/run.mjs <file> [arguments]
 * Installs what is missing, then runs the file with the project's own Node. Plain JavaScript without dependencies,
 * because it must run on a fresh clone, under the machine's Node (20 or newer).
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const windows = process.platform === 'win32';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const lock = join(root, 'package-lock.json');
const marker = join(modules, '.gamekeeper-lock');
const node = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');

const [file, ...args] = process.argv.slice(2);
if (file === undefined) fail('usage: node scripts/run.mjs <file> [arguments]');
if (!isInstalled()) install();
if (file === 'src/main.ts') spawnSync(node, ['scripts/build-web.ts'], { cwd: root, stdio: 'inherit' });
run();

function isInstalled() {
  if (!existsSync(node)) return false;
  if (!existsSync(marker)) return isInstalledByHand();
  return readFileSync(marker, 'utf8') === fingerprint();
}

/** Somebody ran `npm ci` or `npm install`: npm leaves a lock file of its own, which is younger than ours then. */
function isInstalledByHand() {
  const theirs = join(modules, '.package-lock.json');
  if (!existsSync(theirs) || statSync(theirs).mtimeMs < statSync(lock).mtimeMs) return false;
  writeFileSync(marker, fingerprint());
  return true;
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

/** A registry may lack an optional build that the lock file names: `npm ci` then fails, where `npm install` goes on. */
function install() {
  say('Installing packages with `npm ci`: once, and after each change of package-lock.json …');
  if (!npm('ci') && !say('`npm ci` failed; trying `npm install` …') && !npm('install', '--no-save')) {
    fail('The packages could not be installed. Look at the messages above; is the npm registry reachable?');
  }
  if (!existsSync(node)) bringNode();
  writeFileSync(marker, fingerprint());
}

function npm(...command) {
  // Under `npm start` the path of npm's own script is known; that spares Windows the detour over a shell.
  const script = process.env.npm_execpath;
  const parameters = [...command, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const [program, argv] = script ? [process.execPath, [script, ...parameters]] : ['npm', parameters];
  return spawnSync(program, argv, { cwd: root, stdio: 'inherit', shell: !script && windows }).status === 0;
}

/** The package `node` fetches the runtime in an install script, which a strict npm does not run. */
function bringNode() {
  const cwd = join(modules, 'node');
  spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd, stdio: 'inherit' });
  if (!existsSync(node))
    fail('Node 24 could not be installed (npm package `node`). Look at the messages above.');
}

function run() {
  const path = [join(modules, '.bin'), process.env.PATH].join(delimiter);
  const child = spawn(node, [file, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => passOn(child, signal));
  child.on('error', (error) => fail(`${file} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** A terminal sends Ctrl-C to parent and child alike; a second one would cut short what the first asked for. */
function passOn(child, signal) {
  if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
}

function say(text) {
  console.error(text);
}

function fail(text) {
  say(text);
  process.exit(1);
}
