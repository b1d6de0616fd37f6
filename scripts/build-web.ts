/** Builds the pages of web/ into web/dist, where sources have changed since the last time. The launcher calls it before the server. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const outDir = join(root, 'web', 'dist');
const marker = join(root, 'node_modules', '.cache', 'gamekeeper', 'web');
/** What pages are made of: themselves, the client, the rules that run in the browser, and the versions of packages. */
const sources = ['web/**/*.*', 'client/**/*.ts', 'rooms/**/*.ts', 'src/match/*.ts', 'package-lock.json'];

/** True: web/dist is up to date now. Never throws: a server without pages is better than none. */
export async function buildWeb(): Promise<boolean> {
  const wanted = fingerprint();
  if (existsSync(outDir) && existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return true;
  try {
    const { build } = await import('vite');
    await build({
      configFile: false,
      root: join(root, 'web'),
      logLevel: 'error',
      build: { outDir, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
    });
  } catch (error) {
    console.warn(`The web pages can't be built, and are not served: ${(error as Error).message}`);
    return false;
  }
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, wanted);
  return true;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: root, exclude: (name) => name.startsWith(join('web', 'dist')) });
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

if (import.meta.main) await buildWeb();
