/** Builds the pages of web/ into web/dist, where sources have changed since the last time. The launcher calls it before the server. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    await build();
    mkdirSync(dirname(marker), { recursive: true });
    writeFileSync(marker, wanted);
    return true;
  } catch (error) {
    const instead = existsSync(outDir) ? 'those of before are served' : 'the server runs without them';
    console.warn(`The web pages can't be built, ${instead}: ${(error as Error).message}`);
    return false;
  }
}

async function build(): Promise<void> {
  // where no sources change nobody pays for loading it, and a production without it may have built pages
  const vite = await import('vite');
  const built = await vite.build({
    configFile: false,
    root: join(root, 'web'),
    logLevel: 'silent',
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: globSync(join(root, 'web', '*.html')) },
    },
  });
  removeOthers((built as { output: { fileName: string }[] }).output.map(({ fileName }) => fileName));
}

/** Files of earlier builds go when the new ones are there: at no time is a page without its script, however many build. */
function removeOthers(files: readonly string[]): void {
  const kept = new Set(files.map((file) => join(outDir, file)));
  for (const file of globSync('**/*.*', { cwd: outDir }))
    if (!kept.has(join(outDir, file))) rmSync(join(outDir, file), { force: true });
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: root, exclude: (name) => name.startsWith(join('web', 'dist')) });
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

if (import.meta.main) await buildWeb();
