/** The checkout itself: Node, its packages, its pages. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, type Finding, subject } from './check.ts';

const leastNode = 24;

export const node: Check = {
  what: 'Node',
  look() {
    const { ok, fail } = subject('Node');
    const { node: version } = process.versions;
    const shown = `${version} on ${process.platform} ${process.arch}`;
    if (Number.parseInt(version, 10) >= leastNode) return [ok(shown)];
    return [fail(shown, `use Node ${leastNode}: \`npm start\` brings its own`)];
  },
};

export const packages: Check = {
  what: 'packages',
  look: ({ root }) => [packagesIn(root)],
};

/** As scripts/run.mjs tells whether they are those of package-lock.json. */
function packagesIn(root: string): Finding {
  const { ok, warn, fail } = subject('packages');
  const modules = join(root, 'node_modules');
  if (!existsSync(modules)) return fail('none', 'run `npm start`, or `npm ci`');
  const lock = join(root, 'package-lock.json');
  if (!existsSync(lock)) return ok('of an image');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  const marker = read(join(modules, '.gamekeeper-lock'));
  const theirs = join(modules, '.package-lock.json');
  const isByHand = existsSync(theirs) && statSync(theirs).mtimeMs >= statSync(lock).mtimeMs;
  if (isByHand || marker?.startsWith(hash)) return ok('those of package-lock.json');
  return warn('older than package-lock.json', 'run `npm start`, or `npm ci`');
}

export const pages: Check = {
  what: 'web pages',
  look({ root }) {
    const { ok, warn } = subject('web pages');
    if (existsSync(join(root, 'web', 'dist', 'index.html'))) return [ok('built')];
    return [warn('not built', '`npm start` builds them; alone: `node scripts/build-web.ts`')];
  },
};

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
